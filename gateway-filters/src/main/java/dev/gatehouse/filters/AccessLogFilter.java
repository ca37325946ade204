package dev.gatehouse.filters;

import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
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
 * Writes one line for each exchange, when its last byte is written or it broke off. Goes to the SLF4J logger
 * {@code dev.gatehouse.access} at level INFO; without that level it costs nothing.
 *
 * <p>A line tells of the request as it came, before any filter. Control characters, quotes and what is not ASCII are
 * escaped, so that one exchange is one line whatever a client sends; long fields are cut. Queries are left out, and fields
 * with credentials masked.
 *
 * <p>Lines are formatted and written by one daemon thread. When it falls behind by {@link Builder#queue} lines, those that
 * come are dropped and {@link #dropped() counted}: a slow disk must not slow requests down. {@link #close()} writes what
 * is waiting.
 *
 * <p>As a filter it sees what filters see. Requests that are refused as malformed never reach one; to log those too,
 * register {@link #asListener()} instead. Safe for use by several threads.
 */
public final class AccessLogFilter implements PhaseFilter, AutoCloseable {

    /** The name of the logger. */
    public static final String LOGGER = "dev.gatehouse.access";

    private static final int DEFAULT_QUEUE = 8192;
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(10);

    private final BooleanSupplier enabled;
    private final TimeSource time;
    private final LineWriter<AccessRecord> writer;

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
        AccessFormat format = new AccessFormat(builder.format, builder.parameters, builder.headers);
        Consumer<String> sink;
        if (builder.sink == null) {
            Logger logger = LoggerFactory.getLogger(LOGGER);
            enabled = logger::isInfoEnabled;
            sink = logger::info;
        } else {
            enabled = () -> true;
            sink = builder.sink;
        }
        time = builder.time;
        writer = new LineWriter<>("gatehouse-access-log", builder.queue, line -> sink.accept(format.line(line)));
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
        return writer.dropped();
    }

    /** Writes what is waiting, for 10 s at most; later lines are dropped. Close the gateway first. */
    @Override
    public void close() {
        writer.close(CLOSE_WITHIN);
    }

    private void write(Exchange exchange, Completion completion) {
        writer.add(AccessRecord.of(time.now(), exchange, completion));
    }

    /** Collects the settings of an access log. Not safe for use by several threads. */
    public static final class Builder {

        private final Format format;
        private final Set<String> parameters = new LinkedHashSet<>();
        private final List<String> headers = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private int queue = DEFAULT_QUEUE;
        private TimeSource time = TimeSource.system();
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
         * Sets how many lines may wait for the thread that writes; as many again may be in its hands. <b>Default:</b>
         * 8192, a second's worth at 8000 requests a second, some 4 MB if all wait.
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
         * Writes lines elsewhere than to SLF4J. <b>Default:</b> the logger {@link #LOGGER}.
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
         * Makes the filter. Its thread starts with the first line.
         *
         * @return a filter
         * @throws IllegalArgumentException listing all that is wrong
         */
        public AccessLogFilter build() {
            List<String> all = new ArrayList<>(problems);
            if (!headers.isEmpty() && format != Format.JSON) {
                all.add("headers: there is no place for them in " + format + " (expected: JSON)");
            }
            SettingProblems.throwIfAny("access log", all);
            return new AccessLogFilter(this);
        }
    }
}
