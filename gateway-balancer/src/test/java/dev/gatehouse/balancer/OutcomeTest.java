package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class OutcomeTest {

    @ParameterizedTest
    @CsvSource({
        "200, SUCCESS",
        "304, SUCCESS",
        "404, SUCCESS",
        "429, SUCCESS",
        "499, SUCCESS",
        "500, SERVER_ERROR",
        "503, SERVER_ERROR",
        "599, SERVER_ERROR"
    })
    void theNodeIsAtFaultFrom500On(int status, Outcome outcome) {
        assertThat(Outcome.ofStatus(status)).isEqualTo(outcome);
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(new ConnectException(), Outcome.CONNECT_FAILED),
                Arguments.of(new HttpConnectTimeoutException("slow"), Outcome.CONNECT_FAILED),
                Arguments.of(new UnknownHostException(), Outcome.CONNECT_FAILED),
                Arguments.of(new NoRouteToHostException(), Outcome.CONNECT_FAILED),
                Arguments.of(new UnresolvedAddressException(), Outcome.CONNECT_FAILED),
                Arguments.of(new HttpTimeoutException("slow"), Outcome.TIMEOUT),
                Arguments.of(new SocketTimeoutException(), Outcome.TIMEOUT),
                Arguments.of(new TimeoutException(), Outcome.TIMEOUT),
                Arguments.of(new InterruptedException(), Outcome.IGNORED),
                Arguments.of(new InterruptedIOException(), Outcome.IGNORED),
                Arguments.of(new CancellationException(), Outcome.IGNORED),
                Arguments.of(new EOFException(), Outcome.ABORTED),
                Arguments.of(new StackOverflowError(), Outcome.ABORTED));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void aFailureSaysHowFarTheCallCame(Throwable failure, Outcome outcome) {
        assertThat(Outcome.ofFailure(failure)).isEqualTo(outcome);
        assertThat(Outcome.ofFailure(new CompletionException(new ExecutionException(failure))))
                .isEqualTo(outcome);
    }

    @Test
    void aWrapperWithoutACauseIsLikeAnyOtherFailure() {
        assertThat(Outcome.ofFailure(new CompletionException("alone", null))).isEqualTo(Outcome.ABORTED);
    }

    @Test
    void anUncheckedWrapperIsLookedInto() {
        assertThat(Outcome.ofFailure(new UncheckedIOException(new SocketTimeoutException())))
                .isEqualTo(Outcome.TIMEOUT);
    }
}
