package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Checks one node again and again, and decides about its health. Its state is the control's. */
final class HealthMonitor {

    private final Node node;
    private final HealthChecker checker;
    private final HealthCheckSettings settings;
    private final TimeSource time;
    private final RandomSource random;
    private final Control control;
    private final Events events;

    private int successes;
    private int failures;
    private TimeSource.@Nullable Timer timer;

    /** Read by the check that is under way, too. */
    private volatile boolean closed;

    private volatile @Nullable Check current;

    HealthMonitor(Node node, HealthChecker checker, Settings settings, Control control, Events events) {
        this.node = node;
        this.checker = checker;
        this.settings = settings.healthCheck();
        this.time = settings.time();
        this.random = settings.random();
        this.control = control;
        this.events = events;
    }

    /** Begins with a check soon: within the jitter's share of an interval, so that not all nodes are asked at once. */
    void start() {
        timer = time.schedule(this::check, scaled(settings.interval(), random.nextDouble() * settings.jitter()));
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        Check check = current;
        if (check != null) {
            check.abandon();
        }
    }

    private void check() {
        Check check = new Check();
        current = check;
        if (!closed) {
            check.begin();
        }
    }

    /** One question to the node, which ends once: with an answer, by time, or because nobody wants to know any more. */
    private final class Check {

        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile @Nullable CompletionStage<Void> stage;
        private volatile TimeSource.@Nullable Timer limit;

        void begin() {
            CompletionStage<Void> asked;
            try {
                asked = Objects.requireNonNull(checker.check(node.endpoint()), "the checker returned null");
            } catch (RuntimeException | Error thrown) {
                end(thrown);
                return;
            }
            stage = asked;
            limit = time.schedule(this::timedOut, settings.timeout());
            var unused = asked.whenComplete((answer, thrown) -> end(thrown));
            if (closed) {
                abandon();
            }
        }

        private void timedOut() {
            end(new TimeoutException("no answer within " + settings.timeout().toMillis() + " ms"));
            cancel();
        }

        void abandon() {
            if (ended.compareAndSet(false, true)) {
                cancelLimit();
                cancel();
            }
        }

        private void end(@Nullable Throwable failure) {
            if (ended.compareAndSet(false, true)) {
                cancelLimit();
                control.run(() -> judge(failure));
            }
        }

        private void cancelLimit() {
            TimeSource.Timer timer = limit;
            if (timer != null) {
                timer.cancel();
            }
        }

        private void cancel() {
            if (stage instanceof Future<?> future) {
                future.cancel(true);
            }
        }
    }

    private void judge(@Nullable Throwable failure) {
        if (closed) {
            return;
        }
        if (failure == null) {
            succeeded();
        } else {
            failed(failure);
        }
        boolean steady = node.health() == (failure == null ? Health.UP : Health.DOWN);
        Duration interval = steady ? settings.interval() : settings.changingInterval();
        double factor = 1 + settings.jitter() * (2 * random.nextDouble() - 1);
        timer = time.schedule(this::check, scaled(interval, factor));
    }

    private void succeeded() {
        failures = 0;
        successes++;
        // What was never known to be down needs no proof that it recovered.
        int needed = node.health() == Health.UNKNOWN ? 1 : settings.healthyAfter();
        if (node.health() != Health.UP && successes >= needed) {
            become(Health.UP, BalancerEvent.Type.UP, successes + " checks in a row succeeded");
        }
    }

    private void failed(Throwable failure) {
        successes = 0;
        failures++;
        if (node.health() != Health.DOWN && failures >= settings.unhealthyAfter()) {
            become(
                    Health.DOWN,
                    BalancerEvent.Type.DOWN,
                    failures + " checks in a row failed, the last with " + cause(failure));
        }
    }

    private void become(Health health, BalancerEvent.Type type, String reason) {
        node.health(health, reason);
        events.tell(type, node.endpoint().id(), reason);
    }

    private static String cause(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }

    private static Duration scaled(Duration time, double factor) {
        return Duration.ofNanos((long) (time.toNanos() * factor));
    }
}
