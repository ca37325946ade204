package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/**
 * What explain says is what happens: for ten thousand random requests to twenty random gateways, with all that an
 * explanation names (route, status, filters, sent target, endpoints, times, retries) compared with what was seen.
 */
class ExplainTest {

    private static final long SEED = 20_261_124;
    private static final int GATEWAYS = 20;
    private static final int REQUESTS = 500;

    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS");
    private static final List<String> SEGMENTS = List.of("a", "b", "%61", "..", "", "c;d", "e%2ff", "g%20h", "%zz");
    private static final List<String> HOSTS = List.of("api.test", "www.test", "elsewhere.example", "");

    /** Each path with ways to rewrite it; the first character says which. */
    private static final Map<String, List<String>> PATHS = new TreeMap<>(Map.of(
            "/a", List.of("+/p", "=/new"),
            "/b/**", List.of("-/b", "=/**", "+/p", "=/c/**"),
            "/{x}", List.of("=/v/{x}", "+/p/q"),
            "/a/{y}", List.of("-/a", "=/{y}"),
            "/a/b", List.of("-/a", "-/a/b"),
            "/{x}/b/**", List.of("=/{x}/**", "=/**"),
            "/g%20h/**", List.of("-/g%20h", "+/p"),
            "/a/a/{z}/**", List.of("=/{z}/**", "-/a/a"),
            "/{x}/{y}/a", List.of("=/{y}/{x}", "+/p")));

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final Seen seen = new Seen();
    private final Map<String, Integer> cases = new TreeMap<>();

    /** What one request has left in filters, the transport and the clock. */
    private static final class Seen implements TimeSource {

        private final VirtualClock clock = new VirtualClock();
        private final List<String> filters = new ArrayList<>();
        private final List<String> attemptFilters = new ArrayList<>();
        private final List<Duration> timers = new ArrayList<>();
        private final ScriptedTransport transport = ScriptedTransport.answering(sent -> {
            sent.readContent();
            boolean down = sent.call.request().headers().contains("X-Down");
            return Response.of(down ? 503 : 200);
        });
        private String route = Exchange.NO_ROUTE;

        void forget() {
            filters.clear();
            attemptFilters.clear();
            timers.clear();
            transport.sent.clear();
            route = Exchange.NO_ROUTE;
        }

        @Override
        public Instant now() {
            return clock.now();
        }

        @Override
        public long nanoTime() {
            return clock.nanoTime();
        }

        @Override
        public Timer schedule(Runnable task, Duration delay) {
            timers.add(delay);
            return clock.schedule(task, delay);
        }
    }

    @Test
    void theExplanationEqualsTheDecision() {
        for (int i = 0; i < GATEWAYS; i++) {
            try (Gateway gateway = gateway()) {
                drainOne(gateway);
                for (int j = 0; j < REQUESTS; j++) {
                    Request request = request();
                    Explanation explanation = gateway.explain(request);
                    seen.forget();
                    Response response =
                            gateway.handle(request).toCompletableFuture().join();
                    try {
                        compare(request, explanation, response);
                    } catch (AssertionError e) {
                        throw new AssertionError(
                                "seed " + SEED + ", gateway " + i + ", request " + j + ": " + explanation, e);
                    }
                }
            }
        }
        assertThat(cases.keySet())
                .containsExactly("answered", "handled", "no rewrite", "refused", "retried", "sent", "sent once");
        assertThat(cases.values()).as("each often enough: %s", cases).allMatch(count -> count > 100);
    }

    private static void drainOne(Gateway gateway) {
        Upstream upstream = gateway.upstream("one");
        assertThat(upstream).isNotNull();
        upstream.balancer().drain("b:1", Duration.ZERO);
    }

    private void compare(Request request, Explanation explanation, Response response) {
        assertThat(explanation.routeId().orElse(Exchange.NO_ROUTE)).isEqualTo(seen.route);
        assertThat(explanation.routes())
                .filteredOn(Explanation.RouteReason::chosen)
                .extracting(Explanation.RouteReason::id)
                .isEqualTo(explanation.routeId().map(List::of).orElse(chosenButAnswered(explanation)));
        assertThat(explanation.filters()).isEqualTo(seen.filters);
        explanation.status().ifPresent(status -> assertThat(response.status()).isEqualTo(status));
        if (explanation.status().isPresent() || explanation.upstream().isEmpty()) {
            assertThat(seen.transport.sent).isEmpty();
            assertThat(explanation.sentTarget()).isEmpty();
        }
        if (explanation.routeId().isEmpty()) {
            assertThat(explanation.status()).isPresent();
            count(seen.filters.isEmpty() ? "refused" : "answered");
        } else if (explanation.upstream().isEmpty()) {
            assertThat(response.status()).isEqualTo(200);
            assertTimers(explanation.timeouts().orElseThrow(), 0);
            count("handled");
        } else if (explanation.status().isPresent()) {
            assertThat(explanation.status()).contains(400);
            assertThat(explanation.toString()).contains("but refused after the filters");
            count("no rewrite");
        } else {
            compareSent(request, explanation);
        }
    }

    /** OPTIONS that the gateway answers for a route of an upstream: the route matches, and is not taken. */
    private static List<String> chosenButAnswered(Explanation explanation) {
        return explanation.routes().stream()
                .filter(Explanation.RouteReason::chosen)
                .map(Explanation.RouteReason::id)
                .limit(explanation.status().equals(Optional.of(204)) ? 1 : 0)
                .toList();
    }

    private void compareSent(Request request, Explanation explanation) {
        RetryPolicy retry = explanation.retry().orElseThrow();
        boolean repeats = request.headers().contains("X-Down")
                && RetryPolicy.isRepeatable(request.method(), request.headers())
                && retry.statuses().contains(503);
        int attempts = repeats ? retry.maxAttempts() : 1;
        assertThat(seen.transport.sent).hasSize(attempts);
        Timeouts times = explanation.timeouts().orElseThrow();
        List<String> usable = explanation.candidates().stream()
                .filter(Explanation.Candidate::usable)
                .map(Explanation.Candidate::endpoint)
                .toList();
        assertThat(usable)
                .isEqualTo(
                        explanation.upstream().orElseThrow().equals("one")
                                ? List.of("a:1", "c:1")
                                : List.of("d:1", "e:1"));
        for (ScriptedTransport.Sent sent : seen.transport.sent) {
            assertThat(sent.call.request().target().pathAndQuery())
                    .isEqualTo(explanation.sentTarget().orElseThrow());
            assertThat(usable).contains(sent.call.endpoint().id());
            assertThat(sent.call.connectTimeout()).isEqualTo(times.connect());
            assertThat(sent.call.idleTimeout()).isEqualTo(times.idle());
        }
        List<String> attemptFilters = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            attemptFilters.addAll(explanation.attemptFilters());
        }
        assertThat(seen.attemptFilters).isEqualTo(attemptFilters);
        assertTimers(times, attempts);
        count("sent");
        count(repeats ? "retried" : "sent once");
    }

    private void assertTimers(Timeouts times, int attempts) {
        List<Duration> expected = new ArrayList<>(Collections.nCopies(attempts, times.attempt()));
        expected.addAll(Collections.nCopies(attempts, times.firstByte()));
        expected.add(times.total());
        expected.removeIf(Duration::isZero);
        assertThat(seen.timers).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void count(String what) {
        cases.merge(what, 1, Integer::sum);
    }

    private Gateway gateway() {
        GatewayBuilder builder = Gateway.builder().time(seen).transport(seen.transport);
        builder.filter(PhaseFilter.named("outermost", (request, exchange) -> {
            seen.route = exchange.routeId();
            seen.filters.add("outermost");
            return Verdict.proceed(request);
        }));
        someFilters("gateway", seen.filters).forEach(builder::filter);
        someFilters("attempt", seen.attemptFilters).forEach(builder::attemptFilter);
        upstream(builder, "one", "http://a:1", "http://b:1", "http://c:1");
        upstream(builder, "two", "http://d:1", "http://e:1");
        // Both upstreams have a route in any case, and one whose rewrite fails for /files//x.
        builder.route(
                "/files/**",
                r -> r.allow(TargetRule.EMPTY_SEGMENT).rewrite("/**").to("one"));
        builder.route("/two", r -> r.to("two"));
        PATHS.forEach((path, rewrites) -> {
            route(builder, path, rewrites, "");
            if (random.nextInt(3) == 0) {
                route(builder, path, rewrites, random.nextBoolean() ? "api.test" : "*.test");
            }
        });
        return builder.build();
    }

    private void upstream(GatewayBuilder builder, String name, String... uris) {
        builder.upstream(name, up -> {
            up.endpoints(uris)
                    .timeouts(this::someTimes)
                    .retry(retry -> retry.minRetriesPerSecond(1_000_000)
                            .maxAttempts(2 + random.nextInt(3))
                            .backOff(Duration.ZERO, Duration.ZERO));
            someFilters("upstream", seen.attemptFilters).forEach(up::attemptFilter);
        });
    }

    private void someTimes(Timeouts.Builder times) {
        times.connect(millis(1, 1_000))
                .idle(millis(0, 1_000))
                .firstByte(random.nextBoolean() ? Duration.ZERO : millis(1, 1_000))
                .attempt(random.nextBoolean() ? Duration.ZERO : millis(1, 1_000))
                .total(random.nextBoolean() ? Duration.ZERO : millis(1_000, 2_000));
    }

    private Duration millis(int least, int below) {
        return Duration.ofMillis(random.nextInt(least, below));
    }

    /** Filters of both forms that note their names. */
    private List<Filter> someFilters(String prefix, List<String> ran) {
        List<Filter> filters = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String name = prefix + "-" + i;
            PhaseFilter phases = PhaseFilter.named(name, (request, exchange) -> {
                ran.add(name);
                return Verdict.proceed(request);
            });
            filters.add(random.nextBoolean() ? phases : new General(phases));
        }
        return filters;
    }

    /** A filter of the phase form as one of the general form. */
    private record General(PhaseFilter phases) implements Filter {

        @Override
        public CompletionStage<Response> apply(Request request, Chain next) {
            return phases.apply(request, next);
        }

        @Override
        public String name() {
            return phases.name();
        }
    }

    private void route(GatewayBuilder builder, String path, List<String> rewrites, String host) {
        builder.route(path, r -> {
            r.id("route " + host + path);
            if (!host.isEmpty()) {
                r.host(host);
            }
            conditions(r);
            someFilters("route", seen.filters).forEach(r::filter);
            if (random.nextInt(4) == 0) {
                if (random.nextBoolean()) {
                    r.timeouts(times -> times.total(millis(1_000, 2_000)));
                }
                r.handle((request, exchange) -> CompletableFuture.completedFuture(Response.of(200)));
                return;
            }
            if (random.nextBoolean()) {
                rewrite(r, rewrites.get(random.nextInt(rewrites.size())));
            }
            if (random.nextInt(3) == 0) {
                r.timeouts(this::someTimes);
            }
            if (random.nextInt(3) == 0) {
                r.retry(retry -> retry.maxAttempts(2 + random.nextInt(3)).statuses(random.nextBoolean() ? 503 : 502));
            }
            r.to(random.nextBoolean() ? "one" : "two");
        });
    }

    private void conditions(RouteBuilder r) {
        if (random.nextInt(3) == 0) {
            r.methods("GET", "PUT", "OPTIONS");
        }
        for (TargetRule rule : List.of(TargetRule.ENCODED_SLASH, TargetRule.PATH_PARAMETER, TargetRule.EMPTY_SEGMENT)) {
            if (random.nextBoolean()) {
                r.allow(rule);
            }
        }
        switch (random.nextInt(8)) {
            case 0 -> r.header("X-Kind");
            case 1 -> r.header("X-Kind", "blue");
            case 2 -> r.query("q");
            case 3 -> r.query("q", "1");
            default -> {}
        }
    }

    private static void rewrite(RouteBuilder r, String step) {
        String text = step.substring(1);
        switch (step.charAt(0)) {
            case '-' -> r.stripPrefix(text);
            case '+' -> r.addPrefix(text);
            default -> r.rewrite(text);
        }
    }

    private Request request() {
        String method = METHODS.get(random.nextInt(METHODS.size()));
        Request.Builder request = Request.builder(method, target(method));
        String host = HOSTS.get(random.nextInt(HOSTS.size()));
        if (!host.isEmpty()) {
            request.authority(host);
        }
        if (random.nextInt(3) == 0) {
            request.header("X-Kind", random.nextBoolean() ? "blue" : "red");
        }
        if (random.nextInt(3) == 0) {
            request.header("X-Down", "1");
        }
        if (random.nextInt(4) == 0) {
            request.header("Max-Forwards", random.nextBoolean() ? "0" : "7");
        }
        return request.build();
    }

    private String target(String method) {
        if (method.equals("OPTIONS") && random.nextInt(8) == 0) {
            return "*";
        }
        StringBuilder target = new StringBuilder();
        if (random.nextInt(8) == 0) {
            target.append(random.nextBoolean() ? "/files" : "/files/");
        }
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            target.append('/').append(SEGMENTS.get(random.nextInt(random.nextInt(4) == 0 ? SEGMENTS.size() : 3)));
        }
        if (random.nextInt(3) == 0) {
            target.append("?q=").append(random.nextInt(2));
        }
        return target.toString();
    }
}
