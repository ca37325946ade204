package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A call makes one object, its lease, whatever counts it. */
class CallAllocationTest {

    private static final int CALLS = 10_000;
    private static final int WARM_UP = 20;

    /** The compiler may make something for the thread while it replaces code; not each time. */
    private static final int TRIES = 5;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private long allocated(UnaryOperator<BalancerBuilder> settings) {
        try (Watched watched = Watched.of(settings, "a", "b", "c")) {
            for (int i = 0; i < WARM_UP; i++) {
                calls(watched);
            }
            long least = Long.MAX_VALUE;
            for (int i = 0; i < TRIES; i++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                calls(watched);
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            return least;
        }
    }

    private static void calls(Watched watched) {
        for (int i = 0; i < CALLS; i++) {
            Lease lease = Objects.requireNonNull(watched.balancer.tryAcquire(PickContext.none()));
            // Windows end, too.
            watched.seconds(0.001);
            lease.report(i % 10 == 0 ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            lease.close();
        }
    }

    @Test
    void circuitsAndAdaptiveLimitsMakeNoGarbage() {
        long without = allocated(builder -> builder);
        long with = allocated(builder -> builder.circuitBreaking(circuit -> {}).adaptiveConcurrency(adaptive -> {}));
        // Less than the smallest object, 16 bytes, for each call.
        assertThat(with - without).isLessThan(8L * CALLS);
    }
}
