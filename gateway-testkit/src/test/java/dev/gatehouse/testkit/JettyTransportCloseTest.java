package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A transport that is closed while its first connection is being made: the one whose parts are made just then. */
final class JettyTransportCloseTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private static final class Told implements Transport.Callback {

        private final CompletableFuture<Integer> end = new CompletableFuture<>();

        @Override
        public void response(Response response) {
            response.body().cancel(new IllegalStateException("nobody reads it"));
            end.complete(response.status());
        }

        @Override
        public void failed(GatewayException failure) {
            end.complete(0);
        }
    }

    /** A race: it cannot fail by itself, but a mistake shows in some of the rounds, each a little later than the one before. */
    @Test
    @Timeout(value = 50, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void closingWaitsForNobodyWhoWaitsForIt() throws Exception {
        try (RawUpstream upstream =
                RawUpstream.start(RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
            for (int round = 0; round < 100; round++) {
                JettyTransport transport = JettyTransport.builder().build();
                Told told = new Told();
                transport.send(
                        new Call(upstream.endpoint(), Request.get("/").build(), Call.Protocol.HTTP_1_1, LONG, LONG),
                        told);
                long wait = System.nanoTime() + TimeUnit.MICROSECONDS.toNanos(20L * round);
                while (System.nanoTime() < wait) {
                    Thread.onSpinWait();
                }
                transport.close();
                assertThat(told.end.get(10, TimeUnit.SECONDS)).isIn(0, 200);
            }
        }
    }
}
