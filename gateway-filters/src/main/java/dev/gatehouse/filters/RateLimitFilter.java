package dev.gatehouse.filters;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.gatehouse.Exchange;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.function.ToLongFunction;

/**
 * Lets each key have so many requests in a time and answers 429 to the rest, by a token bucket in this process: a full
 * bucket lets a burst through at once, and is refilled evenly.
 *
 * <p>A refusal carries {@code Retry-After} (RFC 9110 §10.2.3), in whole seconds, and every response what is left, in the
 * fields {@code RateLimit} and {@code RateLimit-Policy} (draft-ietf-httpapi-ratelimit-headers-11). They are added to
 * those of an upstream, whose limits hold too (§7.2 there). Refusals are not sent through the gateway's
 * {@code ErrorHandler}; they stand for a {@link GatewayException} of kind {@link Kind#REJECTED_RATE}.
 *
 * <p>Keys are kept in a bounded map. One that was not seen for as long as an empty bucket takes to fill is forgotten
 * without loss: its bucket is full again. When more keys than {@link RateLimitFilterBuilder#maxKeys} are in use, those
 * seen least are forgotten early and begin anew with a full bucket.
 *
 * <p>Immutable but for the counts; safe for use by several threads.
 */
public final class RateLimitFilter implements PhaseFilter {

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final String name;
    private final KeyFunction key;
    private final ToLongFunction<Request> cost;
    private final long burst;
    private final double nanosPerToken;
    private final String policy;
    private final Bandwidth bandwidth;
    private final TimeMeter meter;
    private final Cache<String, Bucket> buckets;

    RateLimitFilter(RateLimitFilterBuilder builder, long refill, Duration period) {
        name = builder.name;
        key = builder.key;
        cost = builder.cost;
        burst = builder.burst == null ? refill : builder.burst;
        nanosPerToken = (double) period.toNanos() / refill;
        policy = policy(name, refill, period);
        bandwidth = BandwidthBuilder.builder()
                .capacity(burst)
                .refillGreedy(refill, period)
                .build();
        meter = new Meter(builder.time);
        buckets = Caffeine.newBuilder()
                .maximumSize(builder.maxKeys)
                .expireAfterAccess(untilFull())
                .ticker(meter::currentTimeNanos)
                // Tidying up takes little; waking another thread for it would take more.
                .executor(Runnable::run)
                .build();
    }

    /**
     * So many requests each second, and as many at once.
     *
     * @param requests 1 or more
     * @param key whom a request is counted for
     * @return a filter
     */
    public static RateLimitFilter perSecond(long requests, KeyFunction key) {
        return builder(key).refill(requests, Duration.ofSeconds(1)).build();
    }

    /**
     * So many requests each minute, and as many at once.
     *
     * @param requests 1 or more
     * @param key whom a request is counted for
     * @return a filter
     */
    public static RateLimitFilter perMinute(long requests, KeyFunction key) {
        return builder(key).refill(requests, Duration.ofMinutes(1)).build();
    }

    /**
     * A builder, which needs {@link RateLimitFilterBuilder#refill}.
     *
     * @param key whom a request is counted for
     * @return a new builder
     */
    public static RateLimitFilterBuilder builder(KeyFunction key) {
        return new RateLimitFilterBuilder(key);
    }

    @Override
    public Verdict onRequest(Request request, Exchange exchange) {
        String counted = key.key(request, exchange);
        if (counted == null) {
            return Verdict.proceed(request);
        }
        long tokens = tokens(request);
        Bucket bucket = buckets.get(KeyDigest.of(counted), unknown -> fullBucket());
        if (tokens == 0) {
            long left = bucket.getAvailableTokens();
            return Verdict.proceed(request, response -> withLimit(response, left, secondsToSpend(left)));
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(tokens);
        long left = probe.getRemainingTokens();
        return probe.isConsumed()
                ? Verdict.proceed(request, response -> withLimit(response, left, secondsToSpend(left)))
                : Verdict.answer(refusal(left, seconds(probe.getNanosToWaitForRefill())));
    }

    /** The name of the policy, as in {@code RateLimitFilter default}. */
    @Override
    public String name() {
        return "RateLimitFilter " + name;
    }

    /** The policy, as in {@code RateLimitFilter "default";q=100;w=1}. */
    @Override
    public String toString() {
        return "RateLimitFilter " + policy;
    }

    /** How many keys have a bucket; for tests of what is forgotten. */
    long keys() {
        buckets.cleanUp();
        return buckets.estimatedSize();
    }

    private long tokens(Request request) {
        long tokens = cost.applyAsLong(request);
        if (tokens < 0) {
            throw new IllegalStateException("cost: " + tokens + " (expected: >= 0)");
        }
        // What costs more than a bucket holds could never pass.
        return Math.min(tokens, burst);
    }

    private Bucket fullBucket() {
        return Bucket.builder()
                .addLimit(bandwidth)
                .withCustomTimePrecision(meter)
                .build();
    }

    private Response refusal(long left, long retryAfter) {
        GatewayException failure = new GatewayException(Kind.REJECTED_RATE, "rate limit " + policy + " is used up");
        Response problem = Response.problem(
                        failure.kind().status(),
                        failure.kind().code(),
                        failure.kind().detail())
                .withHeader("Retry-After", Long.toString(retryAfter))
                .withFailure(failure);
        return withLimit(problem, left, retryAfter);
    }

    private Response withLimit(Response response, long left, long seconds) {
        return response.withHeaders(response.headers().toBuilder()
                .add("RateLimit-Policy", policy)
                .add("RateLimit", '"' + name + "\";r=" + left + ";t=" + seconds)
                .build());
    }

    /**
     * How long what is left lasts at the policy's rate, at least until there is a next token. A shorter time would be
     * true of a bucket too, but a client may take the quotient of the two for a rate that it is granted (§8.5).
     */
    private long secondsToSpend(long left) {
        return seconds((long) Math.ceil(Math.max(left, 1) * nanosPerToken));
    }

    /** Rounded up: who comes back when told to must not be early. */
    private static long seconds(long nanos) {
        return Math.max(1, nanos / NANOS_PER_SECOND + (nanos % NANOS_PER_SECOND == 0 ? 0 : 1));
    }

    private Duration untilFull() {
        return Duration.ofNanos((long) Math.ceil(burst * nanosPerToken));
    }

    /** Windows are whole seconds there (§3.1.3): a shorter or odd one is stretched, and its quota with it. */
    private static String policy(String name, long refill, Duration period) {
        long window = seconds(period.toNanos());
        long quota = (long) (refill * (window * (double) NANOS_PER_SECOND / period.toNanos()));
        return '"' + name + "\";q=" + quota + ";w=" + window;
    }

    /** Counts from zero: Bucket4j compares points in time, which a clock that may be anywhere does not allow. */
    private static final class Meter implements TimeMeter {

        private final TimeSource time;
        private final long origin;

        Meter(TimeSource time) {
            this.time = time;
            this.origin = time.nanoTime();
        }

        @Override
        public long currentTimeNanos() {
            return time.nanoTime() - origin;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
