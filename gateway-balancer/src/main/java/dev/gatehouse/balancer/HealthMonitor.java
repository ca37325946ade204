package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Checks one node again and again, and decides about its health. All of it runs in the control of the node's
 * {@link HealthChecks}, timers and answers included.
 */
final class HealthMonitor {

    private final Node node;
    private final HealthChecker checker;
    private final HealthCheckSettings settings;
    private final TimeSource time;
    private final Control control;

    private NodeSet balancer;
    private int successes;
    private int failures;
    private TimeSource.@Nullable Timer timer;

    /** The check under way. */
    private @Nullable Check current;

    private boolean closed;

    HealthMonitor(Node node, HealthChecker checker, NodeSet balancer, Control control) {
        this.node = node;
        this.checker = checker;
        this.settings = balancer.settings().healthCheck();
        this.time = balancer.settings().time();
        this.balancer = balancer;
        this.control = control;
    }

    /** Whether this is what a balancer with these settings wants, so that nothing need begin anew for it. */
    boolean asksLike(Settings wanted) {
        return checker.equals(wanted.healthChecker())
                && settings.equals(wanted.healthCheck())
                && time.equals(wanted.time());
    }

    /** From now on, another balancer is told of what is decided. */
    void tells(NodeSet other) {
        balancer = other;
    }

    /** Begins with a check soon: within the jitter's share of an interval, so that not all nodes are asked at once. */
    void start() {
        next(scaled(settings.interval(), random() * settings.jitter()));
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel();
        }
        if (current != null) {
            current.abandon();
        }
    }

    private void next(Duration delay) {
        timer = time.schedule(() -> control.run(this::check), delay);
    }

    private double random() {
        return balancer.settings().random().nextDouble();
    }

    private void check() {
        if (!closed) {
            Check check = new Check();
            current = check;
            check.begin();
        }
    }

    /** One question to the node, which ends once: with an answer, by time, or because nobody wants to know any more. */
    private final class Check {

        private @Nullable CompletionStage<Void> stage;
        private TimeSource.@Nullable Timer limit;

        void begin() {
            CompletionStage<Void> asked;
            try {
                asked = Objects.requireNonNull(checker.check(node.endpoint()), "the checker returned null");
            } catch (RuntimeException | Error thrown) {
                end(thrown);
                return;
            }
            stage = asked;
            limit = time.schedule(() -> control.run(this::timedOut), settings.timeout());
            var unused = asked.whenComplete((answer, thrown) -> control.run(() -> end(thrown)));
        }

        private void timedOut() {
            if (current == this) {
                cancelStage();
                end(new TimeoutException(
                        "no answer within " + settings.timeout().toMillis() + " ms"));
            }
        }

        void abandon() {
            current = null;
            cancelLimit();
            cancelStage();
        }

        private void end(@Nullable Throwable failure) {
            if (current == this) {
                current = null;
                cancelLimit();
                judge(failure);
            }
        }

        private void cancelLimit() {
            if (limit != null) {
                limit.cancel();
            }
        }

        private void cancelStage() {
            if (stage instanceof Future<?> future) {
                future.cancel(true);
            }
        }
    }

    private void judge(@Nullable Throwable failure) {
        if (failure == null) {
            succeeded();
        } else {
            failed(failure);
        }
        boolean steady = node.health() == (failure == null ? Health.UP : Health.DOWN);
        Duration interval = steady ? settings.interval() : settings.changingInterval();
        next(scaled(interval, 1 + settings.jitter() * (2 * random() - 1)));
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
        balancer.decided(node, type, reason);
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
