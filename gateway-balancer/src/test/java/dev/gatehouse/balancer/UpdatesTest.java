package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a new list of endpoints changes, and what it leaves alone. */
class UpdatesTest {

    @Test
    void unchangedEndpointsKeepTheirNodes() {
        try (Watched watched = Watched.of("a", "b")) {
            Node a = watched.node("a");
            Lease lease = watched.leaseOf("a");
            lease.report(Outcome.SUCCESS);
            watched.source.set(Endpoints.list("c", "a"));
            assertThat(watched.node("a")).isSameAs(a);
            assertThat(a.inFlight()).isEqualTo(1);
            assertThat(a.successes()).isEqualTo(1);
            lease.close();
            assertThat(a.inFlight()).isZero();
        }
    }

    @Test
    void nodesAreInTheOrderOfTheList() {
        try (Watched watched = Watched.of("a", "b")) {
            watched.source.set(Endpoints.list("c", "b", "a"));
            assertThat(watched.balancer.nodes())
                    .extracting(node -> node.endpoint().id())
                    .containsExactly("c", "b", "a");
        }
    }

    @Test
    void anotherAddressUnderTheSameIdIsAnotherNode() {
        try (Watched watched = Watched.of("a")) {
            Node before = watched.node("a");
            Lease lease = watched.leaseOf("a");
            watched.forgetEvents();
            watched.source.set(List.of(Endpoint.builder("a", URI.create("http://elsewhere.test:8080"))
                    .build()));
            assertThat(watched.node("a")).isNotSameAs(before);
            assertThat(watched.node("a").inFlight()).isZero();
            assertThat(watched.told()).containsExactly("REMOVED a", "ADDED a");
            lease.close();
            assertThat(before.inFlight()).isZero();
            assertThat(watched.node("a").inFlight()).isZero();
        }
    }

    @Test
    void anotherWeightChangesTheChoiceAndNothingElse() {
        try (Watched watched = Watched.of(builder -> builder.strategy(Strategy.weightedRoundRobin()), "a", "b", "c")) {
            Node a = watched.node("a");
            Lease lease = watched.leaseOf("a");
            watched.balancer.drain("c", Duration.ofMinutes(1));
            watched.forgetEvents();
            watched.source.set(List.of(Endpoints.weighted("a", 3), Endpoints.named("b"), Endpoints.weighted("c", 3)));
            assertThat(watched.told()).containsExactly("CHANGED a", "CHANGED c");
            assertThat(watched.events.get(0).reason()).isEqualTo("weight 3, zone \"\", priority 0, tags {}");
            assertThat(watched.node("a")).isSameAs(a);
            assertThat(a.inFlight()).isEqualTo(1);
            assertThat(watched.usable()).containsExactly("a", "b");
            assertThat(picks(watched, 400)).isEqualTo(Map.of("a", 300, "b", 100));
            lease.close();
            assertThat(a.inFlight()).isZero();
        }
    }

    private static Map<String, Integer> picks(Watched watched, int count) {
        Map<String, Integer> picks = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            try (Lease lease = watched.balancer.acquire(PickContext.none())) {
                picks.merge(lease.endpoint().id(), 1, Integer::sum);
            }
        }
        return picks;
    }

    @Test
    void comingAndGoingIsTold() {
        try (Watched watched = Watched.of("a", "b")) {
            assertThat(watched.told()).containsExactly("ADDED a", "ADDED b");
            watched.forgetEvents();
            watched.source.set(Endpoints.list("b", "c"));
            assertThat(watched.told()).containsExactly("REMOVED a", "ADDED c");
            assertThat(watched.events.get(1))
                    .hasToString("2000-01-01T00:00:00Z ADDED c: http://c.test:8080 is in the list");
            watched.forgetEvents();
            watched.source.set(Endpoints.list("b", "c"));
            assertThat(watched.told()).isEmpty();
        }
    }

    @Test
    void anEmptyListIsMeant() {
        try (Watched watched = Watched.of("a")) {
            watched.source.set(List.of());
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            watched.source.set(Endpoints.list("a"));
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNotNull();
        }
    }

    @Test
    void aListThatIsTheSameMakesNoNewPicker() {
        List<Setup> setups = new ArrayList<>();
        Strategy strategy = setup -> {
            setups.add(setup);
            return Strategy.random().newPicker(setup);
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy), "a", "b")) {
            watched.source.set(Endpoints.list("a", "b"));
            assertThat(setups).hasSize(1);
            watched.source.set(Endpoints.list("b", "a"));
            assertThat(setups).hasSize(2);
        }
    }

    /** A source that says what a test wants, without the checks of the built-in ones. */
    private static final class Raw implements EndpointSource {

        private @Nullable Listener listener;
        private boolean closed;

        @Override
        public AutoCloseable watch(Listener told) {
            listener = told;
            return () -> closed = true;
        }

        Listener listener() {
            return Objects.requireNonNull(listener);
        }
    }

    @Test
    void aFailingSourceKeepsTheLastGoodList() {
        Raw source = new Raw();
        List<BalancerEvent> events = new ArrayList<>();
        try (Balancer balancer = Balancer.builder(source).listener(events::add).build()) {
            source.listener().onEndpoints(Endpoints.list("a"));
            source.listener().onFailure(new IllegalStateException("no answer"));
            assertThat(balancer.nodes()).hasSize(1);
            BalancerEvent last = events.get(events.size() - 1);
            assertThat(last.type()).isEqualTo(BalancerEvent.Type.SOURCE_FAILED);
            assertThat(last.reason()).contains("no answer");
            source.listener().onEndpoints(Endpoints.list("a", "b"));
            assertThat(balancer.nodes()).hasSize(2);
        }
    }

    @Test
    void ofEndpointsWithOneIdTheFirstStays() {
        Raw source = new Raw();
        List<BalancerEvent> events = new ArrayList<>();
        try (Balancer balancer = Balancer.builder(source).listener(events::add).build()) {
            Endpoint twin =
                    Endpoint.builder("a", URI.create("http://twin.test:8080")).build();
            source.listener().onEndpoints(List.of(Endpoints.named("a"), Endpoints.named("b"), twin));
            assertThat(balancer.nodes())
                    .extracting(Node::endpoint)
                    .containsExactly(Endpoints.named("a"), Endpoints.named("b"));
            assertThat(events)
                    .filteredOn(event -> event.type() == BalancerEvent.Type.DUPLICATE)
                    .extracting(BalancerEvent::reason)
                    .containsExactly("http://twin.test:8080 has the id of another one");
        }
    }

    @Test
    void theEndOfTheBalancerEndsTheWatch() {
        Raw source = new Raw();
        Balancer balancer = Balancer.builder(source).build();
        source.listener().onEndpoints(Endpoints.list("a"));
        balancer.close();
        balancer.close();
        assertThat(source.closed).isTrue();
        source.listener().onEndpoints(Endpoints.list("a", "b"));
        assertThat(balancer.nodes()).hasSize(1);
        balancer.acquire(PickContext.none()).close();
    }
}
