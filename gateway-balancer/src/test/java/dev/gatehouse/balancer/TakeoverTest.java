package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One balancer takes over from another under load: both live for a while, with the same nodes. */
class TakeoverTest {

    private final VirtualClock time = new VirtualClock();
    private final Set<String> sick = new HashSet<>();
    private final List<Balancer> open = new ArrayList<>();
    private final UpdatableEndpoints endpoints = new UpdatableEndpoints(Endpoints.list("a", "b", "c"));

    @AfterEach
    void closeAll() {
        open.forEach(Balancer::close);
    }

    private final class Checker implements HealthChecker {

        private final AtomicInteger asked = new AtomicInteger();

        @Override
        public CompletionStage<Void> check(Endpoint endpoint) {
            asked.incrementAndGet();
            return sick.contains(endpoint.id())
                    ? CompletableFuture.failedFuture(new IllegalStateException("sick"))
                    : CompletableFuture.completedFuture(null);
        }
    }

    private BalancerBuilder builder() {
        return Balancer.builder(endpoints)
                .strategy(Strategy.roundRobin())
                .time(time)
                .random(RandomSource.seeded(1));
    }

    private Balancer open(BalancerBuilder builder) {
        Balancer balancer = builder.build();
        open.add(balancer);
        return balancer;
    }

    private static Set<String> chosen(Balancer balancer) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 30; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                ids.add(lease.endpoint().id());
            }
        }
        return ids;
    }

    @Test
    void equalEndpointsKeepTheirNodesAndTheCallsThatAreUnderWay() {
        Balancer before = open(builder());
        Lease lease = before.acquire(PickContext.none());
        Balancer after = open(builder().adopting(before));

        assertThat(after.nodes()).isEqualTo(before.nodes()).contains(lease.node());
        assertThat(lease.node().inFlight()).isEqualTo(1);
        assertThat(before.inFlight()).isEqualTo(1);
        assertThat(after.inFlight()).isZero();
        lease.close();
        assertThat(lease.node().inFlight()).isZero();
        assertThat(before.inFlight()).isZero();
    }

    @Test
    void aNodeThatFallsIllDuringTheTakeoverIsLeftByBoth() {
        Balancer before = open(builder().healthCheck(new Checker()));
        Balancer after = open(builder().healthCheck(new Checker()).adopting(before));
        sick.add("a");
        time.advance(Duration.ofMinutes(1));

        assertThat(chosen(after)).containsExactlyInAnyOrder("b", "c");
        assertThat(chosen(before)).containsExactlyInAnyOrder("b", "c");

        sick.clear();
        time.advance(Duration.ofMinutes(1));
        assertThat(chosen(after)).contains("a");
        assertThat(chosen(before)).contains("a");
    }

    @Test
    void onlyTheNewBalancerChecksWhatBothHave() {
        Checker old = new Checker();
        Balancer before = open(builder().healthCheck(old));
        time.advance(Duration.ofMinutes(1));
        Checker current = new Checker();
        open(builder().healthCheck(current).adopting(before));
        int asked = old.asked.get();
        time.advance(Duration.ofMinutes(1));

        assertThat(old.asked).hasValue(asked);
        assertThat(current.asked.get()).isGreaterThan(20);
    }

    @Test
    void withoutChecksNoNodeStaysDownForEver() {
        Balancer before = open(builder().healthCheck(new Checker()));
        sick.add("a");
        time.advance(Duration.ofMinutes(1));
        assertThat(chosen(before)).doesNotContain("a");

        Balancer after = open(builder().adopting(before));
        assertThat(chosen(after)).contains("a");
        assertThat(after.nodes().get(0).health()).isEqualTo(Health.UNKNOWN);
    }

    @Test
    void whatIsDownStaysDownUntilTheNewChecksSayOtherwise() {
        Balancer before = open(builder().healthCheck(new Checker()));
        sick.add("a");
        time.advance(Duration.ofMinutes(1));

        Balancer after = open(builder().healthCheck(new Checker()).adopting(before));
        assertThat(chosen(after)).doesNotContain("a");
        sick.clear();
        time.advance(Duration.ofMinutes(1));
        assertThat(chosen(after)).contains("a");
    }

    @Test
    void aDrainThatTheOldOneBeginsHoldsForTheNewOne() {
        Balancer before = open(builder());
        Balancer after = open(builder().adopting(before));
        before.drain("a", Duration.ofSeconds(1));
        assertThat(chosen(after)).containsExactlyInAnyOrder("b", "c");

        after.undrain("a");
        assertThat(chosen(before)).contains("a");
    }

    @Test
    void anEndpointAtAnotherAddressIsAnotherNode() {
        Balancer before = open(builder());
        Endpoint moved =
                Endpoint.builder("a", URI.create("http://elsewhere.test:8080")).build();
        UpdatableEndpoints changed = new UpdatableEndpoints(List.of(moved, Endpoints.named("b")));
        Balancer after = open(Balancer.builder(changed).time(time).adopting(before));

        assertThat(after.nodes().get(0)).isNotSameAs(before.nodes().get(0));
        assertThat(after.nodes().get(1)).isSameAs(before.nodes().get(1));
    }

    @Test
    void anotherWeightDoesNotUndoADrain() {
        Balancer before = open(builder());
        before.drain("a", Duration.ofMinutes(1));
        UpdatableEndpoints changed = new UpdatableEndpoints(List.of(Endpoints.weighted("a", 5), Endpoints.named("b")));
        Balancer after = open(Balancer.builder(changed).time(time).adopting(before));

        assertThat(after.nodes().get(0)).isSameAs(before.nodes().get(0));
        assertThat(after.nodes().get(0).effectiveWeight()).isEqualTo(5);
        assertThat(chosen(after)).containsExactly("b");
    }

    @Test
    void anEndpointThatComesBackLaterIsNotTakenFromTheOldOne() {
        Balancer before = open(builder());
        UpdatableEndpoints list = new UpdatableEndpoints(Endpoints.list("a", "b"));
        Balancer after = open(Balancer.builder(list).time(time).adopting(before));
        list.set(Endpoints.list("b"));
        list.set(Endpoints.list("a", "b"));

        assertThat(after.nodes().get(0)).isNotSameAs(before.nodes().get(0));
    }

    @Test
    void theStrategyMayInheritWhatItsPickerHasLearnt() {
        List<Picker> previous = new ArrayList<>();
        Strategy strategy = setup -> {
            previous.add(setup.previous());
            return Strategy.roundRobin().newPicker(setup);
        };
        Balancer before = open(builder().strategy(strategy));
        Balancer after = open(builder().strategy(strategy).adopting(before));
        open(builder().strategy(Strategy.random()).adopting(after));

        assertThat(previous).hasSize(2);
        assertThat(previous.get(0)).isNull();
        assertThat(previous.get(1)).isNotNull();
    }

    @Test
    void anOldBalancerIsNotHeldByTheOnesAfterIt() throws InterruptedException {
        Balancer first = builder().build();
        WeakReference<Balancer> reference = new WeakReference<>(first);
        Balancer second = open(builder().adopting(first));
        first.close();
        first = null;
        for (int i = 0; i < 50 && reference.get() != null; i++) {
            System.gc();
        }
        assertThat(reference.get()).isNull();
        assertThat(chosen(second)).hasSize(3);
    }

    @Test
    void aBuilderMayBeChangedAfterItBuilt() {
        BalancerBuilder builder = builder().healthCheck(new Checker()).panicThreshold(0);
        Balancer balancer = open(builder);
        builder.panicThreshold(1).strategy(Strategy.random());
        sick.addAll(Set.of("a", "b"));
        time.advance(Duration.ofMinutes(1));

        assertThat(chosen(balancer)).containsExactly("c");
        assertThat(balancer.strategy()).isEqualTo(Strategy.roundRobin());
    }
}
