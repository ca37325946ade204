package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Building, changing, attaching and closing a gateway, and what it answers by itself. */
class GatewayTest {

    private static final HostCapabilities BARE = new HostCapabilities("bare", false, false, false, false, false, false);

    private static Response call(Gateway gateway, String method, String target) {
        return gateway.handle(Request.builder(method, target).build())
                .toCompletableFuture()
                .join();
    }

    @Test
    void everyMistakeIsListedAtOnceWithWhatIsKnown() {
        assertThatThrownBy(() -> Gateway.builder()
                        .upstream("orders", up -> up.endpoints("http://a:1").retry(r -> r.maxAttempts(0)))
                        .upstream("users", up -> up.timeouts(t -> t.connect(Duration.ZERO)))
                        .upstream("spare", up -> up.endpoints("ftp://a:1"))
                        .route("/orders/**", r -> r.to("order"))
                        .route("/users/**", r -> r.to("users"))
                        .route("nonsense", r -> r.to("orders"))
                        .route("/nothing", r -> {})
                        .route("/own", r -> r.retry(p -> p.maxAttempts(2)).respond(Response.of(200)))
                        .build())
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        e -> assertThat(e.problems())
                                .anyMatch(p -> p.contains("upstream orders: retry: maxAttempts: 0 (expected: 1 to 10)"))
                                .anyMatch(p -> p.contains("upstream users: timeouts: connect: PT0S (expected: > 0)"))
                                .anyMatch(p -> p.contains("upstream users has no endpoints"))
                                .anyMatch(p -> p.contains("upstream spare: endpoint: ftp://a:1"))
                                .anyMatch(p ->
                                        p.contains("route /orders/** refers to unknown upstream order (known: orders,"
                                                + " spare, users)"))
                                .anyMatch(p -> p.contains("path nonsense (expected: to begin with a slash)"))
                                .anyMatch(p -> p.contains("route /nothing ends in nothing"))
                                .anyMatch(p -> p.contains("route /own: retry has no effect"))
                                .anyMatch(p -> p.contains("upstream spare has no effect: no route ends in it")));
    }

    @Test
    void aHostWithoutCodeOfItsOwnIsRefusedWhenARouteNeedsIt() {
        try (Gateway gateway = Gateway.builder().route("/x", r -> r.toHost()).build()) {
            assertThatThrownBy(() -> gateway.attach(BARE)).hasMessageContaining("behind host bare there is no code");
        }
        try (Gateway gateway =
                Gateway.builder().route("/x", r -> r.respond(Response.of(200))).build()) {
            gateway.attach(BARE);
            assertThatThrownBy(() -> gateway.update(Gateway.builder().route("/x", r -> r.toHost())))
                    .isInstanceOf(ConfigurationException.class);
            assertThat(call(gateway, "GET", "/x").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /none, 404",
        "POST, /get, 405",
        "CONNECT, /get, 501",
        "TRACE, /get, 501",
        "OPTIONS, *, 204",
        "GET, /get//x, 400",
        "GET, /a%2fb, 400",
        "GET, /%2e%2e/get, 400",
        "GET, /get, 200",
        "HEAD, /get, 200",
        "GET, /open/a%2fb, 200",
        "GET, /open/a;b, 400",
    })
    void theGatewayAnswersByItself(String method, String target, int status) {
        try (Gateway gateway = Gateway.builder()
                .route("/get", r -> r.methods("GET").respond(Response.of(200)))
                .route("/open/**", r -> r.allow(TargetRule.ENCODED_SLASH).respond(Response.of(200)))
                .build()) {
            assertThat(call(gateway, method, target).status()).isEqualTo(status);
            assertThat(gateway.explain(Request.builder(method, target).build())
                            .status()
                            .orElse(200))
                    .isEqualTo(status);
        }
    }

    @Test
    void errorsOfRoutingRunThroughTheFiltersAndMalformedRequestsDoNot() {
        try (Gateway gateway = Gateway.builder()
                .filter(Filter.onResponse(response -> response.withHeader("X-Seen", "1")))
                .route("/get", r -> r.methods("GET").respond(Response.of(200)))
                .build()) {
            Response wrong = call(gateway, "POST", "/get");
            assertThat(wrong.headers().get("Allow")).isEqualTo("GET, HEAD");
            assertThat(wrong.headers().get("X-Seen")).isEqualTo("1");
            assertThat(call(gateway, "GET", "/none").headers().get("X-Seen")).isEqualTo("1");
            assertThat(call(gateway, "GET", "/a//b").headers().get("X-Seen")).isNull();
        }
    }

    @Test
    void maxForwardsIsCountedAndItsLastHopIsTheGateway() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        try (Fixture fixture = Fixture.of(transport)) {
            Request options = Request.builder("OPTIONS", "/up/x")
                    .header("Max-Forwards", "2")
                    .build();
            assertThat(fixture.call(options).status()).isEqualTo(200);
            assertThat(transport.sent.get(0).call.request().headers().get("Max-Forwards"))
                    .isEqualTo("1");
            Request last = Request.builder("OPTIONS", "/up/x")
                    .header("Max-Forwards", "0")
                    .build();
            assertThat(fixture.call(last).status()).isEqualTo(204);
            assertThat(transport.sent).hasSize(1);
        }
    }

    private static GatewayBuilder configuration(ScriptedTransport transport, Strategy strategy, String path) {
        return Gateway.builder()
                .transport(transport)
                .upstream("up", up -> up.endpoints("http://a:1", "http://b:1").strategy(strategy))
                .route(path, r -> r.to("up"));
    }

    @Test
    void anUpdateKeepsWhatIsEqualAndAdoptsTheNodesOfWhatIsNot() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        try (Gateway gateway =
                configuration(transport, Strategy.roundRobin(), "/a").build()) {
            Balancer first = gateway.upstream("up").balancer();
            gateway.update(configuration(transport, Strategy.roundRobin(), "/b"));
            assertThat(gateway.upstream("up").balancer()).isSameAs(first);
            assertThat(call(gateway, "GET", "/a").status()).isEqualTo(404);
            List<Node> nodes = first.nodes();
            gateway.update(configuration(transport, Strategy.random(), "/b"));
            assertThat(gateway.upstream("up").balancer()).isNotSameAs(first);
            assertThat(gateway.upstream("up").balancer().nodes()).isEqualTo(nodes);
            assertThatThrownBy(() -> gateway.update(
                            configuration(transport, Strategy.random(), "/b").seed(1)))
                    .hasMessageContaining("an update cannot change the seed");
        }
    }

    @Test
    void noRequestFailsForAnUpdate() throws Exception {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.text(200, "ok"));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        AtomicBoolean done = new AtomicBoolean();
        try (Gateway gateway =
                configuration(transport, Strategy.roundRobin(), "/**").build()) {
            List<Future<Integer>> callers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                callers.add(threads.submit(() -> {
                    int count = 0;
                    while (!done.get() || count < 100) {
                        Response response = call(gateway, "GET", "/x");
                        assertThat(response.status()).isEqualTo(200);
                        assertThat(Fixture.text(response)).isEqualTo("ok");
                        count++;
                    }
                    return count;
                }));
            }
            for (int i = 0; i < 300; i++) {
                Strategy strategy = i % 2 == 0 ? Strategy.random() : Strategy.leastRequest();
                gateway.update(configuration(transport, strategy, "/**"));
            }
            done.set(true);
            for (Future<Integer> caller : callers) {
                assertThat(caller.get()).isGreaterThanOrEqualTo(100);
            }
            assertThat(gateway.upstream("up").balancer().nodes()).allMatch(node -> node.inFlight() == 0);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void closingRefusesWhatIsNewAndAbortsWhatTakesTooLong() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Gateway gateway = configuration(transport, Strategy.random(), "/**").build();
        CompletableFuture<Response> slow =
                gateway.handle(Request.get("/x").build()).toCompletableFuture();
        gateway.close(Duration.ofMillis(50));
        assertThat(slow.join().status()).isEqualTo(503);
        Response refused = call(gateway, "GET", "/x");
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers().get("Connection")).isEqualTo("close");
        assertThat(transport.sent).hasSize(1);
    }
}
