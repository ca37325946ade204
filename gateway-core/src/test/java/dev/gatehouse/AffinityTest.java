package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Users stay at their endpoints, and hash keys choose them. */
class AffinityTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final byte[] OLD = "another secret of thirty-two by.".getBytes(StandardCharsets.UTF_8);
    private static final Request FIRST = Request.get("/up/x").build();

    private final Set<String> sick = new HashSet<>();
    private final ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(
                    sick.contains(sent.call.endpoint().id()) ? 503 : 200)
            .withHeader("X-Served", sent.call.endpoint().id())
            .withHeader("X-Cookie", String.valueOf(sent.call.request().headers().get("Cookie"))));

    private Fixture fixture(Affinity affinity) {
        return new Fixture(transport, up -> up.strategy(Strategy.roundRobin()).affinity(affinity), builder -> builder);
    }

    private static String served(Response response) {
        return response.headers().get("X-Served");
    }

    private static String token(Response response) {
        String cookie = response.headers().get("Set-Cookie");
        return cookie == null ? null : cookie.substring("gh=".length(), cookie.indexOf(';'));
    }

    private static Request with(String token) {
        return Request.get("/up/x")
                .header("Cookie", "a=1; gh=" + token + "; b=2")
                .build();
    }

    @Test
    void aUserStaysAndTheUpstreamDoesNotSeeWhy() {
        try (Fixture fixture = fixture(Affinity.cookie("gh", SECRET))) {
            Response first = fixture.call(FIRST);
            assertThat(Affinity.cookie("gh", SECRET).setCookie("t", true)).endsWith("; Secure");
            assertThat(first.headers().get("Set-Cookie")).endsWith("; Path=/; HttpOnly; SameSite=Lax");
            assertThat(first.headers().get("Cache-Control")).isEqualTo("private");
            for (int i = 0; i < 20; i++) {
                Response next = fixture.call(with(token(first)));
                assertThat(served(next)).isEqualTo(served(first));
                assertThat(next.headers().get("X-Cookie")).isEqualTo("a=1; b=2");
                assertThat(next.headers().contains("Set-Cookie")).isFalse();
                assertThat(next.headers().contains("Cache-Control")).isFalse();
            }
            assertThat(fixture.gateway.explain(FIRST).toString()).contains("affinity   cookie gh");
        }
    }

    @Test
    void aTokenWithAnyCharacterChangedIsNone() {
        try (Fixture fixture = fixture(Affinity.cookie("gh", SECRET))) {
            String token = token(fixture.call(FIRST));
            for (int i = 0; i < token.length(); i++) {
                char other = token.charAt(i) == 'A' ? 'B' : 'A';
                String forged = token.substring(0, i) + other + token.substring(i + 1);
                assertThat(token(fixture.call(with(forged))))
                        .as("position " + i)
                        .isNotNull();
            }
            for (String none : List.of("", "x", token + "A", token.substring(1), "?".repeat(64))) {
                assertThat(token(fixture.call(with(none)))).as(none).isNotNull();
            }
            assertThat(token(fixture.call(with(token)))).isNull();
        }
    }

    @Test
    void secretsRotateAndUpstreamsDiffer() {
        AffinityTokens old = new AffinityTokens(Affinity.cookie("gh", OLD), "up");
        AffinityTokens both = new AffinityTokens(Affinity.cookie("gh", SECRET, OLD), "up");
        AffinityTokens other = new AffinityTokens(Affinity.cookie("gh", SECRET), "other");
        try (Fixture fixture = fixture(Affinity.cookie("gh", SECRET))) {
            var nodes = fixture.gateway.upstream("up").balancer().nodes();
            String token = old.issue("b:1", nodes, 1000, 1000);
            assertThat(both.read(token, nodes, 1001)).isEqualTo(new AffinityTokens.Token("b:1", 1000, true));
            String renewed = both.issue("b:1", nodes, 1000, 1001);
            assertThat(both.read(renewed, nodes, 1001)).isEqualTo(new AffinityTokens.Token("b:1", 1000, false));
            assertThat(old.read(renewed, nodes, 1001)).isNull();
            assertThat(other.read(renewed, nodes, 1001)).isNull();
        }
    }

    @Test
    void tokensAreRenewedWhileTheyAreUsedAndEnd() {
        Affinity affinity = Affinity.cookie("gh", SECRET)
                .withMaxIdle(Duration.ofSeconds(100))
                .withMaxLife(Duration.ofSeconds(200));
        try (Fixture fixture = fixture(affinity)) {
            Response first = fixture.call(FIRST);
            String token = token(first);
            fixture.time.advance(Duration.ofSeconds(24));
            assertThat(token(fixture.call(with(token)))).isNull();
            for (int i = 0; i < 3; i++) {
                fixture.time.advance(Duration.ofSeconds(55));
                Response next = fixture.call(with(token));
                assertThat(served(next)).isEqualTo(served(first));
                token = token(next);
            }
            fixture.time.advance(Duration.ofSeconds(11));
            Set<String> after = new HashSet<>();
            for (int i = 0; i < 3; i++) {
                after.add(served(fixture.call(with(token)))); // none any more, so round robin: all three
            }
            assertThat(after).hasSize(3);
        }
    }

    @Test
    void aRetryMovesNobodyButAnEndpointThatIsGoneDoes() {
        try (Fixture fixture = fixture(Affinity.cookie("gh", SECRET))) {
            Response first = fixture.call(FIRST);
            String home = served(first);
            sick.add(home);
            var stage = fixture.begin(with(token(first)));
            fixture.time.advance(Duration.ofSeconds(10)); // the back-off
            Response retried = stage.join();
            assertThat(served(retried)).isNotEqualTo(home);
            sick.clear();
            assertThat(token(retried)).isNull();
            assertThat(served(fixture.call(with(token(first))))).isEqualTo(home);
            fixture.gateway.upstream("up").balancer().drain(home, Duration.ofMinutes(1));
            assertThat(served(fixture.call(FIRST))).isNotEqualTo(home);
            assertThat(served(fixture.call(with(token(first))))).isEqualTo(home);
            fixture.time.advance(Duration.ofMinutes(1));
            assertThat(served(fixture.call(with(token(first))))).as("drained").isNotEqualTo(home);
        }
    }

    @Test
    void aHeaderCarriesTheTokenToo() {
        try (Fixture fixture = fixture(Affinity.header("X-Stay", SECRET))) {
            Response first = fixture.call(FIRST);
            Request next = FIRST.withHeader("X-Stay", first.headers().get("X-Stay"));
            for (int i = 0; i < 5; i++) {
                assertThat(served(fixture.call(next))).isEqualTo(served(first));
            }
        }
    }

    @Test
    void badSettingsAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Affinity.cookie("gh", new byte[15]))
                .withMessage("affinity secret: 15 bytes (expected: >= 16)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Affinity.header("x", SECRET).withPath("/"));
        Affinity never = Affinity.cookie("gh", SECRET)
                .withSameSite(Affinity.SameSite.NONE)
                .withSecure(false);
        assertThatThrownBy(() -> fixture(never)).hasMessageContaining("upstream up: affinity: secure: false");
    }

    @Test
    void aHashKeyChoosesAndOneThatThrowsCostsNothing() {
        HashKey fails = (request, exchange) -> {
            throw new IllegalStateException("on purpose");
        };
        for (HashKey key : List.of(HashKey.header("X-User"), HashKey.cookie("user"), fails)) {
            try (Fixture fixture = new Fixture(
                    transport, up -> up.strategy(Strategy.rendezvous()).hashKey(key), builder -> builder)) {
                Set<String> all = new HashSet<>();
                for (int i = 0; i < 50; i++) { // of three endpoints one gets none with (2/3)^50
                    Request of = FIRST.withHeader("X-User", "u" + i).withHeader("Cookie", "user=u" + i);
                    String served = served(fixture.call(of));
                    if (key != fails) {
                        assertThat(served(fixture.call(of))).isEqualTo(served);
                    }
                    all.add(served);
                }
                assertThat(all).hasSize(3);
            }
        }
    }
}
