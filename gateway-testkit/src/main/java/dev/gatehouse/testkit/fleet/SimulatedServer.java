package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.LoadMeter;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.TimeSource;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A queue with some workers, first come, first served. All workers have the same speed, which faults change at any time; so
 * progress is kept once for all of them, as a clock of work that runs as fast as they do.
 */
final class SimulatedServer {

    private final TimeSource time;
    private final ServerGroup group;
    private final Endpoint endpoint;
    private final Network network;
    private final BusyWorkers busy;
    private final LoadMeter meter;
    private final Deque<Attempt> waiting = new ArrayDeque<>();
    private final PriorityQueue<Attempt> serving = new PriorityQueue<>(
            Comparator.<Attempt>comparingDouble(attempt -> attempt.finishWork).thenComparingLong(a -> a.number));

    private double speed;
    private double work;
    private long workAtNanos;
    private long started;
    private TimeSource.@Nullable Timer timer;
    private double timedWork;

    private double failureRate;
    private boolean failFast;
    private boolean down;

    /** Counted while it is measured. */
    private long calls;

    SimulatedServer(TimeSource time, ServerGroup group, int number, Network network) {
        this.time = time;
        this.group = group;
        this.network = network;
        this.speed = group.speed();
        this.workAtNanos = time.nanoTime();
        this.busy = new BusyWorkers(time, group.concurrency());
        this.meter = new LoadMeter(time, busy::utilization);
        String id = group.name() + "-" + number;
        this.endpoint = Endpoint.builder(id, URI.create("http://" + id + ".invalid"))
                .weight(group.weight())
                .zone(group.zone())
                .build();
    }

    /** The server behind an endpoint; by their endpoints' ids. */
    static SimulatedServer of(Endpoint endpoint, Map<String, SimulatedServer> servers) {
        SimulatedServer server = servers.get(endpoint.id());
        if (server == null) {
            throw new IllegalStateException("no server " + endpoint.id());
        }
        return server;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    ServerGroup group() {
        return group;
    }

    /** Those that are served and those that wait. */
    int inFlight() {
        return serving.size() + waiting.size();
    }

    /** What it says of itself, measured as a production server does. */
    LoadReport load() {
        return meter.report();
    }

    boolean isDown() {
        return down;
    }

    long calls() {
        return calls;
    }

    void accept(Attempt attempt) {
        if (attempt.call.measured) {
            calls++;
        }
        if (down) {
            answer(attempt, Outcome.CONNECT_FAILED);
            return;
        }
        attempt.metered = meter.begin();
        if (failFast) {
            answer(attempt, Outcome.SERVER_ERROR);
        } else if (serving.size() < group.concurrency()) {
            start(attempt);
            waitForFirst();
        } else if (waiting.size() < group.queue()) {
            waiting.add(attempt);
        } else {
            answer(attempt, Outcome.SERVER_ERROR);
        }
        busy.set(serving.size());
    }

    private void start(Attempt attempt) {
        progress();
        attempt.finishWork = work + group.service().nextNanos(attempt.random);
        attempt.number = started++;
        serving.add(attempt);
    }

    /** Lets the workers' clock catch up with time. */
    private void progress() {
        long now = time.nanoTime();
        work += (now - workAtNanos) * speed;
        workAtNanos = now;
    }

    private void waitForFirst() {
        Attempt first = serving.peek();
        TimeSource.Timer old = timer;
        if (old != null && first != null && first.finishWork == timedWork) {
            return;
        }
        if (old != null) {
            old.cancel();
            timer = null;
        }
        if (first != null) {
            timedWork = first.finishWork;
            timer = time.schedule(this::due, Duration.ofNanos((long) Math.ceil((first.finishWork - work) / speed)));
        }
    }

    private void due() {
        timer = null;
        progress();
        // Times are whole nanoseconds, work is not: what is a nanosecond away is done.
        for (Attempt first = serving.peek();
                first != null && first.finishWork <= work + speed;
                first = serving.peek()) {
            serving.remove();
            boolean fails = failureRate > 0 && first.random.nextDouble() < failureRate;
            // First the next one in the queue: who answers may bring a new call at once.
            Attempt next = waiting.poll();
            if (next != null) {
                start(next);
            }
            answer(first, fails ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
        }
        busy.set(serving.size());
        waitForFirst();
    }

    private void answer(Attempt attempt, Outcome outcome) {
        attempt.answer = outcome;
        LoadMeter.Request metered = attempt.metered;
        if (metered != null) {
            if (outcome != Outcome.ABORTED) {
                metered.answered(outcome == Outcome.SERVER_ERROR);
                attempt.load = meter.report();
            }
            metered.end();
        }
        network.respond(attempt);
    }

    /** Changes the speed of all workers. */
    void speedTimes(double factor) {
        progress();
        speed *= factor;
        timedWork = Double.NaN;
        waitForFirst();
    }

    void failureRate(double rate) {
        failureRate = rate;
    }

    void failFast(boolean failing) {
        failFast = failing;
    }

    /** Goes down, which breaks off what is under way, or comes up. */
    void down(boolean isDown) {
        down = isDown;
        if (isDown) {
            progress();
            while (!serving.isEmpty()) {
                answer(serving.remove(), Outcome.ABORTED);
            }
            while (!waiting.isEmpty()) {
                answer(waiting.remove(), Outcome.ABORTED);
            }
            busy.set(0);
            waitForFirst();
        }
    }
}
