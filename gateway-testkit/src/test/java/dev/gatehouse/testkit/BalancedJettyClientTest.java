package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.NoEndpointException;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.balancer.UpdatableEndpoints;
import dev.gatehouse.jetty.client.BalancedJettyClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.eclipse.jetty.client.ContentResponse;
import org.eclipse.jetty.client.InputStreamResponseListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jetty's client over real sockets, by name. */
class BalancedJettyClientTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final BalancedJettyClient client = new BalancedJettyClient();
    private final List<AutoCloseable> closed = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        client.start();
    }

    @AfterEach
    void stop() throws Exception {
        client.stop();
        for (AutoCloseable each : closed) {
            each.close();
        }
    }

    private RawUpstream upstream(RawUpstream.Script script) {
        RawUpstream upstream = RawUpstream.start(script);
        closed.add(upstream);
        return upstream;
    }

    private Balancer named(Endpoint... endpoints) {
        Balancer balancer = Balancer.builder(EndpointSource.fixed(endpoints))
                .strategy(Strategy.roundRobin())
                .build();
        closed.add(balancer);
        client.name("orders", balancer);
        return balancer;
    }

    private static void assertNothingIsLeft(Balancer balancer) {
        Awaitility.await().untilAsserted(() -> assertThat(balancer.inFlight()).isZero());
    }

    @Test
    void aNameGoesToTheEndpointsOfItsBalancerAndStaysTheHost() throws Exception {
        RawUpstream one = upstream(RawUpstream.answering(OK));
        RawUpstream two = upstream(RawUpstream.answering(OK));
        Balancer balancer = named(one.endpoint(), two.endpoint());
        for (int i = 0; i < 10; i++) {
            ContentResponse answer = client.GET("http://Orders/7?x=1");
            assertThat(answer.getStatus()).isEqualTo(200);
            assertThat(answer.getRequest().getURI()).isEqualTo(URI.create("http://Orders/7?x=1"));
        }
        assertThat(balancer.nodes()).extracting(Node::successes).containsExactly(5L, 5L);
        assertThat(one.connection(0).received()).contains("GET /7?x=1 HTTP/1.1\r\n", "Host: Orders\r\n");
        assertNothingIsLeft(balancer);
    }

    @Test
    void otherHostsAreAskedThemselves() throws Exception {
        RawUpstream other = upstream(RawUpstream.answering(OK));
        named(RawUpstream.refusing());
        assertThat(client.GET("http://127.0.0.1:" + other.port() + "/").getStatus())
                .isEqualTo(200);
    }

    @Test
    void theContextOfARequestDecides() throws Exception {
        RawUpstream one = upstream(RawUpstream.answering(OK));
        RawUpstream two = upstream(RawUpstream.answering(OK));
        Balancer balancer = Balancer.builder(EndpointSource.fixed(one.endpoint(), two.endpoint()))
                .strategy(Strategy.rendezvous())
                .build();
        closed.add(balancer);
        client.name("orders", balancer)
                .context(request -> PickContext.keyed(request.getHeaders().get("X-Customer")));
        for (int i = 0; i < 5; i++) {
            client.newRequest("http://orders/")
                    .headers(headers -> headers.put("X-Customer", "42"))
                    .send();
        }
        assertThat(balancer.nodes()).extracting(Node::successes).containsExactlyInAnyOrder(0L, 5L);
    }

    @Test
    void redirectsAndCookiesAreThoseOfTheName() throws Exception {
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                boolean first = connection.readRequest().startsWith("GET /old ");
                connection.write(
                        first
                                ? "HTTP/1.1 302 Found\r\n"
                                        + "Location: /new\r\n"
                                        + "Set-Cookie: id=7\r\n"
                                        + "Content-Length: 0\r\n\r\n"
                                : OK);
            }
        });
        Balancer balancer = named(upstream.endpoint());
        ContentResponse answer = client.GET("http://orders/old");
        assertThat(answer.getRequest().getURI()).isEqualTo(URI.create("http://orders/new"));
        assertThat(upstream.connection(0).received()).contains("GET /new HTTP/1.1", "Cookie: id=7");
        assertThat(balancer.nodes().get(0).successes()).isEqualTo(2);
        assertNothingIsLeft(balancer);
    }

    @Test
    void failuresCountAndLeaveNothing() throws Exception {
        RawUpstream broken = upstream(connection -> {
            connection.readRequest();
            connection.reset();
        });
        RawUpstream failing =
                upstream(RawUpstream.answering("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"));
        RawUpstream cut = upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
            connection.close();
        });
        for (Endpoint endpoint :
                List.of(RawUpstream.refusing(), broken.endpoint(), failing.endpoint(), cut.endpoint())) {
            Balancer balancer = named(endpoint);
            try {
                assertThat(client.GET("http://orders/").getStatus()).isEqualTo(500);
            } catch (ExecutionException expected) {
                assertThat(endpoint).isNotEqualTo(failing.endpoint());
            }
            assertNothingIsLeft(balancer);
            assertThat(balancer.nodes().get(0).failures()).as(endpoint.id()).isEqualTo(1);
        }
    }

    @Test
    void thePlaceAtTheEndpointEndsWithTheContent() throws Exception {
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
            connection.readUntil("never");
        });
        Balancer balancer = named(upstream.endpoint());
        InputStreamResponseListener listener = new InputStreamResponseListener();
        client.newRequest("http://orders/").send(listener);
        assertThat(listener.get(5, TimeUnit.SECONDS).getStatus()).isEqualTo(200);
        assertThat(balancer.inFlight()).isEqualTo(1);
        assertThat(balancer.nodes().get(0).successes()).isEqualTo(1);
        upstream.connection(0).write("12345");
        assertThat(listener.getInputStream().readAllBytes()).hasSize(5);
        assertNothingIsLeft(balancer);
    }

    @Test
    void withoutAnEndpointAndWithoutTheTlsThatIsAskedForItFails() {
        Balancer none = Balancer.builder(new UpdatableEndpoints()).build();
        closed.add(none);
        client.name("orders", none);
        assertThatThrownBy(() -> client.GET("http://orders/")).hasRootCauseInstanceOf(NoEndpointException.class);
        Balancer clear = named(Endpoint.of("http://127.0.0.1:1"));
        assertThatThrownBy(() -> client.GET("https://orders/")).hasStackTraceContaining("has no TLS");
        assertNothingIsLeft(clear);
    }

    @Test
    void manyThreadsLeaveNothing() throws Exception {
        RawUpstream one = upstream(RawUpstream.answering(OK));
        RawUpstream two = upstream(RawUpstream.answering(OK));
        Balancer balancer = named(one.endpoint(), two.endpoint());
        List<Integer> statuses = IntStream.range(0, 400)
                .parallel()
                .mapToObj(i -> {
                    try {
                        return client.GET("http://orders/" + i).getStatus();
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();
        assertThat(statuses).hasSize(400).containsOnly(200);
        assertThat(balancer.nodes().stream().mapToLong(Node::successes).sum()).isEqualTo(400);
        assertNothingIsLeft(balancer);
    }
}
