package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides by the calls of a balancer which nodes are ejected and which return. Decisions run in the control of the
 * {@link NodeSet}; what is counted is in {@link CallCounts}, what was decided in {@link Ejection}.
 */
final class OutlierJudge {

    private final NodeSet nodes;
    private final @Nullable OutlierDetection settings;
    private final TimeSource time;
    private final Events events;

    /** All below is the control's. */
    private int ejected;

    private long nextSweepNanos;
    private TimeSource.@Nullable Timer timer;

    /** With null settings it ejects none, and pardons whom another one has ejected. */
    OutlierJudge(NodeSet nodes, @Nullable OutlierDetection settings, TimeSource time, Events events) {
        this.nodes = nodes;
        this.settings = settings;
        this.time = time;
        this.events = events;
    }

    boolean ejects() {
        return settings != null;
    }

    /** The list has changed, for the first time or again. */
    void listed() {
        if (settings != null) {
            if (timer == null) {
                nextSweepNanos = time.nanoTime() + settings.interval().toNanos();
            }
            schedule();
        }
    }

    void close() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** A call to a node has gone so; on the thread of the call. */
    void observed(Node node, Outcome outcome, boolean probe) {
        if (settings == null) {
            return;
        }
        boolean row = outcome != Outcome.IGNORED && node.counts().ejects(outcome, settings);
        if (probe && outcome == Outcome.IGNORED) {
            node.ejection().freeProbe();
        } else if (probe) {
            nodes.run(() -> probed(node, outcome));
        } else if (row) {
            suspect(node, outcome, settings);
        }
    }

    /** A call that had gone well has broken off. */
    void amended(Node node, Outcome outcome) {
        if (settings != null && node.counts().amendmentEjects(outcome, settings)) {
            suspect(node, outcome, settings);
        }
    }

    private void suspect(Node node, Outcome last, OutlierDetection by) {
        if (node.ejection().good()) {
            String reason = by.consecutiveFailures() + " failures in a row, the last " + last;
            nodes.run(() -> eject(node, reason));
        }
    }

    private void probed(Node node, Outcome outcome) {
        if (outcome.failure()) {
            eject(node, "the probe failed with " + outcome);
        } else if (node.ejection().endProbation(this, time.nanoTime())) {
            node.counts().forget();
            events.tell(BalancerEvent.Type.RETURNED, node.endpoint().id(), "a probe succeeded");
            nodes.recovered(node);
            node.changed();
        }
        node.ejection().freeProbe();
    }

    private void eject(Node node, String reason) {
        Ejection ejection = node.ejection();
        if (settings == null || (ejection.good() && !mayEject(node, settings))) {
            return;
        }
        if (ejection.eject(this, settings, time.nanoTime(), reason)) {
            recount();
            Duration length = settings.ejection(ejection.ejections());
            events.tell(
                    BalancerEvent.Type.EJECTED, node.endpoint().id(), reason + "; for " + length.toMillis() + " ms");
            node.changed();
            schedule();
        }
    }

    /** Not more than the share, and never the last one that is usable. */
    private boolean mayEject(Node node, OutlierDetection by) {
        return ejected < by.mostEjected(nodes.known().size())
                && nodes.known().stream()
                        .anyMatch(other -> other != node
                                && !other.draining()
                                && other.health() != Health.DOWN
                                && other.ejection().good());
    }

    /** Nodes have changed, by whoever judged them. */
    void recount() {
        if (settings == null) {
            return;
        }
        ejected = (int)
                nodes.known().stream().filter(node -> !node.ejection().good()).count();
    }

    private void schedule() {
        close();
        long now = time.nanoTime();
        long delay = nextSweepNanos - now;
        for (Node node : nodes.known()) {
            delay = Math.min(delay, node.ejection().remainingNanos(this, now));
        }
        timer = time.schedule(() -> nodes.run(this::wake), Duration.ofNanos(delay));
    }

    private void wake() {
        if (settings == null || nodes.closed()) {
            return;
        }
        long now = time.nanoTime();
        for (Node node : nodes.known()) {
            if (node.ejection().beginProbation(this, now)) {
                node.changed();
            }
        }
        if (now - nextSweepNanos >= 0) {
            nextSweepNanos = now + settings.interval().toNanos();
            sweep(settings, now);
        }
        schedule();
    }

    private void sweep(OutlierDetection by, long now) {
        List<SuccessRates.Tally> answers = new ArrayList<>();
        List<SuccessRates.Tally> connections = new ArrayList<>();
        for (Node node : nodes.known()) {
            if (node.ejection().judge() != this) {
                continue;
            }
            CallCounts.Counts counts = node.counts().endInterval(by.intervals());
            node.ejection().forgive(this, by, now);
            if (node.ejection().good()) {
                long answered = counts.successes() + counts.serverErrors();
                connections.add(new SuccessRates.Tally(node, answered, counts.total()));
                long calls = by.localOriginApart() ? answered : counts.total();
                answers.add(new SuccessRates.Tally(node, counts.successes(), calls));
            }
        }
        List<SuccessRates.Outlier> found = new ArrayList<>(SuccessRates.outliers(answers, " calls succeeded", by));
        if (by.localOriginApart()) {
            found.addAll(SuccessRates.outliers(connections, " calls were answered", by));
        }
        found.sort(Comparator.comparingDouble(SuccessRates.Outlier::rate));
        found.forEach(outlier -> {
            // Who was found twice is ejected once.
            if (outlier.node().ejection().good()) {
                eject(outlier.node(), outlier.reason());
            }
        });
    }
}
