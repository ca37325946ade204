package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Health;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an update keeps, what it replaces, and that one that is refused changes nothing. */
class UpdateTest {

    private static final HostCapabilities BARE = new HostCapabilities("bare", false, false, false, false, false, false);

    private final VirtualClock time = new VirtualClock();
    private final ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
    private final Set<String> sick = new HashSet<>();
    private final HealthChecker checker = endpoint -> sick.contains(endpoint.id())
            ? CompletableFuture.failedFuture(new IllegalStateException("sick"))
            : CompletableFuture.completedFuture(null);
    private final Source source = new Source(Endpoint.of("http://a:1"), Endpoint.of("http://b:1"));
    private @Nullable Gateway gateway;

    @AfterEach
    void close() {
        if (gateway != null) {
            gateway.close(Duration.ZERO);
        }
        assertThat(source.open).isZero();
        assertThat(time.pending()).isZero();
    }

    /** Reports its endpoints at once, if it has any, and counts who watches. */
    private static final class Source implements EndpointSource {

        private final List<Endpoint> endpoints;
        private final List<Listener> listeners = new ArrayList<>();
        private int watched;
        private int open;

        Source(Endpoint... endpoints) {
            this.endpoints = List.of(endpoints);
        }

        @Override
        public AutoCloseable watch(Listener listener) {
            watched++;
            open++;
            listeners.add(listener);
            if (!endpoints.isEmpty()) {
                listener.onEndpoints(endpoints);
            }
            return () -> open--;
        }
    }

    private static EndpointSource failing(String message) {
        return listener -> {
            listener.onEndpoints(List.of(Endpoint.of("http://c:1")));
            throw new IllegalStateException(message);
        };
    }

    private GatewayBuilder configuration(Consumer<UpstreamBuilder> more) {
        return Gateway.builder()
                .transport(transport)
                .upstream("up", up -> {
                    up.endpoints(source)
                            .strategy(Strategy.roundRobin())
                            .panicThreshold(0)
                            .healthCheck(
                                    checker,
                                    health -> health.interval(Duration.ofSeconds(1))
                                            .jitter(0));
                    more.accept(up);
                })
                .route("/**", r -> r.to("up"));
    }

    private Gateway start(Consumer<UpstreamBuilder> more) {
        Gateway started = configuration(more).time(time).build();
        gateway = started;
        return started;
    }

    private static Response call(Gateway gateway) {
        return gateway.handle(Request.get("/x").build()).toCompletableFuture().join();
    }

    private static Balancer balancer(Gateway gateway) {
        Upstream upstream = gateway.upstream("up");
        assertThat(upstream).isNotNull();
        return upstream.balancer();
    }

    private static List<Health> health(Gateway gateway) {
        return balancer(gateway).nodes().stream().map(node -> node.health()).toList();
    }

    private static Strategy strategy(int version) {
        return version % 2 == 0 ? Strategy.roundRobin() : Strategy.random();
    }

    @Test
    void anUpdateThatAHostRefusesStartsNothing() {
        Gateway gateway = start(up -> {});
        gateway.attach(BARE);
        time.advance(Duration.ofMillis(500));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> gateway.update(
                        configuration(up -> up.strategy(Strategy.random())).route("/host", r -> r.toHost())))
                .withMessageContaining("behind host bare there is no code to run");
        assertThat(source.watched).isEqualTo(1);
        sick.add("a:1");
        time.advance(Duration.ofSeconds(5));
        assertThat(health(gateway)).containsExactly(Health.DOWN, Health.UP);
    }

    @Test
    void aGatewayWhoseSourcesThrowLeavesNothingBehind() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> configuration(up -> {})
                        .time(time)
                        .upstream("second", up -> up.endpoints(failing("no discovery")))
                        .upstream("third", up -> up.endpoints(failing("no network")))
                        .route("/second/**", r -> r.to("second"))
                        .route("/third/**", r -> r.to("third"))
                        .build())
                .satisfies(e -> assertThat(e.problems())
                        .containsExactly(
                                "upstream second: its endpoints cannot be watched: java.lang.IllegalStateException: no"
                                        + " discovery",
                                "upstream third: its endpoints cannot be watched: java.lang.IllegalStateException: no"
                                        + " network"))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        assertThat(source.watched).isEqualTo(1);
        assertThat(source.open).isZero();
        assertThat(time.pending()).isZero();
    }

    @Test
    void anUpdateWhoseSourceThrowsChangesNothing() {
        Gateway gateway = start(up -> {});
        time.advance(Duration.ofMillis(500));
        sick.add("a:1");
        time.advance(Duration.ofSeconds(5));
        Balancer before = balancer(gateway);
        Endpoint heavy =
                Endpoint.builder("a:1", URI.create("http://a:1")).weight(9).build();
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> gateway.update(Gateway.builder()
                        .transport(transport)
                        .upstream("up", up -> up.endpoints(heavy))
                        .upstream("broken", up -> up.endpoints(failing("no discovery")))
                        .route("/**", r -> r.to("up"))
                        .route("/broken/**", r -> r.to("broken"))));
        assertThat(balancer(gateway)).isSameAs(before);
        assertThat(before.nodes()).allMatch(node -> node.effectiveWeight() == 1);
        assertThat(health(gateway)).containsExactly(Health.DOWN, Health.UP);
        sick.clear();
        time.advance(Duration.ofSeconds(5));
        assertThat(health(gateway)).containsExactly(Health.UP, Health.UP);
        assertThat(source.open).isEqualTo(1);
    }

    /** A filter is asked for its name when the routes are made, after the upstreams have started. */
    @Test
    void whateverElseFailsEndsTheUpstreamsThatHadStarted() {
        Gateway gateway = start(up -> {});
        time.advance(Duration.ofMillis(500));
        Filter nameless = new Filter() {
            @Override
            public CompletableFuture<Response> apply(Request request, Chain next) {
                return next.proceed(request).toCompletableFuture();
            }

            @Override
            public String name() {
                throw new IllegalStateException("no name");
            }
        };
        assertThatIllegalStateException()
                .isThrownBy(() -> gateway.update(
                        configuration(up -> up.strategy(Strategy.random())).filter(nameless)));
        assertThat(source.open).isEqualTo(1);
        sick.add("a:1");
        time.advance(Duration.ofSeconds(5));
        assertThat(health(gateway)).containsExactly(Health.DOWN, Health.UP);
    }

    @Test
    void aSourceThatReportsLaterCostsNoRequest() {
        Gateway gateway = start(up -> {});
        Source slow = new Source();
        gateway.update(configuration(up -> up.endpoints(slow)));
        assertThat(call(gateway).status()).isEqualTo(200);
        slow.listeners.get(0).onEndpoints(List.of(Endpoint.of("http://c:1")));
        assertThat(call(gateway).status()).isEqualTo(200);
        assertThat(transport.sent)
                .extracting(sent -> sent.call.endpoint().id())
                .last()
                .isEqualTo("c:1");
    }

    @Test
    void healthIsDecidedHoweverOftenBalancersAreReplaced() {
        Gateway gateway = start(up -> {});
        time.advance(Duration.ofMillis(500));
        sick.add("a:1");
        for (int i = 1; i <= 30; i++) {
            Balancer before = balancer(gateway);
            int version = i;
            gateway.update(configuration(up -> up.strategy(strategy(version))));
            assertThat(balancer(gateway)).isNotSameAs(before);
            time.advance(Duration.ofMillis(100));
        }
        assertThat(health(gateway)).containsExactly(Health.DOWN, Health.UP);
        assertThat(source.open).isEqualTo(1);
    }

    /** Notes the upstream and the endpoint of each event. */
    private static GatewayListener noting(List<String> told) {
        return new GatewayListener() {
            @Override
            public void onBalancerEvent(String upstream, BalancerEvent event) {
                told.add(upstream + " " + event.type() + " " + event.endpoint());
            }
        };
    }

    @Test
    void whatHappensToAnUpstreamThatWasKeptIsToldToTheListenersOfNow() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        List<String> third = new ArrayList<>();
        Gateway gateway =
                configuration(up -> {}).time(time).listener(noting(first)).build();
        this.gateway = gateway;
        assertThat(first).containsExactly("up ADDED a:1", "up ADDED b:1");
        Balancer before = balancer(gateway);
        gateway.update(configuration(up -> {}).listener(noting(second)));
        assertThat(balancer(gateway)).isSameAs(before);
        first.clear();
        time.advance(Duration.ofSeconds(1));
        assertThat(first).isEmpty();
        assertThat(second).containsExactly("up UP a:1", "up UP b:1");

        second.clear();
        gateway.update(configuration(up -> up.strategy(Strategy.random())).listener(noting(third)));
        balancer(gateway).drain("a:1", Duration.ZERO);
        assertThat(second).isEmpty();
        assertThat(third).containsExactly("up ADDED a:1", "up ADDED b:1", "up DRAINING a:1", "up DRAINED a:1");
    }

    @Test
    void aRefusedUpdateLeavesTheListeners() {
        List<String> first = new ArrayList<>();
        List<String> second = new ArrayList<>();
        Gateway gateway =
                configuration(up -> {}).time(time).listener(noting(first)).build();
        this.gateway = gateway;
        gateway.attach(BARE);
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> gateway.update(
                        configuration(up -> {}).listener(noting(second)).route("/host", r -> r.toHost())));
        time.advance(Duration.ofSeconds(1));
        assertThat(first).endsWith("up UP a:1", "up UP b:1");
        assertThat(second).isEmpty();
    }

    @Test
    void whatTheBalancerHasNoPartInIsReplacedWithoutAnother() {
        List<String> ran = new ArrayList<>();
        Gateway gateway = start(up -> up.attemptFilter(noting("old", ran)));
        Balancer before = balancer(gateway);
        ScriptedTransport other = ScriptedTransport.answering(sent -> Response.of(201));
        gateway.update(configuration(up -> up.attemptFilter(noting("new", ran))
                .timeouts(t -> t.connect(Duration.ofSeconds(1)))
                .transport(other)
                .http2()));
        assertThat(balancer(gateway)).isSameAs(before);
        assertThat(source.watched).isEqualTo(1);
        assertThat(call(gateway).status()).isEqualTo(201);
        assertThat(ran).containsExactly("new");
        assertThat(other.sent.get(0).call.connectTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(other.sent.get(0).call.protocol()).isEqualTo(Call.Protocol.HTTP_2);
    }

    private static Filter noting(String name, List<String> ran) {
        return PhaseFilter.named(name, (request, exchange) -> {
            ran.add(name);
            return Verdict.proceed(request);
        });
    }

    @Test
    void anUpdateRefillsNoRetryBudget() {
        transport.script(sent -> sent.respond(Response.of(503)));
        Gateway gateway = start(up -> up.retry(
                retry -> retry.budget(0).minRetriesPerSecond(1).maxAttempts(2).backOff(Duration.ZERO, Duration.ZERO)));
        for (int i = 0; i < 20; i++) {
            call(gateway);
        }
        // Ten seconds' worth: one retry each.
        assertThat(transport.sent).hasSize(30);
        gateway.update(configuration(up -> up.strategy(Strategy.random())
                .retry(retry ->
                        retry.budget(0).minRetriesPerSecond(1).maxAttempts(3).backOff(Duration.ZERO, Duration.ZERO))));
        call(gateway);
        assertThat(transport.sent).hasSize(31);
    }
}
