package dev.gatehouse;

import java.util.ArrayList;
import java.util.List;

/**
 * Which requests of a route are copied, and where to. See {@link RouteBuilder#mirror(String, double, int)}.
 *
 * @param upstream the name of the upstream that gets the copies
 * @param share of the requests, more than 0, 1 at most, and no more than the budget.
 * @param maxBodyBytes how much content is copied; a request with more has no copy.
 */
record MirrorPolicy(String upstream, double share, int maxBodyBytes) {

    /** As much as is kept for a retry, too. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    MirrorPolicy {
        List<String> problems = new ArrayList<>();
        if (!(share > 0 && share <= 1)) {
            problems.add("share: " + share + " (expected: more than 0, 1 at most)");
        }
        if (maxBodyBytes < 0) {
            problems.add("maxBodyBytes: " + maxBodyBytes + " (expected: >= 0)");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", problems));
        }
    }
}
