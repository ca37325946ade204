package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.GOAWAY;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.INITIAL_WINDOW_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** How streams and connections end, early and in time (RFC 9113 §5.4, §6.4, §6.8). */
class Http2EndingTest {

    private final BlockingQueue<HostExchange> waiting = new LinkedBlockingQueue<>();
    private final BlockingQueue<Throwable> gone = new LinkedBlockingQueue<>();
    private final CompletableFuture<Throwable> ended = new CompletableFuture<>();
    private final FeedBody feed = new FeedBody();

    private JettyHost host(Consumer<GatewayServer.Builder> settings) {
        return JettyHost.of(this::serve, settings);
    }

    private void serve(Request request, HostExchange exchange) {
        exchange.onClientGone(gone::add);
        switch (request.path()) {
            case "/wait" -> waiting.add(exchange);
            case "/feed" -> exchange.respond(Response.of(200, Headers.empty(), feed.body()), ended::complete);
            case "/large" -> exchange.respond(Response.text(200, "x".repeat(100_000)), ended::complete);
            case "/read" ->
                request.body().bytes(1000).whenComplete((bytes, failure) -> {
                    ended.complete(failure);
                    exchange.respond(Response.of(failure == null ? 200 : 408), told -> {});
                });
            default -> exchange.respond(Response.text(200, request.path()), told -> {});
        }
    }

    @Test
    void aResetCancelsTheAnswerAndTheConnectionServesOn() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/feed");
            feed.feed("part").get(5, SECONDS);
            assertThat(wire.next(DATA, 1).text()).isEqualTo("part");
            wire.number(RST_STREAM, 1, 8);
            assertThat(ended.get(5, SECONDS)).isNotNull();
            assertThat(gone.poll(5, SECONDS)).isNotNull();
            assertThatThrownBy(() -> feed.feed("late").get(5, SECONDS)).isNotNull();
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    @Test
    void aResetCancelsAnAnswerThatWaitsForTheWindow() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 10)) {
            wire.get(1, "/large").next(DATA, 1);
            wire.number(RST_STREAM, 1, 8);
            assertThat(ended.get(5, SECONDS)).isNotNull();
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    @Test
    void aConnectionThatBreaksTellsAllItsExchanges() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait").get(3, "/wait").request(5, false, "POST", "/wait");
            for (int i = 0; i < 3; i++) {
                assertThat(waiting.poll(5, SECONDS)).isNotNull();
            }
            wire.breakOff();
            for (int i = 0; i < 3; i++) {
                assertThat(gone.poll(5, SECONDS)).isNotNull();
            }
        }
    }

    @Test
    void anAnswerThatBreaksOffIsResetAndNotEnded() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/feed");
            feed.feed("part").get(5, SECONDS);
            feed.fail(new IOException("upstream broke off"));
            assertThat(wire.next(DATA, 1).has(END_STREAM)).isFalse();
            assertThat(wire.next(frame -> frame.is(RST_STREAM, 1) || frame.is(DATA, 1))
                            .toString())
                    .isEqualTo("1 RST_STREAM 2");
            assertThat(wire.get(3, "/b").answer(3).content()).isEqualTo("/b");
        }
    }

    @Test
    void afterAGoAwayOfTheClientWhatIsUnderWayIsAnswered() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait").get(3, "/wait");
            HostExchange first = waiting.poll(5, SECONDS);
            HostExchange second = waiting.poll(5, SECONDS);
            wire.frame(GOAWAY, NONE, 0, new byte[8]);
            first.respond(Response.text(200, "late"), told -> {});
            second.respond(Response.text(200, "late"), told -> {});
            assertThat(wire.answer(1).content()).isEqualTo("late");
            assertThat(wire.answer(3).content()).isEqualTo("late");
            assertThat(wire.end()).isIn("closed", "goaway 0");
        }
    }

    @Test
    void closingTheServerAnswersWhatIsUnderWayAndNothingNew() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait");
            HostExchange exchange = waiting.poll(5, SECONDS);
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> host.server().close());
            Http2Frame goAway = wire.next(GOAWAY, 0);
            assertThat(goAway.code()).isZero();
            assertThat(closed).isNotDone();

            exchange.respond(Response.text(200, "finished"), told -> {});

            assertThat(wire.answer(1).content()).isEqualTo("finished");
            assertThat(wire.end()).isEqualTo("goaway 0");
            closed.get(5, SECONDS);
        }
    }

    @Test
    void whatBeginsAfterTheGoAwayIsNotServed() throws Exception {
        try (JettyHost host = host(settings -> {});
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait");
            HostExchange exchange = waiting.poll(5, SECONDS);
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> host.server().close());
            // A first one may leave room for what is on its way; what is above the last one's number is not served.
            Http2Frame goAway = wire.next(GOAWAY, 0);
            wire.get(3, "/wait");
            HostExchange late = waiting.poll(200, MILLISECONDS);
            assertThat(late == null || goAway.number() >= 3).isTrue();
            exchange.respond(Response.text(200, "finished"), told -> {});
            if (late != null) {
                late.respond(Response.text(200, "finished"), told -> {});
            }
            assertThat(wire.answer(1).content()).isEqualTo("finished");
            assertThat(wire.end()).isEqualTo("goaway 0");
            closed.get(5, SECONDS);
        }
    }

    @Test
    void whatDoesNotEndInTimeIsBrokenOff() throws Exception {
        try (JettyHost host = host(settings -> settings.drain(Duration.ofMillis(100)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/feed").next(HEADERS, 1);
            host.server().close();
            assertThat(ended.get(5, SECONDS)).isNotNull();
            assertThat(wire.end()).startsWith("goaway");
            assertThat(wire.hasCome(frame -> frame.is(DATA, 1))).isFalse();
        }
    }

    @Test
    void anIdleConnectionDoesNotHoldTheServerUp() throws Exception {
        try (JettyHost host = host(settings -> settings.drain(Duration.ofSeconds(30)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/a").answer(1);
            CompletableFuture.runAsync(() -> host.server().close()).get(5, SECONDS);
            assertThat(wire.end()).isEqualTo("goaway 0");
        }
    }

    @Test
    void anIdleConnectionIsClosedWithAGoAway() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/a").answer(1);
            assertThat(wire.end()).isEqualTo("goaway 0");
        }
    }

    @Test
    void aConnectionOnWhichNothingEverCameIsClosed() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host)) {
            assertThat(wire.end()).isEqualTo("goaway 0");
        }
    }

    @Test
    void aConnectionIsNotClosedWhileAnExchangeWaits() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/wait");
            HostExchange exchange = waiting.poll(5, SECONDS);
            CompletableFuture.delayedExecutor(900, MILLISECONDS)
                    .execute(() -> exchange.respond(Response.text(200, "late"), told -> {}));
            assertThat(wire.answer(1).content()).isEqualTo("late");
            assertThat(wire.end()).isEqualTo("goaway 0");
        }
    }

    @Test
    void aConnectionIsNotClosedWhileAnAnswersContentIsAwaited() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.get(1, "/feed");
            CompletableFuture.delayedExecutor(900, MILLISECONDS)
                    .execute(() -> feed.feed("late").thenRun(feed::end));
            assertThat(wire.answer(1).content()).isEqualTo("late");
        }
    }

    @Test
    void contentThatDoesNotComeIsNotAwaitedForever() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/read").data(1, "x", false);
            assertThat(ended.get(5, SECONDS)).isNotNull();
            assertThat(wire.outcome(1)).matches("408|reset \\d+|goaway \\d+|closed");
        }
    }

    @Test
    void anAnswerThatNobodyTakesIsNotHeldForever() throws Exception {
        try (JettyHost host = host(settings -> settings.idleTimeout(Duration.ofMillis(200)));
                Http2Wire wire = Http2Wire.connect(host, INITIAL_WINDOW_SIZE, 10)) {
            wire.get(1, "/large").next(HEADERS, 1);
            assertThat(ended.get(5, SECONDS)).isNotNull();
            assertThat(wire.outcome(1)).matches("reset \\d+|goaway \\d+|closed");
        }
    }
}
