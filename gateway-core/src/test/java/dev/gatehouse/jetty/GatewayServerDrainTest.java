package dev.gatehouse.jetty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class GatewayServerDrainTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void closingWaitsForWhatIsUnderWayAndAcceptsNothingNew() throws Exception {
        CompletableFuture<HostExchange> under = new CompletableFuture<>();
        try (JettyHost host = JettyHost.of((request, exchange) -> under.complete(exchange));
                RawClient client = host.connect()) {
            client.send(GET);
            HostExchange exchange = under.get(5, SECONDS);
            CompletableFuture<Void> closed =
                    CompletableFuture.runAsync(() -> host.server().close());
            await().atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> assertThatThrownBy(host::connect).isInstanceOf(IOException.class));
            assertThat(closed).isNotDone();

            exchange.respond(Response.text(200, "finished"), failure -> {});

            assertThat(client.rest()).startsWith("HTTP/1.1 200").endsWith("finished");
            closed.get(4, SECONDS);
        }
    }

    @Test
    void whatDoesNotEndInTimeIsBrokenOff() throws Exception {
        CompletableFuture<HostExchange> under = new CompletableFuture<>();
        FeedBody feed = new FeedBody();
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> {
                            exchange.respond(
                                    Response.of(200, dev.gatehouse.http.Headers.empty(), feed.body()), failure -> {});
                            under.complete(exchange);
                        },
                        settings -> settings.drain(Duration.ofMillis(100)));
                RawClient client = host.connect()) {
            client.send(GET).head();
            under.get(5, SECONDS);

            host.server().close();

            assertThat(client.rest()).isEmpty();
            assertThatThrownBy(() -> feed.feed("late").get(5, SECONDS)).isNotNull();
        }
    }

    @Test
    void anIdleConnectionDoesNotHoldTheServerUp() throws Exception {
        try (JettyHost host = JettyHost.of(
                        (request, exchange) -> exchange.respond(Response.of(204), failure -> {}),
                        settings -> settings.drain(Duration.ofSeconds(30)));
                RawClient client = host.connect()) {
            client.send(GET).head();
            CompletableFuture.runAsync(() -> host.server().close()).get(5, SECONDS);
            assertThat(client.rest()).isEmpty();
        }
    }
}
