package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which of two balancers checks a node that both have, what goes on across a takeover, and what one that fails leaves. */
class HandoverTest {

    private static final Duration STEP = Duration.ofMillis(100);

    private final VirtualClock time = new VirtualClock();
    private final ScriptedChecker checker = new ScriptedChecker(time);
    private final UpdatableEndpoints endpoints = new UpdatableEndpoints(Endpoints.list("a", "b"));
    private final List<Balancer> open = new ArrayList<>();

    @AfterEach
    void closeAll() {
        open.forEach(Balancer::close);
        assertThat(time.pending()).isZero();
    }

    private BalancerBuilder builder(EndpointSource source) {
        return Balancer.builder(source)
                .strategy(Strategy.roundRobin())
                .panicThreshold(0)
                .time(time)
                .random(RandomSource.seeded(1))
                .healthCheck(
                        checker,
                        health ->
                                health.interval(Duration.ofSeconds(1)).jitter(0).unhealthyAfter(2));
    }

    private Balancer open(BalancerBuilder builder) {
        Balancer balancer = builder.build();
        open.add(balancer);
        return balancer;
    }

    private void seconds(double seconds) {
        time.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    private static Health health(Balancer balancer, int node) {
        return balancer.nodes().get(node).health();
    }

    /** What a gateway does whose configuration is replaced ten times a second, and whose requests end soon. */
    private Balancer replacedFor(double seconds, Balancer first) {
        Balancer current = first;
        for (int i = 0; i < seconds * 10; i++) {
            time.advance(STEP);
            Balancer next = open(builder(endpoints).adopting(current));
            current.close();
            current = next;
        }
        return current;
    }

    @Test
    void checksGoOnAtTheirTimesHoweverOftenBalancersAreReplaced() {
        replacedFor(3.05, open(builder(endpoints)));
        assertThat(checker.askedAt("a")).containsExactly(0.0, 1.0, 2.0, 3.0);
        assertThat(checker.askedAt("b")).containsExactly(0.0, 1.0, 2.0, 3.0);
    }

    @Test
    void failuresAreCountedAcrossTakeovers() {
        Balancer first = open(builder(endpoints));
        seconds(0.5);
        checker.sick.add("a");
        Balancer last = replacedFor(2, first);
        assertThat(health(last, 0)).isEqualTo(Health.DOWN);
        assertThat(health(last, 1)).isEqualTo(Health.UP);
        checker.sick.clear();
        assertThat(health(replacedFor(2, last), 0)).isEqualTo(Health.UP);
    }

    @Test
    void aCheckUnderWayOutlivesItsBalancer() {
        checker.silent.add("a");
        Balancer last = replacedFor(1.3, open(builder(endpoints)));
        // Asked at once, half a second for the answer, a fifth of an interval for a pause, and again.
        assertThat(checker.askedAt("a")).containsExactly(0.0, 0.7);
        assertThat(checker.unanswered.get(0)).isCancelled();
        assertThat(health(last, 0)).isEqualTo(Health.DOWN);
    }

    @Test
    void whatIsDecidedIsToldByTheLastOneOnly() {
        List<BalancerEvent> old = new ArrayList<>();
        List<BalancerEvent> current = new ArrayList<>();
        Balancer before = open(builder(endpoints).listener(old::add));
        seconds(0.5);
        open(builder(endpoints).listener(current::add).adopting(before));
        old.clear();
        checker.sick.add("a");
        seconds(3);
        assertThat(old).isEmpty();
        assertThat(current)
                .filteredOn(event -> event.type() == BalancerEvent.Type.DOWN)
                .extracting(BalancerEvent::endpoint)
                .containsExactly("a");
    }

    @Test
    void otherSettingsBeginAnew() {
        Balancer before = open(builder(endpoints));
        seconds(0.5);
        open(builder(endpoints)
                .healthCheck(
                        checker,
                        health -> health.interval(Duration.ofSeconds(2)).jitter(0))
                .adopting(before));
        seconds(4);
        assertThat(checker.askedAt("a")).containsExactly(0.0, 0.5, 2.5, 4.5);
    }

    @Test
    void theOldBalancerChecksAgainWhenTheNewOneEndsFirst() {
        Balancer before = open(builder(endpoints));
        Balancer after = builder(endpoints).adopting(before).build();
        seconds(0.5);
        after.close();
        checker.sick.add("a");
        seconds(3);
        assertThat(health(before, 0)).isEqualTo(Health.DOWN);
        assertThat(checker.askedAt("b")).containsExactly(0.0, 1.0, 2.0, 3.0);
    }

    @Test
    void theOldBalancerChecksAgainAfterOneThatDidNotCheck() {
        Balancer before = open(builder(endpoints));
        seconds(0.5);
        Balancer after = Balancer.builder(endpoints).time(time).adopting(before).build();
        assertThat(health(before, 0)).isEqualTo(Health.UNKNOWN);
        after.close();
        seconds(1);
        assertThat(health(before, 0)).isEqualTo(Health.UP);
    }

    @Test
    void theOldBalancerChecksAgainWhatTheNewOneNoLongerHas() {
        Balancer before = open(builder(endpoints));
        UpdatableEndpoints fewer = new UpdatableEndpoints(Endpoints.list("a", "b"));
        Balancer after = open(builder(fewer).adopting(before));
        fewer.set(Endpoints.list("b"));
        checker.sick.add("a");
        seconds(3);
        assertThat(health(before, 0)).isEqualTo(Health.DOWN);
        assertThat(health(after, 0)).isEqualTo(Health.UP);
    }

    @Test
    void aSourceThatThrowsLeavesTheBalancerBeforeAsItWas() {
        Balancer before = open(builder(endpoints));
        seconds(0.5);
        checker.silent.add("a");
        seconds(1);
        List<BalancerEvent> told = new ArrayList<>();
        EndpointSource broken = listener -> {
            listener.onEndpoints(List.of(Endpoints.weighted("a", 7)));
            throw new IllegalStateException("no discovery today");
        };
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        builder(broken).listener(told::add).adopting(before).build())
                .withMessage("no discovery today");
        assertThat(told).isEmpty();
        assertThat(before.nodes()).hasSize(2).allMatch(node -> node.effectiveWeight() == 1);
        seconds(2);
        assertThat(checker.askedAt("a")).startsWith(0.0, 1.0, 1.7);
        assertThat(health(before, 0)).isEqualTo(Health.DOWN);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aSourceThatReturnsNothingIsNamed() {
        EndpointSource broken = listener -> null;
        assertThatNullPointerException()
                .isThrownBy(() -> builder(broken).build())
                .withMessage("watch returned null");
    }

    /** A source that reports when a test says so, as one that asks a discovery system does. */
    private static final class Slow implements EndpointSource {

        private @Nullable Listener listener;

        @Override
        public AutoCloseable watch(Listener told) {
            listener = told;
            return () -> {};
        }

        void report(List<Endpoint> list) {
            Objects.requireNonNull(listener).onEndpoints(list);
        }
    }

    @Test
    void untilASourceReportsTheListOfTheBalancerBeforeIsUsed() {
        Balancer before = open(builder(endpoints));
        Slow slow = new Slow();
        Balancer after = open(builder(slow).adopting(before));
        assertThat(after.nodes()).isEqualTo(before.nodes());
        Lease lease = after.acquire(PickContext.none());

        Node b = before.nodes().get(1);
        slow.report(Endpoints.list("b", "c"));
        assertThat(after.nodes()).extracting(node -> node.endpoint().id()).containsExactly("b", "c");
        assertThat(after.nodes().get(0)).isSameAs(b);
        lease.close();
        assertThat(before.nodes()).allMatch(node -> node.inFlight() == 0);
    }

    @Test
    void anEmptyReportIsBelievedAtOnce() {
        Balancer before = open(builder(endpoints));
        Balancer after = open(builder(new UpdatableEndpoints(List.of())).adopting(before));
        assertThat(after.nodes()).isEmpty();
    }
}
