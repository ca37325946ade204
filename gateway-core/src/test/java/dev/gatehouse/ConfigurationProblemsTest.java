package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of a configuration that cannot be: all that is wrong, and nothing that is not. */
class ConfigurationProblemsTest {

    private static final Response OK = Response.of(200);

    private static List<String> problems(GatewayBuilder builder) {
        ConfigurationException e = catchThrowableOfType(
                ConfigurationException.class, () -> builder.build().close());
        assertThat(e).as("a refusal").isNotNull();
        return e.problems();
    }

    private static List<String> ofUpstream(Consumer<UpstreamBuilder> settings) {
        return problems(Gateway.builder().upstream("o", settings).route("/o/**", r -> r.to("o")));
    }

    private static List<String> ofRoute(Consumer<RouteBuilder> settings) {
        return problems(Gateway.builder()
                .upstream("o", up -> up.endpoints("http://a:1"))
                .route("/o/**", r -> r.to("o"))
                .route("/x", settings));
    }

    /** A null as it comes from a map without the key. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T missing() {
        return null;
    }

    @Test
    void anUpstreamNamesAllItsFaultsAndNoneThatFollowFromThem() {
        assertThat(ofUpstream(up -> up.endpoints("ftp://a:1", "http://b:1", "http://c:1/path")
                        .panicThreshold(7)
                        .strategy(missing())
                        .healthCheck(HealthChecker.tcp(), hc -> hc.unhealthyAfter(0))
                        .timeouts(t -> t.connect(Duration.ZERO).total(Duration.ofSeconds(-1)))
                        .retry(r -> r.maxAttempts(0).maxReplayBytes(-1))
                        .transport(missing())
                        .attemptFilter(missing())))
                .containsExactly(
                        "upstream o: endpoint: ftp://a:1 (expected: http or https with a host and nothing after the"
                                + " port)",
                        "upstream o: endpoint: http://c:1/path (expected: http or https with a host and nothing after"
                                + " the port)",
                        "upstream o: panicThreshold: 7.0 (expected: 0 to 1)",
                        "upstream o: strategy: null (expected: a value)",
                        "upstream o: healthCheck: unhealthyAfter: 0 (expected: >= 1)",
                        "upstream o: timeouts: connect: PT0S (expected: > 0); total: PT-1S (expected: >= 0)",
                        "upstream o: retry: maxAttempts: 0 (expected: 1 to 10); maxReplayBytes: -1 (expected: >= 0)",
                        "upstream o: transport: null (expected: a value)",
                        "upstream o: attemptFilter: null (expected: a value)");
    }

    @Test
    void aRouteNamesAllItsFaultsAndNoneThatFollowFromThem() {
        assertThat(ofRoute(r -> r.id(" ")
                        .host("a:80")
                        .methods("GET", "TRACE", "connect", "A B")
                        .header(missing())
                        .header("X-Kind", missing())
                        .query("a")
                        .query("a", "1")
                        .filter(missing())
                        .allow(TargetRule.MALFORMED)
                        .timeouts(t -> t.total(Duration.ofSeconds(-1)))
                        .respond(missing())))
                .containsExactly(
                        "route /x: id: blank (expected: a name, or no id)",
                        "route /x: methods: TRACE (expected: none that the gateway refuses for every target)",
                        "route /x: methods: connect (expected: none that the gateway refuses for every target)",
                        "route /x: methods: A B (expected: a token of RFC 9110)",
                        "route /x: header: null (expected: a value)",
                        "route /x: header X-Kind: null (expected: a value)",
                        "route /x: filter: null (expected: a value)",
                        "route /x: allow: MALFORMED (expected: a rule that can be opened)",
                        "route /x: respond: null (expected: a value)",
                        "route /x: host a:80 (expected: a name without a port, or *. and a name)",
                        "route /x: query a=1 beside query a (expected: one condition for a name)",
                        "route /x: timeouts: total: PT-1S (expected: >= 0)");
    }

    @Test
    void aPathThatIsNoneHidesNothingElse() {
        assertThat(problems(Gateway.builder()
                        .upstream("o", up -> up.endpoints("http://a:1"))
                        .route("x", r -> r.host("a:80").rewrite("/{id}").to("o"))))
                .containsExactly(
                        "route x: path x (expected: to begin with a slash)",
                        "route x: host a:80 (expected: a name without a port, or *. and a name)");
    }

    @Test
    void aRefusedEndIsNoMissingOne() {
        assertThat(ofRoute(r -> r.to(missing()))).containsExactly("route /x: to: null (expected: a value)");
        assertThat(ofRoute(r -> r.handle(missing()))).containsExactly("route /x: handle: null (expected: a value)");
        assertThat(ofRoute(r ->
                        r.respond(Response.of(200, Headers.empty(), Body.of(new ScriptedTransport.Content(), -1)))))
                .containsExactly("route /x: respond: a body that can be read once (expected: a body in memory)");
        assertThat(ofRoute(r -> {}))
                .containsExactly("route /x ends in nothing (expected: to, toHost, handle or respond)");
    }

    @Test
    void settingsThatBreakOffSayOnlyWhy() {
        assertThat(ofUpstream(up -> up.endpoints(Endpoint.of("http://a/b")).panicThreshold(7)))
                .singleElement(STRING)
                .startsWith("upstream o: endpoint: http://a/b");
        assertThat(ofRoute(r -> r.id(ConfigurationProblemsTest.<String>missing().strip())
                        .respond(OK)))
                .singleElement(STRING)
                .startsWith("route /x: java.lang.NullPointerException: ");
    }

    @Test
    void noUpstreamIsCalledUnusedWhileARoutesEndIsUnknown() {
        assertThat(problems(Gateway.builder()
                        .upstream("o", up -> up.endpoints("http://a:1"))
                        .route("/x", r -> r.to(missing()))))
                .containsExactly("route /x: to: null (expected: a value)");
        assertThat(problems(Gateway.builder()
                        .upstream("o", up -> up.endpoints("http://a:1"))
                        .route("/x", r -> r.respond(OK))))
                .containsExactly("upstream o has no effect: no route ends in it");
    }

    @Test
    void anAttemptFilterNeedsAnUpstream() {
        GatewayBuilder builder = Gateway.builder()
                .attemptFilter(Filter.onResponse(response -> response))
                .route("/x", r -> r.respond(OK));
        assertThat(problems(builder)).containsExactly("attemptFilter has no effect: there is no upstream");
    }

    @Test
    void namesForNothingAreRefused() {
        assertThat(problems(Gateway.builder()
                        .upstream("", up -> up.endpoints("http://a:1"))
                        .route("/x", r -> r.to(""))))
                .containsExactly("upstream : name: blank (expected: one that routes can refer to)");
    }

    @Test
    void endpointsThatAreTheSameAreNoMissingOnes() {
        assertThat(ofUpstream(up -> up.endpoints("http://a:1", "http://a:1")))
                .singleElement(STRING)
                .endsWith(" (expected: different ids)");
    }

    @Test
    void listsOfNothingAreRefused() {
        assertThat(ofUpstream(up -> up.endpoints(new String[0])))
                .containsExactly("upstream o: endpoints: none (expected: at least one)");
        assertThat(ofUpstream(up -> up.endpoints(new Endpoint[0])))
                .containsExactly("upstream o: endpoints: none (expected: at least one)");
        assertThat(ofUpstream(up -> {})).containsExactly("upstream o has no endpoints");
        assertThat(ofRoute(r -> r.methods().allow().respond(OK)))
                .containsExactly(
                        "route /x: methods: none (expected: at least one)",
                        "route /x: allow: none (expected: at least one)");
    }

    @Test
    void onlyTheTotalTimeHasAnEffectWithoutAnUpstream() {
        Consumer<Timeouts.Builder> all = t -> t.connect(Duration.ofSeconds(1))
                .firstByte(Duration.ofSeconds(30))
                .idle(Duration.ofSeconds(1))
                .attempt(Duration.ofSeconds(1))
                .total(Duration.ofSeconds(2));
        for (Consumer<RouteBuilder> end : List.<Consumer<RouteBuilder>>of(
                r -> r.respond(OK),
                RouteBuilder::toHost,
                r -> r.handle((request, exchange) -> CompletableFuture.completedFuture(OK)))) {
            assertThat(ofRoute(r -> end.accept(r.timeouts(all))))
                    .hasSize(4)
                    .allMatch(p -> p.contains(" has no effect, since it ends in "))
                    .anyMatch(p -> p.startsWith("route /x: timeouts: firstByte "))
                    .noneMatch(p -> p.contains("total"));
        }
        Gateway.builder()
                .route(
                        "/x",
                        r -> r.timeouts(t -> t.total(Duration.ofSeconds(2))).respond(OK))
                .build()
                .close();
    }

    @Test
    void theBudgetIsNotTheRoutesToChange() {
        assertThat(ofRoute(r -> r.retry(p -> p.maxAttempts(2).budget(0.1).minRetriesPerSecond(1))
                        .to("o")))
                .containsExactly(
                        "route /x: retry: budget has no effect, since the budget is the upstream's",
                        "route /x: retry: minRetriesPerSecond has no effect, since the budget is the upstream's");
    }

    @ParameterizedTest
    @ValueSource(strings = {"filter", "attemptFilter", "listener", "limits", "transport"})
    void aNullOutsideOfTheListIsRefusedAtOnceByName(String setting) {
        GatewayBuilder builder = Gateway.builder();
        assertThatNullPointerException()
                .isThrownBy(() -> {
                    switch (setting) {
                        case "filter" -> builder.filter(missing());
                        case "attemptFilter" -> builder.attemptFilter(missing());
                        case "listener" -> builder.listener(missing());
                        case "limits" -> builder.limits(missing());
                        default -> builder.transport(missing());
                    }
                })
                .withMessage(setting);
    }

    @Test
    void aFaultThatIsNoArgumentIsNotHidden() {
        assertThatThrownBy(() -> Gateway.builder().route("/x", r -> {
                    throw new IllegalStateException("the store is away");
                }))
                .isInstanceOf(IllegalStateException.class);
    }
}
