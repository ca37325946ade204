package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks nodes for their load, a few for each call, and puts the answers into a pool. Each node is asked once at a time: one
 * that does not answer gets no more.
 */
final class Probing {

    private static final Logger LOG = LoggerFactory.getLogger(Balancer.class);

    /** More failures than successes of late. */
    private static final double MOST = 0.5;

    private static final double SMALL = 1e-9;

    /** A node of whose calls all failed is tried again after 7 s, when less than half of that memory is left. */
    private static final long TICK_NANOS =
            DecayingPeak.tickNanos(Duration.ofSeconds(10).toNanos());

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
    private volatile boolean closed;

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

        private final AtomicReference<@Nullable Question> open = new AtomicReference<>();
    }

    /** A question that is not answered. */
    private static final class Question {

        private final long askedNanos;
        private volatile @Nullable CompletionStage<LoadReport> answer;

        Question(long askedNanos) {
            this.askedNanos = askedNanos;
        }

        /** Its answer would be too old. */
        void giveUp() {
            if (answer instanceof Future<?> future) {
                future.cancel(true);
            }
        }
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

    /** Calls that end later ask nobody: nodes may have left. */
    void close() {
        closed = true;
    }

    private void ask(Node node) {
        Conduct of = conduct.get(node);
        if (of == null || closed) {
            return;
        }
        long now = time.nanoTime();
        Question before = of.open.get();
        if (before != null && now - before.askedNanos <= settings.maxAge().toNanos()) {
            return;
        }
        Question question = new Question(now);
        if (!of.open.compareAndSet(before, question)) {
            return;
        }
        if (before != null) {
            before.giveUp();
        }
        try {
            CompletionStage<LoadReport> answer = prober.probe(node.endpoint());
            question.answer = answer;
            var unused = answer.whenComplete((report, failure) -> {
                if (of.open.compareAndSet(question, null)) {
                    answered(node, report, failure);
                }
            });
        } catch (RuntimeException | Error e) {
            of.open.compareAndSet(question, null);
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
