package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a choice leaves to the garbage collector: the lease, and nothing else. */
class GarbageTest {

    private static final int CALLS = 20_000;

    /** A header of 12 bytes, seven references, a time, two numbers and a flag make 64 with compressed references, 96 without. */
    private static final long LEASE_BYTES = 96;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static List<Strategy> strategies() {
        return StrategyTest.all().toList();
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aPickMakesNone(Strategy strategy) {
        List<Endpoint> endpoints = IntStream.range(0, 20)
                .mapToObj(i -> Endpoints.weighted("n" + i, 1 + i % 3))
                .toList();
        Picker picker = strategy.newPicker(Picks.setup(1, endpoints));
        PickContext client = PickContext.forClient("2001:db8::7");
        Runnable picks = () -> {
            for (int i = 0; i < CALLS; i++) {
                Objects.requireNonNull(picker.pick(PickContext.none()));
                Objects.requireNonNull(picker.pick(client));
            }
        };
        picks.run();
        // Any object would be 16 bytes for each pick; what the virtual machine makes for itself is not in proportion.
        assertThat(allocated(picks)).isLessThan(CALLS);
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void aCallMakesALease(Strategy strategy) {
        Endpoint[] endpoints = Endpoints.array("a", "b", "c");
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(endpoints))
                .strategy(strategy)
                .build()) {
            PickContext context = PickContext.forClient("192.0.2.1");
            Runnable calls = () -> {
                for (int i = 0; i < CALLS; i++) {
                    Lease lease = balancer.acquire(context);
                    lease.report(Outcome.SUCCESS);
                    lease.close();
                }
            };
            calls.run();
            assertThat(allocated(calls)).isLessThan(CALLS * (LEASE_BYTES + 1));
        }
    }

    private long allocated(Runnable task) {
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        task.run();
        return threads.getThreadAllocatedBytes(thread) - before;
    }
}
