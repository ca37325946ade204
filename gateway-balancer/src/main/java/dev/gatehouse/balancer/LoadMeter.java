package dev.gatehouse.balancer;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;

/**
 * Measures the load of a server, for its {@link LoadReport}s: tell it when a request begins and ends. One for each server,
 * whoever its clients are. Safe for use by several threads, without locks.
 */
public final class LoadMeter {

    private static final long RATES_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TimeSource time;
    private final DoubleSupplier utilization;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder requests = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LatencyByLoad latencies = new LatencyByLoad();
    /** Two threads that meet at the end of a second both make the next one; either will do. */
    private volatile Rates rates;

    /** A meter of this machine's time, whose utilization is that of the processors, as the system or container says. */
    public LoadMeter() {
        this(TimeSource.system(), LoadMeter::processorLoad);
    }

    /**
     * A meter.
     *
     * @param time the time
     * @param utilization how much of what limits the server is in use, 0 or more; asked once a second at most; negative, no
     *     number or an exception counts as 0
     */
    public LoadMeter(TimeSource time, DoubleSupplier utilization) {
        this.time = Objects.requireNonNull(time, "time");
        this.utilization = Objects.requireNonNull(utilization, "utilization");
        this.rates = new Rates(time.nanoTime(), 0, 0, 0, 0, 0);
    }

    private record Rates(
            long atNanos, long requests, long errors, double utilization, double perSecond, double errorsPerSecond) {}

    /** A request under way: {@link #answered} at its response's headers, {@link #end} at the end of its content. */
    public final class Request {

        private final long beganNanos = time.nanoTime();
        private final int found = inFlight.getAndIncrement();
        private final AtomicBoolean answered = new AtomicBoolean();
        private final AtomicBoolean ended = new AtomicBoolean();

        private Request() {}

        /**
         * Tells that the answer has begun. Does nothing the second time.
         *
         * @param error whether the server failed the request, so that the time it took says nothing
         */
        public void answered(boolean error) {
            if (!answered.compareAndSet(false, true)) {
                return;
            }
            requests.increment();
            long now = time.nanoTime();
            if (error) {
                errors.increment();
            } else {
                latencies.add(found, now - beganNanos, now);
            }
        }

        /** Tells that the request is over, answered or not. Does nothing the second time. */
        public void end() {
            if (ended.compareAndSet(false, true)) {
                inFlight.decrementAndGet();
            }
        }
    }

    /**
     * A request has come.
     *
     * @return what to tell its end
     */
    public Request begin() {
        return new Request();
    }

    /**
     * The load now. Rates are those of the last second or more.
     *
     * @return a report; the latency is the median of the last requests that found about as many in flight as there are now
     */
    public LoadReport report() {
        long now = time.nanoTime();
        Rates last = rates;
        if (now - last.atNanos() >= RATES_NANOS) {
            last = next(last, now);
            rates = last;
        }
        int found = inFlight.get();
        return new LoadReport(
                last.utilization(), last.perSecond(), last.errorsPerSecond(), found, latencies.median(found, now));
    }

    private Rates next(Rates last, long now) {
        double seconds = (double) (now - last.atNanos()) / TimeUnit.SECONDS.toNanos(1);
        long answered = requests.sum();
        long failed = errors.sum();
        double used = utilization();
        return new Rates(
                now,
                answered,
                failed,
                used >= 0 && used < Double.POSITIVE_INFINITY ? used : 0,
                (answered - last.requests()) / seconds,
                (failed - last.errors()) / seconds);
    }

    /** What fails must not fail every response that carries a report. */
    private double utilization() {
        try {
            return utilization.getAsDouble();
        } catch (RuntimeException unknown) {
            return 0;
        }
    }

    private static double processorLoad() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                ? system.getCpuLoad()
                : 0;
    }
}
