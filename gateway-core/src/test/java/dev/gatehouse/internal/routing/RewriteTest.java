package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
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
    }
}
