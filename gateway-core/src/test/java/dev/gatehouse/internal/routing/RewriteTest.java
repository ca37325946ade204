package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class RewriteTest {

    private static String rewrite(String pattern, UnaryOperator<Rewrite.Builder> steps, String target) {
        RoutePattern parsed = RoutePattern.of(pattern);
        RouteTable<String> table =
                RouteTable.<String>builder().add("r", parsed, "r").build();
        Request request = Request.get(target).build();
        Match.Hit<String> hit = (Match.Hit<String>) table.match(request);
        return steps.apply(Rewrite.builder(parsed))
                .build()
                .apply(request.target(), hit.variables())
                .pathAndQuery();
    }

    @Test
    void aPrefixIsStripped() {
        assertThat(rewrite("/api/**", r -> r.stripPrefix("/api"), "/api/a%2fb/c?q=%20"))
                .isEqualTo("/a%2fb/c?q=%20");
        assertThat(rewrite("/api/**", r -> r.stripPrefix("/api"), "/api")).isEqualTo("/");
        assertThat(rewrite("/api/**", r -> r.stripPrefix("/api"), "/%61pi/x")).isEqualTo("/x");
    }

    @Test
    void aPrefixIsAdded() {
        assertThat(rewrite("/**", r -> r.addPrefix("/v1"), "/x?y")).isEqualTo("/v1/x?y");
        assertThat(rewrite("/api/**", r -> r.stripPrefix("/api").addPrefix("/v1"), "/api/x"))
                .isEqualTo("/v1/x");
        assertThat(rewrite("/**", r -> r.addPrefix("/v1").addPrefix("/api"), "/x"))
                .isEqualTo("/api/v1/x");
    }

    @Test
    void aSlashAtTheEndIsNeitherAddedNorLost() {
        UnaryOperator<Rewrite.Builder> steps = r -> r.stripPrefix("/api").addPrefix("/v1");
        assertThat(rewrite("/api/**", steps, "/api?q")).isEqualTo("/v1?q");
        assertThat(rewrite("/api/**", steps, "/api/")).isEqualTo("/v1/");
        assertThat(rewrite("/api/**", steps, "/api/x/")).isEqualTo("/v1/x/");
        assertThat(rewrite("/api/**", r -> r.template("/v2/**"), "/api")).isEqualTo("/v2");
        assertThat(rewrite("/api/**", r -> r.template("/**"), "/api")).isEqualTo("/");
    }

    @Test
    void anAbsoluteTargetIsRewrittenToOriginForm() {
        assertThat(rewrite("/api/**", r -> r.stripPrefix("/api"), "http://h/api/x?q"))
                .isEqualTo("/x?q");
    }

    @Test
    void theAsteriskIsLeftAlone() {
        RoutePattern pattern = RoutePattern.of("/**");
        Rewrite rewrite = Rewrite.builder(pattern).addPrefix("/v1").build();
        RequestTarget asterisk = RequestTarget.parse("*");
        assertThat(rewrite.apply(asterisk, PathVariables.none())).isEqualTo(asterisk);
    }

    @Test
    void aPrefixThatAFilterHasTakenOffIsNotTakenOffAgain() {
        Rewrite rewrite =
                Rewrite.builder(RoutePattern.of("/api/**")).stripPrefix("/api").build();
        for (String changed : List.of("/other/x", "/", "/apis/x")) {
            assertThat(rewrite.apply(RequestTarget.parse(changed), PathVariables.none()))
                    .hasToString(changed);
        }
    }

    @Test
    void aTemplateIsFilledWithRawValues() {
        assertThat(rewrite("/o/{id}/{x}", r -> r.template("/c/{x}/o/{id}"), "/o/a%20b/7?q"))
                .isEqualTo("/c/7/o/a%20b?q");
        assertThat(rewrite("/o/{id}/**", r -> r.template("/n%20w/{id}/**"), "/o/1/2/3"))
                .isEqualTo("/n%20w/1/2/3");
    }

    @Test
    void noRewriteMakesAnotherHostOrAnEmptySegment() {
        assertThatThrownBy(() -> rewrite("/api/**", r -> r.stripPrefix("/api"), "/api//evil.example/x"))
                .isInstanceOfSatisfying(
                        GatewayException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(GatewayException.Kind.BAD_TARGET));
    }

    @Test
    void whatARouteHasOpenedMayStayButNotBecomeAHost() {
        Rewrite rewrite =
                Rewrite.builder(RoutePattern.of("/api/**")).stripPrefix("/api").build();
        assertThat(rewrite.apply(RequestTarget.parse("/api/a//b%2fc"), PathVariables.none()))
                .hasToString("/a//b%2fc");
        assertThatThrownBy(() -> rewrite.apply(RequestTarget.parse("/api//b/c//d"), PathVariables.none()))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("reads as a host");
    }

    @Test
    void whatCannotWorkIsRefused() {
        assertThatThrownBy(() -> Rewrite.builder(RoutePattern.of("/a/**")).stripPrefix("/b"))
                .hasMessageContaining("stripPrefix /b (expected: what the path /a/** begins with)");
        assertThatThrownBy(() -> Rewrite.builder(RoutePattern.of("/{a}")).template("/{b}"))
                .hasMessageContaining("rewrite /{b} (expected: variables of /{a})");
        assertThatThrownBy(() -> Rewrite.builder(RoutePattern.of("/a/{b}")).addPrefix("/{x}"))
                .hasMessageContaining("whole segments");
        assertThatThrownBy(() -> Rewrite.builder(RoutePattern.of("/a/{b}"))
                        .stripPrefix("/a")
                        .template("/{b}")
                        .build())
                .hasMessageContaining("stripPrefix has no effect");
        assertThatThrownBy(() -> Rewrite.builder(RoutePattern.of("/a/b"))
                        .stripPrefix("/a")
                        .stripPrefix("/a"))
                .hasMessageContaining("stripPrefix is given twice");
        assertThatThrownBy(() ->
                        Rewrite.builder(RoutePattern.of("/a")).template("/b").template("/c"))
                .hasMessageContaining("rewrite is given twice");
    }
}
