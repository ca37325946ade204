package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Choosing, and what a balancer makes of strategies. */
class BalancerTest {

    @Test
    void aLeaseCountsFromTheChoiceToItsEnd() {
        try (Watched watched = Watched.of("a")) {
            Lease lease = watched.balancer.acquire(PickContext.none());
            assertThat(lease.node().inFlight()).isEqualTo(1);
            assertThat(watched.balancer.inFlight()).isEqualTo(1);
            lease.report(Outcome.SUCCESS);
            assertThat(lease.node().inFlight()).isEqualTo(1);
            lease.close();
            lease.close();
            assertThat(lease.node().inFlight()).isZero();
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @Test
    void withoutEndpointsThereIsNoLease() {
        try (Watched watched = Watched.of()) {
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            assertThatExceptionOfType(NoEndpointException.class)
                    .isThrownBy(() -> watched.balancer.acquire(PickContext.none()))
                    .withMessage("there are no endpoints");
        }
    }

    @Test
    void aBalancerWhoseSourceHasNotReportedHasNoEndpoints() {
        try (Balancer balancer = Balancer.builder(new UpdatableEndpoints()).build()) {
            assertThat(balancer.nodes()).isEmpty();
            assertThat(balancer.tryAcquire(PickContext.none())).isNull();
        }
    }

    @Test
    void ifNoneIsUsableTheExceptionSaysOfHowMany() {
        try (Watched watched = Watched.of("a", "b")) {
            watched.balancer.drain("a", Duration.ZERO);
            watched.balancer.drain("b", Duration.ZERO);
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            assertThatExceptionOfType(NoEndpointException.class)
                    .isThrownBy(() -> watched.balancer.acquire(PickContext.none()))
                    .withMessage("none of 2 endpoints is usable");
        }
    }

    static List<Strategy> strategies() {
        return StrategyTest.all().toList();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void theNodeToAvoidIsNotTakenWhileAnotherIsUsable(Strategy strategy) {
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy), "a", "b")) {
            PickContext context = PickContext.forClient("192.0.2.1").avoiding(watched.node("a"));
            PickContext other = PickContext.forClient("192.0.2.1").avoiding(watched.node("b"));
            for (int i = 0; i < 200; i++) {
                assertThat(idOf(watched, context)).isEqualTo("b");
                assertThat(idOf(watched, other)).isEqualTo("a");
            }
            assertThat(watched.balancer.inFlight()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void theNodeToAvoidIsTakenIfNoOtherIsUsable(Strategy strategy) {
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy), "a", "b")) {
            watched.balancer.drain("b", Duration.ZERO);
            PickContext context = PickContext.forClient("192.0.2.1").avoiding(watched.node("a"));
            assertThat(idOf(watched, context)).isEqualTo("a");
        }
    }

    @Test
    void aStubbornStrategyIsOverruledWithTheLeastLoadedOfTheOthers() {
        Strategy first = setup -> context -> setup.nodes().get(0);
        try (Watched watched = Watched.of(builder -> builder.strategy(first), "a", "b", "c")) {
            watched.node("b").begin();
            PickContext context = PickContext.none().avoiding(watched.node("a"));
            assertThat(idOf(watched, context)).isEqualTo("c");
            assertThat(idOf(watched, PickContext.none())).isEqualTo("a");
        }
    }

    @Test
    void aReservingPickerIsNotCountedAgain() {
        try (Watched watched = Watched.of(builder -> builder.strategy(new OneAtATime()), "a", "b")) {
            Lease first = watched.balancer.acquire(PickContext.none());
            Lease second = watched.balancer.acquire(PickContext.none());
            assertThat(first.node().inFlight()).isEqualTo(1);
            assertThat(second.node()).isNotSameAs(first.node());
            assertThat(watched.balancer.tryAcquire(PickContext.none())).isNull();
            first.close();
            assertThat(watched.balancer.acquire(PickContext.none()).node()).isSameAs(first.node());
        }
    }

    private record OneAtATime() implements Strategy {
        @Override
        public Picker newPicker(Setup setup) {
            return new Picker() {
                @Override
                public @Nullable Node pick(PickContext context) {
                    return setup.nodes().stream()
                            .filter(node -> node.tryReserve(1))
                            .findFirst()
                            .orElse(null);
                }

                @Override
                public boolean reserves() {
                    return true;
                }
            };
        }
    }

    @Test
    void aPickerLearnsOnceHowEachCallWent() {
        List<String> told = new ArrayList<>();
        Strategy learning = setup -> new Picker() {
            @Override
            public Node pick(PickContext context) {
                return setup.nodes().get(0);
            }

            @Override
            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                told.add(node + " " + context.key() + " " + outcome + " " + latencyNanos);
            }
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(learning), "a")) {
            Lease lease = watched.balancer.acquire(PickContext.keyed("k"));
            watched.seconds(0.25);
            lease.report(Outcome.SERVER_ERROR);
            lease.report(Outcome.SUCCESS);
            lease.amend(Outcome.ABORTED);
            lease.close();
            watched.balancer.acquire(PickContext.none()).close();
            assertThat(told).containsExactly("a k SERVER_ERROR 250000000", "a null IGNORED 0");
        }
    }

    @Test
    void aReplacedPickerIsClosedAndHandedToTheNextOne() {
        AtomicInteger closed = new AtomicInteger();
        List<@Nullable Picker> previous = new ArrayList<>();
        List<Picker> made = new ArrayList<>();
        Strategy strategy = setup -> {
            previous.add(setup.previous());
            Picker picker = new Picker() {
                @Override
                public @Nullable Node pick(PickContext context) {
                    return null;
                }

                @Override
                public void close() {
                    closed.incrementAndGet();
                }
            };
            made.add(picker);
            return picker;
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(strategy), "a")) {
            assertThat(closed).hasValue(0);
            watched.source.set(Endpoints.list("a", "b"));
            assertThat(previous).containsExactly(null, made.get(0));
            assertThat(closed).hasValue(1);
        }
        assertThat(closed).hasValue(2);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        BalancerBuilder builder = Balancer.builder("http://a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.panicThreshold(1.1))
                .withMessage("panicThreshold: 1.1 (expected: 0 to 1)");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.panicThreshold(-0.1));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.panicThreshold(Double.NaN));
    }

    @Test
    void theDefaultIsTheLessLoadedOfTwo() {
        try (Balancer balancer = Balancer.builder("http://a", "http://b").build()) {
            assertThat(balancer.strategy()).isEqualTo(Strategy.leastRequest());
        }
    }

    private static String idOf(Watched watched, PickContext context) {
        try (Lease lease = Objects.requireNonNull(watched.balancer.tryAcquire(context))) {
            return lease.endpoint().id();
        }
    }
}
