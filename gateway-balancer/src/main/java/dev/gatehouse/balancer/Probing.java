package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks nodes for their load, a few for each call, and puts the answers into a pool. Each node is asked once at a time: one
 * that does not answer gets no more.
 */
final class Probing {

    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    /** A question so old is lost, whatever its prober promised. */
    private static final long LOST_NANOS = 10_000_000_000L;

    /** More failures than successes of late. */
    private static final double MOST = 0.5;

    private static final double SMALL = 1e-9;

    /** A node of whose calls all failed is tried again after 7 s, when less than half of that memory is left. */
    private static final long TICK_NANOS =
            DecayingPeak.tickNanos(Duration.ofSeconds(10).toNanos());

    private static final long NOBODY_ASKED = Long.MIN_VALUE;

    private final PrequalSettings settings;
    private final LoadProber prober;
    private final TimeSource time;
    private final RandomSource random;
    private final Node[] nodes;
    private final WeightedChoice choice;
    private final Map<Node, Conduct> conduct;
    private final ProbePool pool;
    private final InFlightQuantile hotAbove;
    private final AtomicBoolean told;
    private final double uses;

    Probing(
            PrequalSettings settings,
            LoadProber prober,
            Setup setup,
            Map<Node, Conduct> conduct,
            ProbePool pool,
            InFlightQuantile hotAbove,
            AtomicBoolean told) {
        this.settings = settings;
        this.prober = prober;
        this.time = setup.time();
        this.random = setup.random();
        this.nodes = setup.nodes().toArray(Node[]::new);
        this.choice = new WeightedChoice(nodes, random);
        this.conduct = conduct;
        this.pool = pool;
        this.hotAbove = hotAbove;
        this.told = told;
        this.uses = settings.usesOf(nodes.length);
    }

    /** What calls and questions to one node have come to. */
    static final class Conduct {

        /** Of the calls of late: 0 to 1. */
        final DecayingPeak failures = new DecayingPeak();

        private final AtomicLong askedNanos = new AtomicLong(NOBODY_ASKED);
    }

    /** Asks as many nodes as one call is due. */
    void ask() {
        for (int left = randomlyRounded(settings.probesPerCall()); left > 0; left--) {
            ask(nodes[choice.next()]);
        }
    }

    /** Asks as many nodes as the pool holds, so that the first calls do not go by chance for long. */
    void askFirst() {
        for (int left = Math.min(settings.poolSize(), nodes.length); left > 0; left--) {
            ask(nodes[choice.next()]);
        }
    }

    private void ask(Node node) {
        Conduct of = conduct.get(node);
        long now = time.nanoTime();
        if (of == null) {
            return;
        }
        long asked = of.askedNanos.get();
        boolean free = asked == NOBODY_ASKED || now - asked > LOST_NANOS;
        if (!free || !of.askedNanos.compareAndSet(asked, now)) {
            return;
        }
        try {
            prober.probe(node.endpoint()).whenComplete((report, failure) -> {
                of.askedNanos.compareAndSet(now, NOBODY_ASKED);
                answered(node, report, failure);
            });
        } catch (RuntimeException | Error e) {
            of.askedNanos.compareAndSet(now, NOBODY_ASKED);
            answered(node, null, e);
        }
    }

    private void answered(Node node, @Nullable LoadReport report, @Nullable Throwable failure) {
        if (report != null && report.requestsInFlight() != LoadReport.UNSAID) {
            put(node, report);
        } else if (told.compareAndSet(false, true)) {
            LOG.warn(
                    "{} does not say how many requests it has in flight: calls go by chance while fewer than two nodes"
                            + " do",
                    node.endpoint().id(),
                    failure);
        }
    }

    private void put(Node node, LoadReport report) {
        hotAbove.add(report.requestsInFlight());
        long now = time.nanoTime();
        pool.put(load(node, report, now), now);
    }

    /** Takes what came with a response. */
    void refresh(Node node, Node.Loaded loaded) {
        if (loaded.report().requestsInFlight() != LoadReport.UNSAID) {
            hotAbove.add(loaded.report().requestsInFlight());
            pool.refresh(load(node, loaded.report(), loaded.atNanos()), time.nanoTime());
        }
    }

    private ProbedLoad load(Node node, LoadReport report, long at) {
        Conduct of = conduct.get(node);
        double failures = of == null ? 0 : of.failures.at(tick(at));
        // A call that fails must be made again: so long it takes until one succeeds.
        double latency = Math.max(0, report.latencyNanos()) / Math.max(SMALL, 1 - failures);
        int usesLeft = uses < Integer.MAX_VALUE ? randomlyRounded(uses) : Integer.MAX_VALUE;
        return new ProbedLoad(node, at, report.requestsInFlight(), latency, failures > MOST, usesLeft);
    }

    /** Takes note of how a call went. */
    void observe(Node node, Outcome outcome) {
        Conduct of = conduct.get(node);
        if (of != null && outcome != Outcome.IGNORED) {
            of.failures.average(outcome.failure() ? 1 : 0, tick(time.nanoTime()));
        }
    }

    private int randomlyRounded(double number) {
        int whole = (int) number;
        return number > whole && random.nextDouble() < number - whole ? whole + 1 : whole;
    }

    private static int tick(long nanos) {
        return (int) Math.floorDiv(nanos, TICK_NANOS);
    }
}
