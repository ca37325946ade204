package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Affinity beside what else happens: updates, hedges, drains, copies, caches, many endpoints. */
class StickyCallTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] FRESH = "another secret of thirty-two by.".getBytes(StandardCharsets.UTF_8);
    private static final Affinity STAY = Affinity.cookie("gh", SECRET);
    private static final Request FIRST = Request.get("/up/x").build();

    private final ScriptedTransport transport = ScriptedTransport.answering(StickyCallTest::answer);

    private static Response answer(ScriptedTransport.Sent sent) {
        return Response.of(200)
                .withHeader("X-Served", sent.call.endpoint().id())
                .withHeader(
                        "X-Cookie", String.valueOf(sent.call.request().headers().get("Cookie")));
    }

    private Fixture fixture(Consumer<UpstreamBuilder> upstream) {
        return new Fixture(transport, up -> upstream.accept(up.strategy(Strategy.roundRobin())), builder -> builder);
    }

    private static String served(Response response) {
        return response.headers().get("X-Served");
    }

    private static String token(Response response) {
        String cookie = response.headers().get("Set-Cookie");
        return cookie == null ? null : cookie.substring("gh=".length(), cookie.indexOf(';'));
    }

    private static Request with(String token) {
        return FIRST.withHeader("Cookie", "gh=" + token);
    }

    private void update(Fixture fixture, String name, Consumer<UpstreamBuilder> upstream) {
        fixture.gateway.update(Gateway.builder()
                .time(fixture.time)
                .transport(transport)
                .upstream(name, up -> {
                    up.endpoints("http://d:1", "http://c:1", "http://b:1", "http://a:1");
                    upstream.accept(up);
                })
                .route("/up/**", r -> r.to(name)));
    }

    @Test
    void tokensOutliveAnUpdateUnlessTheSecretIsGoneOrTheUpstreamHasAnotherName() {
        try (Fixture fixture = fixture(up -> up.affinity(STAY))) {
            Response first = fixture.call(FIRST);
            String token = token(first);
            update(fixture, "up", up -> up.strategy(Strategy.leastRequest()).affinity(STAY));
            for (int i = 0; i < 10; i++) {
                Response next = fixture.call(with(token));
                assertThat(served(next)).isEqualTo(served(first));
                assertThat(token(next)).isNull();
            }
            update(fixture, "up", up -> up.affinity(Affinity.cookie("gh", FRESH, SECRET)));
            Response renewed = fixture.call(with(token));
            assertThat(served(renewed)).isEqualTo(served(first));
            assertThat(token(renewed)).as("the old secret's").isNotNull();
            update(fixture, "up", up -> up.affinity(Affinity.cookie("gh", FRESH)));
            assertThat(token(fixture.call(with(token)))).as("no secret's").isNotNull();
            Response last = fixture.call(with(token(renewed)));
            assertThat(served(last)).isEqualTo(served(first));
            assertThat(token(last)).isNull();
            update(fixture, "other", up -> up.affinity(Affinity.cookie("gh", FRESH)));
            assertThat(token(fixture.call(with(token(renewed)))))
                    .as("another upstream's")
                    .isNotNull();
        }
    }

    @Test
    void oneWhoseEndpointHasDrainedGetsAnotherAndStaysThere() {
        try (Fixture fixture = fixture(up -> up.affinity(STAY))) {
            Response first = fixture.call(FIRST);
            fixture.gateway.upstream("up").balancer().drain(served(first), Duration.ofMinutes(1));
            fixture.time.advance(Duration.ofMinutes(1));
            Response moved = fixture.call(with(token(first)));
            assertThat(served(moved)).isNotEqualTo(served(first));
            assertThat(token(moved)).isNotNull();
            for (int i = 0; i < 6; i++) {
                assertThat(served(fixture.call(with(token(moved))))).isEqualTo(served(moved));
            }
        }
    }

    @Test
    void whatTheUpstreamPutsInTheTokensPlaceIsLeftOut() {
        transport.script(sent -> sent.respond(answer(sent)
                .withHeaders(Headers.of("Set-Cookie", "a=1")
                        .withAdded("Set-Cookie", "gh=mine; Path=/")
                        .withAdded("Set-Cookie", "b=2")
                        .withAdded("X-Stay", "mine"))));
        try (Fixture fixture = fixture(up -> up.affinity(STAY))) {
            List<String> first = fixture.call(FIRST).headers().all("Set-Cookie");
            assertThat(first).hasSize(3).startsWith("a=1", "b=2");
            String token = first.get(2).replaceAll("gh=|;.*", "");
            assertThat(fixture.call(with(token)).headers().all("Set-Cookie")).containsExactly("a=1", "b=2");
        }
        try (Fixture fixture = fixture(up -> up.affinity(Affinity.header("X-Stay", SECRET)))) {
            String token = fixture.call(FIRST).headers().get("X-Stay");
            assertThat(token).hasSize(64);
            Response next = fixture.call(FIRST.withHeader("X-Stay", token));
            assertThat(next.headers().contains("X-Stay")).isFalse();
            assertThat(next.headers().all("Set-Cookie"))
                    .as("nobody's but the upstream's")
                    .hasSize(3);
        }
    }

    @Test
    void aHedgeThatIsFirstMovesNobody() {
        transport.script(sent -> {});
        try (Fixture fixture = fixture(up -> up.affinity(STAY).hedge(hedge -> {}))) {
            for (int i = 0; i < 200; i++) {
                fixture.begin(FIRST);
                fixture.time.advance(Duration.ofMillis(10));
                last().respond(answer(last()));
            }
            CompletableFuture<Response> first = fixture.begin(FIRST);
            last().respond(answer(last()));
            String home = served(first.join());
            CompletableFuture<Response> slow = fixture.begin(with(token(first.join())));
            assertThat(last().call.endpoint().id()).isEqualTo(home);
            fixture.time.advance(Duration.ofMillis(12)); // past the end of the step of 10 ms, at 11.25 ms
            assertThat(last().call.endpoint().id()).isNotEqualTo(home);
            last().respond(answer(last()));
            assertThat(served(slow.join())).isNotEqualTo(home);
            assertThat(token(slow.join())).isNull();
            CompletableFuture<Response> next = fixture.begin(with(token(first.join())));
            last().respond(answer(last()));
            assertThat(served(next.join())).isEqualTo(home);
            assertThat(fixture.inFlight()).isZero();

            CompletableFuture<Response> fresh = fixture.begin(FIRST);
            fixture.time.advance(Duration.ofMillis(12));
            last().respond(answer(last()));
            String given = token(fresh.join());
            CompletableFuture<Response> stays = fixture.begin(with(given));
            last().respond(answer(last()));
            assertThat(served(stays.join()))
                    .as("whoever has answered is the home")
                    .isEqualTo(served(fresh.join()));
        }
    }

    private ScriptedTransport.Sent last() {
        return transport.sent.get(transport.sent.size() - 1);
    }

    @Test
    void anUpstreamsOwnCacheControlStaysAndNoSharedCacheKeepsTheToken() {
        for (String own : List.of("public, max-age=60", "private=\"X-Mine\"", "no-cache")) {
            assertThat(cacheControl(own)).as(own).containsExactly(own, "private");
        }
        for (String own : List.of("no-store", "max-age=60, Private")) {
            assertThat(cacheControl(own)).as(own).containsExactly(own);
        }
    }

    private List<String> cacheControl(String own) {
        transport.script(sent -> sent.respond(answer(sent).withHeader("Cache-Control", own)));
        try (Fixture fixture = fixture(up -> up.affinity(STAY))) {
            Response first = fixture.call(FIRST);
            assertThat(fixture.call(with(token(first))).headers().all("Cache-Control"))
                    .as("without a token in the response")
                    .containsExactly(own);
            return first.headers().all("Cache-Control");
        }
    }

    @Test
    void withALifeOnlyATokenIsNeverRenewedAndEnds() {
        try (Fixture fixture = fixture(up -> up.affinity(STAY.withMaxLife(Duration.ofSeconds(100))))) {
            Response first = fixture.call(FIRST);
            fixture.time.advance(Duration.ofSeconds(99));
            Response late = fixture.call(with(token(first)));
            assertThat(served(late)).isEqualTo(served(first));
            assertThat(token(late)).isNull();
            fixture.time.advance(Duration.ofSeconds(1));
            assertThat(token(fixture.call(with(token(first))))).isNotNull();
        }
    }

    @Test
    void theCookieIsSecureIfATrustedProxySaysThatTheClientCameOverHttps() {
        for (boolean trusted : new boolean[] {true, false}) {
            try (Fixture fixture = new Fixture(
                    transport,
                    up -> up.affinity(STAY),
                    builder -> builder.forwarded(
                            forwarded -> forwarded.trusted(trusted ? "10.0.0.0/8" : "192.168.0.0/16")))) {
                Connection proxy = new Connection(
                        new InetSocketAddress("10.0.0.9", 4711),
                        new InetSocketAddress("10.0.0.1", 80),
                        "http",
                        "HTTP/1.1");
                Response first = fixture.call(Request.builder("GET", "/up/x")
                        .connection(proxy)
                        .header("Host", "shop.example")
                        .header("X-Forwarded-For", "203.0.113.7")
                        .header("X-Forwarded-Proto", "https")
                        .build());
                assertThat(first.headers().get("Set-Cookie").endsWith("; Secure"))
                        .as("trusted: " + trusted)
                        .isEqualTo(trusted);
            }
        }
    }

    @Test
    void aPathVariableIsAHashKey() {
        try (Fixture fixture = new Fixture(
                transport,
                up -> up.strategy(Strategy.rendezvous()).hashKey(HashKey.pathVariable("tile")),
                builder -> builder.route("/tiles/{tile}/**", r -> r.to("up")))) {
            Set<String> all = new HashSet<>();
            for (int i = 0; i < 50; i++) { // of three endpoints one gets none with (2/3)^50
                String served =
                        served(fixture.call(Request.get("/tiles/t" + i + "/a").build()));
                assertThat(served(
                                fixture.call(Request.get("/tiles/t" + i + "/b").build())))
                        .isEqualTo(served);
                assertThat(served(fixture.call(
                                Request.get("/tiles/%74" + i + "/b").build())))
                        .as("decoded")
                        .isEqualTo(served);
                all.add(served);
            }
            assertThat(all).hasSize(3);
            assertThat(fixture.call(FIRST).status()).as("a route without it").isEqualTo(200);
        }
    }

    @Test
    void aCopyCarriesNoToken() {
        ScriptedTransport shadow = new ScriptedTransport(sent -> {});
        try (Fixture fixture = new Fixture(
                transport,
                up -> up.affinity(STAY).retry(retry -> retry.budget(1)),
                builder -> builder.upstream(
                                "shadow",
                                up -> up.endpoints("http://s:1")
                                        .transport(shadow)
                                        .affinity(Affinity.header("X-Stay", SECRET)))
                        .route("/up/x/**", r -> r.mirror("shadow", 1).to("up")))) {
            fixture.call(with(token(fixture.call(FIRST))).withHeader("X-Stay", "x".repeat(64)));
            assertThat(shadow.sent).hasSize(2);
            assertThat(shadow.sent.get(1).call.request().headers().contains("Cookie"))
                    .isFalse();
            assertThat(shadow.sent.get(1).call.request().headers().contains("X-Stay"))
                    .isFalse();
        }
    }

    @Test
    void namesThatTheMessageNeedsForItselfAreRefused() {
        for (String name :
                List.of("content-length", "Transfer-Encoding", "Connection", "Host", "Cookie", "Set-Cookie")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Affinity.header(name, SECRET))
                    .withMessage("affinity header: " + name + " (expected: a field that has no other meaning)");
        }
        assertThatThrownBy(() -> fixture(up -> up.affinity(Affinity.cookie("__secure-x", SECRET))))
                .hasMessageContaining("affinity: secure: not set to true (expected: true for __secure-x)");
        for (String name : List.of("a\r\nSet-Cookie", "a;b", "a=b", "a b", "")) {
            assertThatIllegalArgumentException().isThrownBy(() -> Affinity.cookie(name, SECRET));
        }
    }

    @Test
    void cookiesThatReplaceEachOtherAreAProblem() {
        assertThatThrownBy(() -> two(STAY, STAY, "a.example", "a.example"))
                .hasMessageContaining("upstreams one and two: affinity: both have the cookie gh with path / on host"
                        + " a.example, so that each replaces the other's (expected: different names or paths)");
        two(STAY, STAY, "a.example", "b.example").close(Duration.ZERO);
        two(STAY, STAY.withPath("/two"), "a.example", "a.example").close(Duration.ZERO);
        two(STAY, Affinity.cookie("hg", SECRET), "a.example", "a.example").close(Duration.ZERO);
        Affinity wide = STAY.withDomain("example");
        assertThatThrownBy(() -> two(wide, wide, "a.example", "b.example"))
                .hasMessageContaining("both have the cookie gh with path / on host example");
    }

    private Gateway two(Affinity one, Affinity two, String hostOfOne, String hostOfTwo) {
        return Gateway.builder()
                .transport(transport)
                .upstream("one", up -> up.endpoints("http://a:1").affinity(one))
                .upstream("two", up -> up.endpoints("http://b:1").affinity(two))
                .route("/one/**", r -> r.host(hostOfOne).to("one"))
                .route("/two/**", r -> r.host(hostOfTwo).to("two"))
                .build();
    }

    @Test
    void theStrategyIsNotAskedForARequestWithAToken() {
        AtomicInteger picks = new AtomicInteger();
        Strategy counting = setup -> (Picker) context -> {
            picks.incrementAndGet();
            return setup.nodes().get(7);
        };
        try (Fixture fixture = fixture(up ->
                up.endpoints(AffinityTokensTest.many(10_000)).strategy(counting).affinity(STAY))) {
            Response first = fixture.call(FIRST);
            for (int i = 0; i < 100; i++) {
                assertThat(served(fixture.call(with(token(first))))).isEqualTo(served(first));
            }
            assertThat(picks).hasValue(1);
        }
    }

    @Test
    void aHashKeyThatNoRequestCanHaveIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.header("X User"))
                .withMessage("hash key header: X User (expected: a token of RFC 9110)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HashKey.cookie(""))
                .withMessage("hash key cookie:  (expected: a token of RFC 9110)");
    }
}
