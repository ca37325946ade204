package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class DrainTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void aDrainingNodeGetsNothingNewAndEndsWithItsLastCall() {
        try (Watched watched = Watched.of("a", "b")) {
            Lease first = watched.leaseOf("a");
            Lease second = watched.leaseOf("a");
            CompletableFuture<Void> drained = drain(watched, "a");
            assertThat(watched.usable()).containsExactly("b");
            assertThat(watched.node("a").draining()).isTrue();
            assertThat(watched.reason("a")).isEqualTo("draining");
            first.close();
            assertThat(drained).isNotDone();
            second.close();
            assertThat(drained).isCompletedWithValue(null);
            assertThat(watched.usable()).containsExactly("b");
        }
    }

    @Test
    void anIdleNodeHasDrainedAtOnce() {
        try (Watched watched = Watched.of("a", "b")) {
            assertThat(drain(watched, "a")).isCompletedWithValue(null);
            assertThat(watched.clock.pending()).isZero();
        }
    }

    @Test
    void theDeadlineEndsTheWaitButNotTheCall() {
        try (Watched watched = Watched.of("a", "b")) {
            Lease lease = watched.leaseOf("a");
            CompletableFuture<Void> drained = drain(watched, "a");
            watched.seconds(59.9);
            assertThat(drained).isNotDone();
            watched.seconds(0.1);
            assertThat(drained).isCompletedWithValue(null);
            assertThat(watched.node("a").inFlight()).isEqualTo(1);
            assertThat(watched.events.get(watched.events.size() - 1).reason()).isEqualTo("1 calls in flight");
            lease.close();
            assertThat(watched.told()).containsOnlyOnce("DRAINED a");
        }
    }

    @Test
    void drainingIsToldFromBeginningToEnd() {
        try (Watched watched = Watched.of("a", "b")) {
            watched.forgetEvents();
            Lease lease = watched.leaseOf("a");
            drain(watched, "a");
            assertThat(watched.told()).containsExactly("DRAINING a");
            lease.close();
            assertThat(watched.told()).containsExactly("DRAINING a", "DRAINED a");
            watched.balancer.undrain("a");
            assertThat(watched.told()).containsExactly("DRAINING a", "DRAINED a", "UNDRAINED a");
            assertThat(watched.usable()).containsExactly("a", "b");
        }
    }

    @Test
    void undrainingEndsTheWaitWithACancellation() {
        try (Watched watched = Watched.of("a", "b")) {
            Lease lease = watched.leaseOf("a");
            CompletableFuture<Void> drained = drain(watched, "a");
            watched.balancer.undrain("a");
            assertThatExceptionOfType(CancellationException.class).isThrownBy(drained::get);
            assertThat(watched.leaseOf("a").node()).isSameAs(lease.node());
            watched.seconds(120);
            assertThat(watched.told()).doesNotContain("DRAINED a");
        }
    }

    @Test
    void anEndpointThatIsNotThereCannotDrain() {
        try (Watched watched = Watched.of("a")) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(drain(watched, "x")::get)
                    .withCauseInstanceOf(IllegalArgumentException.class)
                    .withMessageContaining("there is no endpoint x");
            assertThatIllegalArgumentException().isThrownBy(() -> watched.balancer.undrain("x"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> watched.balancer.drain("a", Duration.ofNanos(-1)))
                    .withMessage("deadline: PT-0.000000001S (expected: >= 0)");
        }
    }

    @Test
    void undrainingWhatDoesNotDrainTellsNobody() {
        try (Watched watched = Watched.of("a")) {
            watched.forgetEvents();
            watched.balancer.undrain("a");
            assertThat(watched.told()).isEmpty();
        }
    }

    @Test
    void aNodeThatLeavesTheListStillDrains() {
        try (Watched watched = Watched.of("a", "b")) {
            Lease lease = watched.leaseOf("a");
            CompletableFuture<Void> drained = drain(watched, "a");
            watched.source.set(Endpoints.list("b"));
            assertThat(drained).isNotDone();
            lease.close();
            assertThat(drained).isCompletedWithValue(null);
        }
    }

    @Test
    void aSecondDrainHasADeadlineOfItsOwn() {
        try (Watched watched = Watched.of("a", "b")) {
            Lease lease = watched.leaseOf("a");
            CompletableFuture<Void> first = drain(watched, "a");
            CompletableFuture<Void> second =
                    watched.balancer.drain("a", Duration.ofSeconds(1)).toCompletableFuture();
            watched.seconds(1);
            assertThat(second).isCompletedWithValue(null);
            assertThat(first).isNotDone();
            lease.close();
            assertThat(first).isCompletedWithValue(null);
        }
    }

    @Test
    void drainingSurvivesAnUpdateOfTheList() {
        try (Watched watched = Watched.of("a", "b")) {
            drain(watched, "a");
            watched.source.set(Endpoints.list("a", "b", "c"));
            assertThat(watched.usable()).containsExactly("b", "c");
        }
    }

    @Test
    void aNodeThatBeginsToDrainWhileItIsChosenIsNotCalled() {
        Watched[] holder = new Watched[1];
        Strategy draining = setup -> context -> {
            Node first = setup.nodes().get(0);
            if (holder[0] != null && first.endpoint().id().equals("a")) {
                assertThat(drain(holder[0], "a")).isCompletedWithValue(null);
            }
            return first;
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(draining), "a", "b")) {
            holder[0] = watched;
            try (Lease lease = watched.balancer.acquire(PickContext.none())) {
                assertThat(lease.endpoint().id()).isEqualTo("b");
                assertThat(watched.node("a").inFlight()).isZero();
            }
        }
    }

    @Test
    void ifTheLastNodeBeginsToDrainWhileItIsChosenThereIsNoLease() {
        Watched[] holder = new Watched[1];
        Strategy draining = setup -> context -> {
            if (holder[0] != null) {
                setup.nodes().forEach(node -> drain(holder[0], node.endpoint().id()));
            }
            return setup.nodes().isEmpty() ? null : setup.nodes().get(0);
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(draining), "a", "b")) {
            holder[0] = watched;
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            assertThat(watched.balancer.nodes()).allMatch(node -> node.inFlight() == 0);
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    private static CompletableFuture<Void> drain(Watched watched, String id) {
        return watched.balancer.drain(id, MINUTE).toCompletableFuture();
    }
}
