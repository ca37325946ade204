package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a filter makes of a target is judged like what a client sends, and is the filter's fault. */
class FilteredTargetTest {

    private final ScriptedTransport transport = ScriptedTransport.answering(
            sent -> Response.text(200, sent.call.request().target().raw()));

    private static Filter setting(String target) {
        return Filter.onRequest(request -> request.withTarget(RequestTarget.parse(target)));
    }

    private Fixture fixture(Consumer<RouteBuilder> route, UnaryOperator<GatewayBuilder> more) {
        return new Fixture(
                transport,
                up -> {},
                builder -> more.apply(builder.route("/route/**", r -> {
                    r.to("up");
                    route.accept(r);
                })));
    }

    private static void assertFiltersFault(Response response) {
        GatewayException failure = response.failure().orElseThrow();
        assertThat(response.status()).isEqualTo(500);
        assertThat(failure.kind()).isEqualTo(Kind.FILTER_FAILED);
        assertThat(failure).hasMessageContaining("a filter of route").hasMessageContaining("/route/**");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a b HTTP/1.1\r\nHost: h\r\n\r\nGET /smuggled",
                "/a?b HTTP/1.1\r\n\r\n",
                "/x/../admin",
                "/x/%2e%2e/admin",
                "//evil/x",
                "/a%2fb",
                "/a;b",
                "evil:80",
                "",
                "*",
            })
    void aTargetThatNoClientMaySendIsNotSentForAFilterEither(String target) {
        try (Fixture fixture = fixture(r -> r.filter(setting(target)), b -> b)) {
            assertFiltersFault(fixture.call(Request.get("/route/x").build()));
            assertThat(transport.sent).isEmpty();
        }
        try (Fixture fixture = fixture(r -> {}, b -> b.attemptFilter(setting(target)))) {
            assertFiltersFault(fixture.call(Request.get("/route/x").build()));
            assertThat(transport.sent).isEmpty();
            assertThat(fixture.inFlight()).isZero();
            assertThat(fixture.time.pending()).isZero();
        }
    }

    @Test
    void theHostsOwnCodeDoesNotGetItEither() {
        try (Gateway gateway = Gateway.builder()
                .route("/route/**", r -> r.filter(setting("/x/../admin")).toHost())
                .build()) {
            ScriptedHost host = new ScriptedHost();
            gateway.serve(Request.get("/route/x").build(), host);
            assertFiltersFault(host.response);
            assertThat(host.passedToHost).isEmpty();
        }
    }

    @Test
    void whatTheRouteHasOpenedIsOpenToItsFilters() {
        try (Fixture fixture = fixture(
                r -> r.allow(TargetRule.ENCODED_SLASH).filter(setting("/a%2fb")),
                b -> b.attemptFilter(setting("/c%2fd")))) {
            assertThat(Fixture.text(fixture.call(Request.get("/route/x").build())))
                    .isEqualTo("/c%2fd");
        }
        try (Fixture fixture = fixture(r -> r.allow(TargetRule.ENCODED_SLASH).filter(setting("/a%2fb/../c")), b -> b)) {
            assertFiltersFault(fixture.call(Request.get("/route/x").build()));
        }
    }

    @Test
    void anOrdinaryTargetGoesOn() {
        try (Fixture fixture = fixture(r -> r.filter(setting("/a?b")), b -> b.attemptFilter(setting("/c?d")))) {
            assertThat(Fixture.text(fixture.call(Request.get("/route/x").build())))
                    .isEqualTo("/c?d");
        }
    }

    @Test
    void aPathThatCannotBeRewrittenIsTheFaultOfWhoeverWroteIt() {
        Filter query =
                Filter.onRequest(request -> request.withTarget(request.target().withRawQuery("q")));
        Consumer<RouteBuilder> strip = r -> r.allow(TargetRule.EMPTY_SEGMENT).stripPrefix("/route");
        try (Fixture fixture = fixture(strip.andThen(r -> r.filter(query)), b -> b)) {
            Response response = fixture.call(Request.get("/route//x").build());
            assertThat(response.failure().orElseThrow().kind()).isEqualTo(Kind.BAD_TARGET);
            assertThat(response.status()).isEqualTo(400);
        }
        try (Fixture fixture = fixture(strip.andThen(r -> r.filter(setting("/route//x"))), b -> b)) {
            assertFiltersFault(fixture.call(Request.get("/route/x").build()));
        }
        assertThat(transport.sent).isEmpty();
    }
}
