package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.FilterProbe.Result;
import dev.gatehouse.testkit.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateLimitFilterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Request REQUEST = Request.get("/orders").build();

    private final VirtualTime time = new VirtualTime();

    private RateLimitFilterBuilder limit(long tokens, Duration period) {
        return RateLimitFilter.builder(Keys.global()).refill(tokens, period).time(time);
    }

    private static Result send(RateLimitFilter filter) {
        return FilterProbe.of(filter).send(REQUEST);
    }

    private static int status(RateLimitFilter filter) {
        return send(filter).response().status();
    }

    private static List<Integer> statuses(RateLimitFilter filter, int count) {
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> status(filter))
                .toList();
    }

    @Test
    void aBurstPassesAtOnceAndTheNextRequestIsRefused() {
        RateLimitFilter filter = limit(3, SECOND).build();

        assertThat(statuses(filter, 4)).containsExactly(200, 200, 200, 429);
    }

    @Test
    void aRefusalIsAProblemReportThatSaysWhenToComeBackAndReachesNothingFurtherIn() {
        RateLimitFilter filter = limit(1, Duration.ofMinutes(1)).name("orders").build();
        send(filter);
        Result refused = send(filter);

        assertThat(refused.received()).isEmpty();
        assertThat(refused.response().headers().get("Retry-After")).isEqualTo("60");
        assertThat(refused.response().headers().get("RateLimit-Policy")).isEqualTo("\"orders\";q=1;w=60");
        assertThat(refused.response().headers().get("RateLimit")).isEqualTo("\"orders\";r=0;t=60");
        assertThat(refused.response().headers().get("Content-Type")).isEqualTo("application/problem+json");
        assertThat(refused.text())
                .contains("\"status\":429", "\"code\":\"rejected-rate\"")
                .doesNotContain("orders");
        assertThat(refused.response().failure()).map(GatewayException::kind).hasValue(Kind.REJECTED_RATE);
    }

    @Test
    void tokensComeBackOneByOne() {
        RateLimitFilter filter = limit(10, SECOND).build();
        statuses(filter, 10);

        time.advance(Duration.ofMillis(100).minusNanos(1));
        assertThat(status(filter)).isEqualTo(429);
        time.advance(Duration.ofNanos(1));
        assertThat(statuses(filter, 2)).containsExactly(200, 429);
    }

    @Test
    void theTimeToComeBackIsRoundedUp() {
        RateLimitFilter filter = limit(2, Duration.ofSeconds(3)).burst(1).build();
        send(filter);

        assertThat(send(filter).response().headers().get("Retry-After"))
                .as("1.5 s")
                .isEqualTo("2");
        time.advance(Duration.ofMillis(501));
        assertThat(send(filter).response().headers().get("Retry-After"))
                .as("0.999 s")
                .isEqualTo("1");
    }

    @Test
    void whoComesBackWhenToldToPasses() {
        RateLimitFilter filter = limit(7, Duration.ofSeconds(50)).burst(1).build();
        send(filter);
        for (int i = 0; i < 100; i++) {
            long wait = Long.parseLong(
                    String.valueOf(send(filter).response().headers().get("Retry-After")));
            time.advance(Duration.ofSeconds(wait));
            assertThat(status(filter)).as("after " + time).isEqualTo(200);
        }
    }

    @ParameterizedTest(name = "{0} each {1} ms is {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "100 | 1000  | \"default\";q=100;w=1",
                "600 | 60000 | \"default\";q=600;w=60",
                "10  | 100   | \"default\";q=100;w=1",
                "100 | 1500  | \"default\";q=133;w=2",
                "1   | 3000  | \"default\";q=1;w=3"
            })
    void thePolicyIsToldInWholeSeconds(long tokens, long millis, String policy) {
        assertThat(send(limit(tokens, Duration.ofMillis(millis)).build())
                        .response()
                        .headers()
                        .get("RateLimit-Policy"))
                .isEqualTo(policy);
    }

    @ParameterizedTest(name = "burst {0}, {1} used: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                // 60 tokens a minute are one a second: what is left lasts that many seconds
                "60  | 1   | \"default\";r=59;t=59",
                "60  | 59  | \"default\";r=1;t=1",
                "60  | 60  | \"default\";r=0;t=1",
                "300 | 100 | \"default\";r=200;t=200"
            })
    void noClientReadsABurstAsARate(long burst, int used, String limit) {
        RateLimitFilter filter = limit(60, Duration.ofMinutes(1)).burst(burst).build();
        statuses(filter, used - 1);

        assertThat(send(filter).response().headers().get("RateLimit")).isEqualTo(limit);
    }

    @Test
    void theLimitsOfAnUpstreamAreKept() {
        Response upstream = Response.of(
                200,
                Headers.of("RateLimit", "\"upstream\";r=1;t=9", "RateLimit-Policy", "\"upstream\";q=5;w=10"),
                Response.text(200, "").body());
        Result result =
                FilterProbe.of(limit(10, SECOND).build()).answering(upstream).send(REQUEST);

        assertThat(result.response().headers().all("RateLimit"))
                .containsExactly("\"upstream\";r=1;t=9", "\"default\";r=9;t=1");
        assertThat(result.response().headers().all("RateLimit-Policy"))
                .containsExactly("\"upstream\";q=5;w=10", "\"default\";q=10;w=1");
    }

    @Test
    void anErrorFurtherInIsToldTheLimitToo() {
        Result result = FilterProbe.of(limit(10, SECOND).build())
                .failing(new GatewayException(Kind.NO_ENDPOINT, "none"))
                .send(REQUEST);

        assertThat(result.response().status()).isEqualTo(503);
        assertThat(result.response().headers().get("RateLimit")).isEqualTo("\"default\";r=9;t=1");
    }

    @Test
    void eachKeyHasItsOwnLimit() {
        RateLimitFilter filter = RateLimitFilter.builder(Keys.clientIp())
                .refill(1, SECOND)
                .time(time)
                .build();
        FilterProbe probe = FilterProbe.of(filter);

        assertThat(probe.client("192.0.2.1").send(REQUEST).response().status()).isEqualTo(200);
        assertThat(probe.client("192.0.2.1").send(REQUEST).response().status()).isEqualTo(429);
        assertThat(probe.client("192.0.2.2").send(REQUEST).response().status()).isEqualTo(200);
    }

    @Test
    void aRequestWithoutKeyIsExempt() {
        RateLimitFilter filter = RateLimitFilter.builder(
                        (request, exchange) -> request.path().equals("/health") ? null : "all")
                .refill(1, SECOND)
                .time(time)
                .build();
        FilterProbe probe = FilterProbe.of(filter);
        for (int i = 0; i < 5; i++) {
            Response response = probe.send(Request.get("/health").build()).response();
            assertThat(response.status()).isEqualTo(200);
            assertThat(response.headers().contains("RateLimit")).isFalse();
        }
        assertThat(filter.keys()).isZero();
    }

    @Test
    void requestsMayCostMoreThanOneToken() {
        RateLimitFilter filter = limit(10, Duration.ofSeconds(10))
                .cost(request -> request.method().equals("POST") ? 4 : 1)
                .build();
        FilterProbe probe = FilterProbe.of(filter);
        Request post = Request.builder("POST", "/orders").build();

        assertThat(probe.send(post).response().headers().get("RateLimit")).isEqualTo("\"default\";r=6;t=6");
        assertThat(probe.send(post).response().headers().get("RateLimit")).isEqualTo("\"default\";r=2;t=2");
        Response refused = probe.send(post).response();
        assertThat(refused.headers().get("Retry-After"))
                .as("two tokens are missing")
                .isEqualTo("2");
        assertThat(refused.headers().get("RateLimit")).isEqualTo("\"default\";r=2;t=2");
        assertThat(probe.send(REQUEST).response().status())
                .as("one is left for this")
                .isEqualTo(200);
    }

    @Test
    void aRequestThatCostsNothingPassesAnUsedUpLimit() {
        RateLimitFilter filter = limit(1, SECOND)
                .cost(request -> request.method().equals("OPTIONS") ? 0 : 1)
                .build();
        send(filter);
        Result free = FilterProbe.of(filter)
                .send(Request.builder("OPTIONS", "/orders").build());

        assertThat(free.response().status()).isEqualTo(200);
        assertThat(free.response().headers().get("RateLimit")).isEqualTo("\"default\";r=0;t=1");
        assertThat(status(filter)).isEqualTo(429);
    }

    @Test
    void aRequestThatCostsMoreThanABucketHoldsTakesAllOfIt() {
        RateLimitFilter filter = limit(5, SECOND).cost(request -> 1000).build();

        assertThat(statuses(filter, 2)).containsExactly(200, 429);
        time.advance(SECOND);
        assertThat(status(filter)).isEqualTo(200);
    }

    @Test
    void aNegativeCostIsAnErrorOfTheFilter() {
        Response response = send(limit(5, SECOND).cost(request -> -1).build()).response();

        assertThat(response.status()).isEqualTo(500);
        assertThat(response.failure())
                .hasValueSatisfying(failure -> assertThat(failure)
                        .hasMessageContaining("RateLimitFilter default")
                        .hasMessageContaining("-1"));
    }

    @Test
    void keysAreBounded() {
        RateLimitFilter filter = RateLimitFilter.builder(Keys.header("X-Key"))
                .refill(1, SECOND)
                .maxKeys(100)
                .time(time)
                .build();
        for (int i = 0; i < 10_000; i++) {
            FilterProbe.of(filter).send(REQUEST.withHeader("X-Key", "key-" + i));
        }

        assertThat(filter.keys()).isLessThanOrEqualTo(100);
    }

    @Test
    void aKeyIsForgottenWhenItsBucketIsFullAgainAndNotBefore() {
        RateLimitFilter filter = limit(1, SECOND).burst(10).build();
        statuses(filter, 10);

        time.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(filter.keys()).isOne();
        time.advance(Duration.ofNanos(1));
        assertThat(filter.keys()).isZero();
        assertThat(statuses(filter, 11)).endsWith(200, 429);
    }

    @Test
    void aKeyOfAnyLengthTakesTheSameRoom() {
        RateLimitFilter filter = RateLimitFilter.builder(Keys.header("X-Key"))
                .refill(1, SECOND)
                .time(time)
                .build();
        FilterProbe probe = FilterProbe.of(filter);
        String longKey = "k".repeat(10_000);

        assertThat(KeyDigest.of(longKey)).hasSize(64);
        assertThat(probe.send(REQUEST.withHeader("X-Key", longKey)).response().status())
                .isEqualTo(200);
        assertThat(probe.send(REQUEST.withHeader("X-Key", longKey)).response().status())
                .isEqualTo(429);
        assertThat(probe.send(REQUEST.withHeader("X-Key", longKey + "l"))
                        .response()
                        .status())
                .isEqualTo(200);
        assertThat(probe.send(REQUEST.withHeader("X-Key", KeyDigest.of(longKey)))
                        .response()
                        .status())
                .as("the digest of a key is another key")
                .isEqualTo(200);
    }

    @Test
    void aClockMayWrap() {
        long[] nanos = {Long.MAX_VALUE - SECOND.toNanos()};
        TimeSource wrapping = new TimeSource() {
            @Override
            public Instant now() {
                return Instant.EPOCH;
            }

            @Override
            public long nanoTime() {
                return nanos[0];
            }

            @Override
            public Timer schedule(Runnable task, Duration delay) {
                throw new UnsupportedOperationException();
            }
        };
        RateLimitFilter filter = limit(1, SECOND).time(wrapping).build();
        for (int i = 0; i < 5; i++) {
            assertThat(statuses(filter, 2)).containsExactly(200, 429);
            nanos[0] += SECOND.toNanos();
        }
    }

    @Test
    void theShortFormsAreWhatTheySay() {
        assertThat(RateLimitFilter.perSecond(100, Keys.global())).hasToString("RateLimitFilter \"default\";q=100;w=1");
        assertThat(RateLimitFilter.perMinute(30, Keys.global())).hasToString("RateLimitFilter \"default\";q=30;w=60");
        assertThat(RateLimitFilter.perSecond(2, Keys.global()).name()).isEqualTo("RateLimitFilter default");
        assertThat(statuses(RateLimitFilter.perMinute(2, Keys.global()), 3)).containsExactly(200, 200, 429);
    }

    @Test
    void whatCannotBeIsRefusedAtOnce() {
        RateLimitFilterBuilder builder = RateLimitFilter.builder(Keys.global());

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("refill is missing");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.refill(0, SECOND));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.refill(1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.refill(2, Duration.ofNanos(1)));
        Duration forEver = Duration.ofSeconds(Long.MAX_VALUE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.refill(1, forEver))
                .withMessage("refill: each " + forEver + " (expected: > 0 and <= PT8760H)");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.burst(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maxKeys(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a\"b", "a\\b", "a\nb", "é"})
    void aNameThatNoFieldCanHoldIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateLimitFilter.builder(Keys.global()).name(name));
    }
}
