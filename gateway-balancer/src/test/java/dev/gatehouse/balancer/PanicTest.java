package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When too few nodes are well, health is not believed. */
class PanicTest {

    private final VirtualClock clock = new VirtualClock();
    private final ScriptedChecker checker = new ScriptedChecker(clock);

    private Watched watched(double threshold, String... ids) {
        return Watched.of(
                clock,
                builder -> builder.panicThreshold(threshold).healthCheck(checker, health -> health.jitter(0)),
                ids);
    }

    @Test
    void atTheThresholdOnlyTheGoodNodesAreUsed() {
        checker.sick.addAll(List.of("a", "b"));
        try (Watched watched = watched(0.5, "a", "b", "c", "d")) {
            watched.seconds(3);
            assertThat(watched.usable()).containsExactly("c", "d");
            assertThat(watched.told()).doesNotContain("PANIC");
        }
    }

    @Test
    void belowTheThresholdAllNodesAreUsed() {
        checker.sick.addAll(List.of("a", "b", "c"));
        try (Watched watched = watched(0.5, "a", "b", "c", "d")) {
            watched.seconds(3);
            assertThat(watched.usable()).containsExactly("a", "b", "c", "d");
            assertThat(watched.reason("a")).contains("DOWN").contains("panic");
            assertThat(watched.told()).containsOnlyOnce("PANIC");
            assertThat(watched.events)
                    .filteredOn(event -> event.type() == BalancerEvent.Type.PANIC)
                    .allMatch(event -> event.endpoint() == null)
                    .extracting(BalancerEvent::reason)
                    .containsExactly("1 of 4 nodes are usable");
        }
    }

    @Test
    void panicEndsWhenEnoughNodesAreBack() {
        checker.sick.addAll(List.of("a", "b", "c"));
        try (Watched watched = watched(0.5, "a", "b", "c", "d")) {
            watched.seconds(3);
            watched.forgetEvents();
            checker.sick.remove("b");
            watched.seconds(10);
            assertThat(watched.usable()).containsExactly("b", "d");
            assertThat(watched.told()).containsExactly("UP b", "PANIC_OVER");
        }
    }

    @Test
    void aThresholdOfZeroNeverPanics() {
        checker.sick.addAll(List.of("a", "b"));
        try (Watched watched = watched(0, "a", "b")) {
            watched.seconds(3);
            assertThat(watched.usable()).isEmpty();
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
        }
    }

    @Test
    void aThresholdOfOnePanicsForEachNodeThatIsDown() {
        checker.sick.add("a");
        try (Watched watched = watched(1, "a", "b", "c")) {
            watched.seconds(3);
            assertThat(watched.usable()).containsExactly("a", "b", "c");
        }
    }

    @Test
    void drainingNodesAreNotUsedInPanicEither() {
        checker.sick.addAll(List.of("a", "b"));
        try (Watched watched = watched(0.5, "a", "b", "c")) {
            watched.seconds(3);
            watched.balancer.drain("c", Duration.ofMinutes(1));
            assertThat(watched.usable()).containsExactly("a", "b");
        }
    }

    @Test
    void drainingNodesDoNotCountAsLost() {
        try (Watched watched = watched(0.5, "a", "b", "c", "d")) {
            watched.balancer.drain("a", Duration.ofMinutes(1));
            watched.balancer.drain("b", Duration.ofMinutes(1));
            watched.balancer.drain("c", Duration.ofMinutes(1));
            assertThat(watched.usable()).containsExactly("d");
            assertThat(watched.told()).doesNotContain("PANIC");
        }
    }

    @Test
    void withoutEndpointsThereIsNothingToPanicAbout() {
        try (Watched watched = watched(1)) {
            assertThat(watched.told()).isEmpty();
        }
    }
}
