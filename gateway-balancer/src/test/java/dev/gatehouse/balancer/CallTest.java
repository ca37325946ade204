package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.net.ConnectException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A call with a client of the caller's own, blocking or not. */
class CallTest {

    private final List<Outcome> outcomes = new ArrayList<>();

    /** Takes note of each outcome that it is told. */
    private final Strategy noting = setup -> new Picker() {
        @Override
        public Node pick(PickContext context) {
            return setup.nodes().get(0);
        }

        @Override
        public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
            outcomes.add(outcome);
        }
    };

    private Watched watched(String... ids) {
        return Watched.of(builder -> builder.strategy(ids.length == 0 ? Strategy.random() : noting), ids);
    }

    @Test
    void anAnswerIsReturnedAndJudged() {
        try (Watched watched = watched("a")) {
            String answer = watched.balancer.call(
                    PickContext.none(),
                    endpoint -> {
                        assertThat(watched.node("a").inFlight()).isEqualTo(1);
                        return "from " + endpoint.id();
                    },
                    text -> text.equals("from a") ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            assertThat(answer).isEqualTo("from a");
            assertThat(outcomes).containsExactly(Outcome.SERVER_ERROR);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void whatACallThrowsIsThrownAndJudged() {
        try (Watched watched = watched("a")) {
            assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> call(watched, new ConnectException()));
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> call(watched, new TimeoutException()));
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> call(watched, new IOException("broken pipe")));
            assertThatExceptionOfType(InterruptedException.class)
                    .isThrownBy(() -> call(watched, new InterruptedException()));
            assertThat(outcomes)
                    .containsExactly(Outcome.CONNECT_FAILED, Outcome.TIMEOUT, Outcome.ABORTED, Outcome.IGNORED);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    private static <E extends Exception> void call(Watched watched, E failure) throws E {
        watched.balancer.<String, E>call(
                PickContext.none(),
                endpoint -> {
                    throw failure;
                },
                answer -> Outcome.SUCCESS);
    }

    @Test
    void aJudgeThatThrowsIsNotHeldAgainstTheNode() {
        try (Watched watched = watched("a")) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> watched.balancer.call(PickContext.none(), Endpoint::id, answer -> {
                        throw new IllegalStateException("on purpose");
                    }));
            assertThat(outcomes).containsExactly(Outcome.IGNORED);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void withoutANodeNothingIsCalled() {
        try (Watched watched = watched()) {
            assertThatExceptionOfType(NoEndpointException.class)
                    .isThrownBy(() -> watched.balancer.call(
                            PickContext.none(),
                            endpoint -> {
                                throw new AssertionError("called " + endpoint);
                            },
                            answer -> Outcome.SUCCESS));
        }
    }

    @Test
    void anAsynchronousCallCountsUntilItEnds() {
        try (Watched watched = watched("a")) {
            CompletableFuture<String> answer = new CompletableFuture<>();
            CompletableFuture<String> result = watched.balancer
                    .callAsync(PickContext.none(), endpoint -> answer, text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            assertThat(watched.node("a").inFlight()).isEqualTo(1);
            answer.complete("well");
            assertThat(result).isCompletedWithValue("well");
            assertThat(outcomes).containsExactly(Outcome.SUCCESS);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void anAsynchronousFailureIsPassedOnAndJudged() {
        try (Watched watched = watched("a")) {
            CompletableFuture<String> refused =
                    CompletableFuture.failedFuture(new CompletionException(new ConnectException("refused")));
            CompletableFuture<String> result = watched.balancer
                    .callAsync(PickContext.none(), endpoint -> refused, text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(result::join)
                    .withCauseInstanceOf(ConnectException.class);
            CompletableFuture<String> cancelled = new CompletableFuture<>();
            cancelled.cancel(true);
            CompletableFuture<String> nothing = watched.balancer
                    .callAsync(PickContext.none(), endpoint -> cancelled, text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(nothing::join)
                    .withCauseInstanceOf(CancellationException.class);
            assertThat(outcomes).containsExactly(Outcome.CONNECT_FAILED, Outcome.IGNORED);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void anAsynchronousCallThatThrowsFailsItsStage() {
        try (Watched watched = watched("a")) {
            CompletableFuture<String> result = watched.balancer
                    .<String>callAsync(
                            PickContext.none(),
                            endpoint -> {
                                throw new IllegalStateException("on purpose");
                            },
                            text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            assertThat(result).isCompletedExceptionally();
            assertThat(outcomes).containsExactly(Outcome.ABORTED);
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void withoutANodeAnAsynchronousCallFailsItsStage() {
        try (Watched watched = watched()) {
            CompletableFuture<String> result = watched.balancer
                    .<String>callAsync(
                            PickContext.none(),
                            endpoint -> {
                                throw new AssertionError("called " + endpoint);
                            },
                            text -> Outcome.SUCCESS)
                    .toCompletableFuture();
            assertThatExceptionOfType(CompletionException.class)
                    .isThrownBy(result::join)
                    .withCauseInstanceOf(NoEndpointException.class);
        }
    }
}
