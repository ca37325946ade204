package dev.gatehouse.balancer;

import java.time.Duration;

/** How many calls may wait for a place, and for how long. */
record PendingLimit(int calls, Duration longest) {

    PendingLimit {
        if (calls < 1) {
            throw new IllegalArgumentException("maxPending: " + calls + " (expected: >= 1)");
        }
        if (longest.isZero() || longest.isNegative() || longest.compareTo(TimeSource.LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "maxPending: " + longest + " (expected: > 0 and <= " + TimeSource.LONGEST + ")");
        }
    }
}
