package dev.gatehouse.filters;

import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each exchange, when its last byte is written or it broke off. Goes to a
 * {@linkplain Builder#file file}, which is cheap enough to be on under load, or else to the SLF4J logger
 * {@code dev.gatehouse.access} at level INFO; without that level it costs nothing.
 *
 * <p>A line tells of the request as it came, before any filter. Control characters, quotes and what is not ASCII are
 * escaped, so that one exchange is one line whatever a client sends; long fields are cut. Queries are left out, and fields
 * with credentials masked.
 *
 * <p>A line is made when the exchange ends, and written by one daemon thread. When that falls behind by
 * {@link Builder#queue} lines, those that come are dropped and {@link #dropped() counted}: a slow disk must not slow
 * requests down. The thread {@linkplain Builder#collect collects} lines for a moment before it writes them.
 * {@link #close()} writes what is waiting.
 *
 * <p>As a filter it sees what filters see. Requests that are refused as malformed never reach one; to log those too,
 * register {@link #asListener()} instead. Safe for use by several threads.
 */
public final class AccessLogFilter implements PhaseFilter, AutoCloseable {

    /** The name of the logger. */
    public static final String LOGGER = "dev.gatehouse.access";

    private static final String THREAD = "gatehouse-access-log";
    private static final int USUAL_LINE = 256;
    private static final int DEFAULT_QUEUE = 16_384;
    private static final Duration DEFAULT_COLLECT = Duration.ofMillis(100);
    private static final Duration LONGEST_COLLECT = Duration.ofHours(1);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final BooleanSupplier enabled;
    private final TimeSource time;
    private final AccessFormat format;
    private final Losses losses = new Losses(THREAD);
    private final @Nullable LogFile file;
    private final LineWriter writer;

    /** What a line looks like. */
    public enum Format {
        /** The Common Log Format of the CERN and NCSA servers. */
        COMMON,
        /** The same with {@code Referer} and {@code User-Agent}, as Apache and nginx write it. */
        COMBINED,
        /** A JSON object with all there is; see docs/access-log.md. */
        JSON
    }

    private AccessLogFilter(Builder builder) {
        format = new AccessFormat(builder.format, builder.parameters, builder.headers);
        time = builder.time;
        LineSink lines;
        if (builder.file != null) {
            file = LogFile.at(builder.file);
            enabled = () -> true;
            lines = file;
        } else if (builder.sink != null) {
            file = null;
            enabled = () -> true;
            lines = new TextLines(builder.sink, losses);
        } else {
            Logger logger = LoggerFactory.getLogger(LOGGER);
            file = null;
            enabled = logger::isInfoEnabled;
            lines = new TextLines(logger::info, losses);
        }
        writer = new LineWriter(THREAD, builder.queue, builder.collect, lines, losses);
    }

    /**
     * Logs in a format, with default settings.
     *
     * @param format what a line looks like
     * @return a filter
     */
    public static AccessLogFilter of(Format format) {
        return builder(format).build();
    }

    /**
     * A builder with default settings.
     *
     * @param format what a line looks like
     * @return a new builder
     */
    public static Builder builder(Format format) {
        return new Builder(format);
    }

    @Override
    public Verdict onRequest(Request request, Exchange exchange) {
        if (enabled.getAsBoolean()) {
            exchange.onComplete(completion -> write(exchange, completion));
        }
        return Verdict.proceed(request);
    }

    /**
     * The same log as an observer of a whole gateway ({@code GatewayBuilder.listener}), which is told of malformed
     * requests too. Instead of the filter, not beside it: each would write its own line.
     *
     * @return a listener that writes to this log
     */
    public GatewayListener asListener() {
        return new GatewayListener() {
            @Override
            public void onCompletion(Exchange exchange, Completion completion) {
                if (enabled.getAsBoolean()) {
                    write(exchange, completion);
                }
            }
        };
    }

    /**
     * How many lines were lost so far: because the queue was full, after closing, or because writing failed.
     *
     * @return 0 or more
     */
    public long dropped() {
        return losses.count();
    }

    /**
     * Opens the file again by its path, for a program that rotates logs and has just renamed it. From then on nothing is
     * written to the renamed one; lines that are waiting go to the new one. Waits for a write that is under way. Does
     * nothing after closing.
     *
     * @throws UncheckedIOException if the file cannot be opened; the log goes on in the old one
     * @throws IllegalStateException if this log writes to no {@link Builder#file}
     */
    public void reopen() {
        if (file == null) {
            throw new IllegalStateException(
                    "access log: there is no file to reopen (expected: builder(...).file(path))");
        }
        file.reopen();
    }

    /**
     * Writes what is waiting, for 10 s at most, and closes the file; later lines are dropped. Close the gateway first.
     */
    @Override
    public void close() {
        writer.close(CLOSE_WITHIN);
    }

    private void write(Exchange exchange, Completion completion) {
        LineBuffer line = new LineBuffer(USUAL_LINE);
        try {
            format.append(line, AccessFormat.record(time.now(), exchange, completion));
        } catch (RuntimeException e) {
            losses.failed(1, e);
            return;
        }
        writer.add(line);
    }

    /** Collects the settings of an access log. Not safe for use by several threads. */
    public static final class Builder {

        private final Format format;
        private final Set<String> parameters = new LinkedHashSet<>();
        private final List<String> headers = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private int queue = DEFAULT_QUEUE;
        private TimeSource time = TimeSource.system();
        private Duration collect = DEFAULT_COLLECT;
        private @Nullable Path file;
        private @Nullable Consumer<String> sink;

        private Builder(Format format) {
            this.format = Objects.requireNonNull(format);
        }

        /**
         * Shows query parameters, those that hold nothing secret. The others appear as {@code ***}. <b>Default:</b> none,
         * and nothing of the query.
         *
         * @param names as they appear in the request, case-sensitive
         * @return this builder
         */
        public Builder queryParameters(String... names) {
            parameters.clear();
            parameters.addAll(List.of(names));
            return this;
        }

        /**
         * Shows header fields of the request, in JSON only. Those whose names tell of credentials ({@code Authorization},
         * {@code Cookie}, {@code X-Api-Key} and the like) appear as {@code ***}: that they were there, not what they
         * were. <b>Default:</b> none.
         *
         * @param names in any case
         * @return this builder
         */
        public Builder headers(String... names) {
            headers.clear();
            for (String name : names) {
                try {
                    Headers.of(name, "");
                    headers.add(name);
                } catch (IllegalArgumentException notAName) {
                    problems.add("headers: " + notAName.getMessage());
                }
            }
            return this;
        }

        /**
         * Appends lines to a file, in ASCII and each ended by a line feed. The file is made if there is none, readable
         * by whom the process's umask says; its directory must be there. Nothing but this log should write to it
         * meanwhile; see {@link AccessLogFilter#reopen()} for rotation. <b>Default:</b> none; lines go to SLF4J.
         *
         * <p>If writing fails later, the lines are {@linkplain AccessLogFilter#dropped() counted} and lost, a warning
         * says so once, and the next lines are tried again, after an empty line so that none is joined to a torn one.
         *
         * @param path the file; opened by {@link #build()}
         * @return this builder
         */
        public Builder file(Path path) {
            this.file = Objects.requireNonNull(path);
            return this;
        }

        /**
         * Sets how long lines are collected before they are written, so that many of them cost one wake-up of the thread
         * that writes and one call of the system. They are written earlier once the queue is half full, and at closing.
         * <b>Default:</b> 100 ms, hardly noticed by who follows a log, and ten wake-ups a second at most. Zero writes at
         * once, and wakes the thread for nearly every request.
         *
         * @param atMost 0 to 1 hour
         * @return this builder
         */
        public Builder collect(Duration atMost) {
            if (atMost.isNegative() || atMost.compareTo(LONGEST_COLLECT) > 0) {
                throw new IllegalArgumentException("collect: " + atMost + " (expected: PT0S to PT1H)");
            }
            this.collect = atMost;
            return this;
        }

        /**
         * Sets how many lines may wait for the thread that writes; as many again may be in its hands. <b>Default:</b>
         * 16384: what comes in 100 ms at 80,000 requests a second fills half of it, and the other half is for a disk's
         * pauses. 2 MB if all wait and a line is 128 bytes.
         *
         * @param lines 1 or more
         * @return this builder
         */
        public Builder queue(int lines) {
            if (lines < 1) {
                throw new IllegalArgumentException("queue: " + lines + " (expected: >= 1)");
            }
            this.queue = lines;
            return this;
        }

        /**
         * Hands lines to code of one's own instead of SLF4J. <b>Default:</b> the logger {@link #LOGGER}.
         *
         * @param lines told each line, without its end; called by one thread, may block
         * @return this builder
         */
        public Builder sink(Consumer<String> lines) {
            this.sink = Objects.requireNonNull(lines);
            return this;
        }

        /**
         * Sets where the time of day comes from, for tests under virtual time. <b>Default:</b>
         * {@link TimeSource#system()}.
         *
         * @param source the time
         * @return this builder
         */
        public Builder time(TimeSource source) {
            this.time = Objects.requireNonNull(source);
            return this;
        }

        /**
         * Makes the filter, and opens its file. Its thread starts with the first line.
         *
         * @return a filter
         * @throws IllegalArgumentException listing all that is wrong
         * @throws UncheckedIOException if the file cannot be opened for appending
         */
        public AccessLogFilter build() {
            List<String> all = new ArrayList<>(problems);
            if (!headers.isEmpty() && format != Format.JSON) {
                all.add("headers: there is no place for them in " + format + " (expected: JSON)");
            }
            if (file != null && sink != null) {
                all.add("file, sink: lines go to one of them");
            }
            SettingProblems.throwIfAny("access log", all);
            return new AccessLogFilter(this);
        }
    }
}
