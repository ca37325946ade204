package dev.gatehouse.balancer;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The limit of calls in flight of a node, as {@link AdaptiveConcurrency} says. All threads count without a lock; one of
 * them at a time moves the limit, and the others go on.
 */
final class AdaptiveLimit {

    /** As often as Envoy, and with as many calls at least as concurrency-limits. */
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private static final int WINDOW_CALLS = 10;

    /** As in Envoy; but since those that still run when the others have ended are the longer ones, many times as many as run. */
    private static final int IDLE_CALLS = 50;

    private static final int IDLE_ROUNDS = 5;

    /** As in Envoy, so that not all nodes are measured at the same time. */
    private static final double JITTER = 0.15;

    /** As in concurrency-limits: room for a few more calls than show no queue, and no more than half away at a time. */
    private static final double QUEUE = 4;

    private static final double STEEPEST = 0.5;

    /** Where calls are twice as fast as those of an idle node were, as concurrency-limits has it, those are of another time. */
    private static final double OUTDATED = 2;

    private final AdaptiveConcurrency settings;
    private final RandomSource random;
    private final int idleCalls;
    private final LatencySum window = new LatencySum();
    private final LatencySum idle = new LatencySum();
    private final AtomicInteger mostInFlight = new AtomicInteger();
    private final AtomicBoolean moving = new AtomicBoolean();

    /** All that follows is written by the thread that is moving. */
    private volatile int limit;

    private volatile long windowEndNanos;
    private double estimate;

    /** How long calls of an idle node take, in microseconds; 0 if it is not known. */
    private double idleMicros;

    private long remeasureNanos;
    private boolean measuring;

    /** How many calls of an idle node there were when the last window ended. */
    private int idleSeen;

    AdaptiveLimit(AdaptiveConcurrency settings, RandomSource random, long nowNanos) {
        this.settings = settings;
        this.random = random;
        this.idleCalls = Math.max(IDLE_CALLS, IDLE_ROUNDS * settings.min());
        this.estimate = settings.initial();
        this.measuring = estimate > settings.min();
        this.limit = settings.min();
        this.windowEndNanos = nowNanos + WINDOW_NANOS;
        this.remeasureNanos = nextMeasurement(nowNanos);
    }

    /** One that goes on with other settings. */
    AdaptiveLimit(AdaptiveConcurrency settings, RandomSource random, AdaptiveLimit before) {
        this.settings = settings;
        this.random = random;
        this.idleCalls = Math.max(IDLE_CALLS, IDLE_ROUNDS * settings.min());
        while (!before.moving.compareAndSet(false, true)) {
            Thread.onSpinWait();
        }
        this.estimate = clamped(before.estimate);
        this.idleMicros = before.idleMicros;
        this.measuring = before.measuring && estimate > settings.min();
        this.limit = measuring ? settings.min() : (int) estimate;
        this.windowEndNanos = before.windowEndNanos;
        this.remeasureNanos = before.remeasureNanos;
        before.moving.set(false);
    }

    AdaptiveConcurrency settings() {
        return settings;
    }

    /** The most calls in flight for now. */
    int limit() {
        return limit;
    }

    /**
     * A call was answered.
     *
     * @param begunWith how many were in flight when it began, itself included
     * @return whether the limit has grown by it
     */
    boolean measured(Outcome outcome, long latencyNanos, int begunWith, long nowNanos) {
        if (outcome != Outcome.SUCCESS && outcome != Outcome.TIMEOUT) {
            return false;
        }
        window.add(latencyNanos);
        if (begunWith > mostInFlight.get()) {
            mostInFlight.accumulateAndGet(begunWith, Math::max);
        }
        // What a call took that timed out says nothing of an idle node.
        boolean idleKnown =
                outcome == Outcome.SUCCESS && begunWith <= settings.min() && idle.add(latencyNanos) >= idleCalls;
        boolean due = nowNanos - windowEndNanos >= 0 && window.count() >= WINDOW_CALLS;
        if ((!idleKnown && !due) || !moving.compareAndSet(false, true)) {
            return false;
        }
        int before = limit;
        move(nowNanos);
        moving.set(false);
        return limit > before;
    }

    private void move(long nowNanos) {
        // Until now, calls still came from the queue that there was.
        boolean fit = !measuring && idleMicros > 0;
        if (idle.count() >= idleCalls) {
            idleMicros = idle.takeMean();
            remeasureNanos = nextMeasurement(nowNanos);
            measuring = false;
        }
        if (nowNanos - windowEndNanos >= 0 && window.count() >= WINDOW_CALLS) {
            double mean = window.takeMean();
            int used = mostInFlight.getAndSet(0);
            windowEndNanos = nowNanos + WINDOW_NANOS;
            dropOutdated();
            if (fit) {
                adjust(mean, used, nowNanos);
            }
        }
        if (!measuring && nowNanos - remeasureNanos >= 0 && estimate > settings.min()) {
            idle.takeMean();
            measuring = true;
        }
        limit = measuring ? settings.min() : (int) estimate;
    }

    /** Without a single such call in a window, those before are of another time. */
    private void dropOutdated() {
        if (idle.count() == idleSeen) {
            idle.takeMean();
        }
        idleSeen = idle.count();
    }

    private void adjust(double mean, int used, long nowNanos) {
        if (idleMicros > OUTDATED * mean) {
            remeasureNanos = nowNanos;
        }
        double gradient = Math.max(STEEPEST, Math.min(1, settings.tolerance() * idleMicros / mean));
        double next = estimate + settings.smoothing() * (estimate * gradient + QUEUE - estimate);
        // A limit that is not used says nothing of what the node takes.
        if (next < estimate || 2 * used >= estimate) {
            estimate = clamped(next);
        }
    }

    private double clamped(double wanted) {
        return Math.max(settings.min(), Math.min(settings.max(), wanted));
    }

    private long nextMeasurement(long nowNanos) {
        return nowNanos + (long) (settings.remeasureAfter().toNanos() * (1 + JITTER * random.nextDouble()));
    }
}
