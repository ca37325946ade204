package dev.gatehouse.filters;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the lines that a log loses, and says once that there are some, since nobody looks at a counter before knowing.
 * Safe for use by several threads.
 */
final class Losses {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLogFilter.class);

    private final String logName;
    private final LongAdder lines = new LongAdder();
    private final AtomicBoolean reported = new AtomicBoolean();

    Losses(String logName) {
        this.logName = logName;
    }

    /** Counts a line for which there was no room. Says nothing, for it is called by threads that have requests to serve. */
    void noRoom() {
        lines.increment();
    }

    /** Counts lines that could not be written, and says so. */
    void failed(long count, Exception failure) {
        lines.add(count);
        report("writing fails", failure);
    }

    /** Says that lines are missing, if so. */
    void reportIfAny() {
        if (count() > 0) {
            report("writing is too slow", null);
        }
    }

    long count() {
        return lines.sum();
    }

    private void report(String why, @Nullable Exception failure) {
        if (reported.compareAndSet(false, true)) {
            LOG.warn("{} loses lines: {}; see AccessLogFilter.dropped()", logName, why, failure);
        }
    }
}
