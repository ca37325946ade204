package dev.gatehouse.balancer;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What the reports of one node are worth (gRFC A58): nothing until they have come for a while, and once they stop. */
final class ReportedLoad {

    /** A node that has just come is not at its usual load yet; a weight from its first reports would be far off. */
    private static final long BLACKOUT_NANOS = Duration.ofSeconds(10).toNanos();

    private static final long EXPIRY_NANOS = Duration.ofMinutes(3).toNanos();

    /** By how much utilization a node counts as fuller that fails every request. */
    private static final double ERROR_PENALTY = 1;

    /** So far from the end of the numbers that sums of weights stay finite. */
    private static final double MOST = 1e100;

    private static final double LEAST = 1e-100;

    /** Reports from before do not count: a node that was away is one that has just come. */
    private final long knownSinceNanos;

    /** All below is guarded by this. */
    private Node.@Nullable Loaded last;

    private long reportingSinceNanos;
    private double weight;

    ReportedLoad(long nowNanos) {
        this.knownSinceNanos = nowNanos;
    }

    /** The weight to go by now; 0 if there is none. */
    synchronized double weight(Node node, long nowNanos) {
        Node.Loaded loaded = node.loaded();
        if (loaded != null && !loaded.equals(last) && loaded.atNanos() - knownSinceNanos >= 0) {
            take(loaded);
        }
        boolean reporting = last != null && nowNanos - last.atNanos() < EXPIRY_NANOS;
        return reporting && nowNanos - reportingSinceNanos >= BLACKOUT_NANOS ? weight : 0;
    }

    private void take(Node.Loaded loaded) {
        LoadReport report = loaded.report();
        // An idle node says nothing of what it could do.
        if (report.utilization() > 0 && report.requestsPerSecond() > 0) {
            if (last == null || loaded.atNanos() - last.atNanos() >= EXPIRY_NANOS) {
                reportingSinceNanos = loaded.atNanos();
            }
            double errors = report.errorsPerSecond() / report.requestsPerSecond();
            double full = report.utilization() + errors * ERROR_PENALTY;
            weight = Math.min(MOST, Math.max(LEAST, report.requestsPerSecond() / full));
            last = loaded;
        }
    }
}
