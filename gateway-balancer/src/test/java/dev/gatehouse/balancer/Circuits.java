package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** What tests of circuits have in common. */
final class Circuits {

    private Circuits() {}

    static Watched watched(Consumer<CircuitBreaking.Builder> settings, String... ids) {
        return watched(settings, builder -> builder, ids);
    }

    static Watched watched(
            Consumer<CircuitBreaking.Builder> settings, UnaryOperator<BalancerBuilder> more, String... ids) {
        Watched watched = Watched.of(builder -> more.apply(builder.circuitBreaking(settings)), ids);
        watched.forgetEvents();
        return watched;
    }

    static void calls(Watched watched, String id, int count, Outcome outcome) {
        OutlierDetectionTest.calls(watched, id, count, outcome);
    }

    static Lease lease(Watched watched) {
        return Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()));
    }

    static NoEndpointException refusal(Watched watched) {
        NoEndpointException none =
                catchThrowableOfType(NoEndpointException.class, () -> watched.balancer.acquire(PickContext.none()));
        return Objects.requireNonNull(none);
    }

    /** Opens the circuit of the only node. */
    static void open(Watched watched) {
        calls(watched, "a", 20, Outcome.TIMEOUT);
        assertThat(watched.told()).endsWith("OPENED a");
        watched.forgetEvents();
    }

    /** Lets the wait pass, and gives the trial calls an outcome. */
    static void tryAgain(Watched watched, double seconds, Outcome outcome, int calls) {
        watched.seconds(seconds);
        assertThat(watched.told()).endsWith("HALF_OPEN a");
        calls(watched, "a", calls, outcome);
    }
}
