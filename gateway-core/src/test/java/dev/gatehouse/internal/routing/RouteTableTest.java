package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.groups.Tuple.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.gatehouse.http.Request;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

    private static final RouteTable<String> TABLE = table(
            pattern("/orders"),
            pattern("/orders/{id}"),
            pattern("/orders/{id}").withMethods(List.of("DELETE", "GET")),
            pattern("/orders/latest"),
            pattern("/orders/{id}/lines/**"),
            pattern("/orders/latest/lines/7"),
            pattern("/files/**"),
            pattern("/exact/").withMethods(List.of("POST")),
            pattern("/beta").withCondition(Condition.header("X-Beta", "1")),
            pattern("/beta").withCondition(Condition.query("beta")).withCondition(Condition.header("X-Beta")),
            pattern("/beta"),
            pattern("/**").withHost("*.example.com"),
            pattern("/**").withHost("*.eu.example.com"),
            pattern("/host").withHost("api.example.com"),
            pattern("/v6").withHost("[::1]"),
            pattern("/{tenant}/home"));

    private static RoutePattern pattern(String path) {
        return RoutePattern.of(path);
    }

    private static RouteTable<String> table(RoutePattern... patterns) {
        RouteTable.Builder<String> builder = RouteTable.builder();
        for (RoutePattern pattern : patterns) {
            builder.add(pattern.toString(), pattern, pattern.toString());
        }
        return builder.build();
    }

    private static String match(RouteTable<String> table, Request request) {
        Match<String> match = table.match(request);
        if (match instanceof Match.Hit<String> hit) {
            return hit.value();
        }
        return match instanceof Match.WrongMethod<String> wrong ? "405 " + String.join(" ", wrong.allowed()) : "404";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET a/orders                       | /orders
        PATCH a/orders/7                   | /orders/{id}
        GET a/orders/7                     | DELETE,GET /orders/{id}
        HEAD a/orders/7                    | DELETE,GET /orders/{id}
        GET a/orders/latest                | /orders/latest
        GET a/orders/l%61test              | /orders/latest
        GET a/Orders                       | 404
        GET a/orders/                      | 404
        GET a/orders/7/lines               | /orders/{id}/lines/**
        GET a/orders/7/lines/              | /orders/{id}/lines/**
        GET a/orders/7/lines/1/2           | /orders/{id}/lines/**
        GET a/orders/latest/lines/7        | /orders/latest/lines/7
        GET a/orders/latest/lines/8        | /orders/{id}/lines/**
        GET a/files                        | /files/**
        GET a/files/home                   | /files/**
        GET a/other/home                   | /{tenant}/home
        GET a//home                        | 404
        POST a/exact/                      | POST /exact/
        GET a/exact/                       | 405 POST
        PUT a/exact                        | 404
        GET a/beta                         | /beta
        GET a/beta?beta                    | /beta
        GET api.example.com/host           | api.example.com/host
        GET API.Example.COM:8443/host      | api.example.com/host
        GET api.example.com./host          | api.example.com/host
        GET api.example.com/orders         | *.example.com/**
        GET a.eu.example.com/orders        | *.eu.example.com/**
        GET example.com/orders             | /orders
        GET badexample.com/orders          | /orders
        GET [::1]:80/v6                    | [::1]/v6
        """)
    void theMostSpecificRouteMatches(String request, String expected) {
        assertThat(match(TABLE, Requests.of(request))).isEqualTo(expected);
    }

    @Test
    void moreConditionsComeFirst() {
        Request one = Request.get("/beta").header("X-Beta", "1").build();
        Request both = Request.get("/beta?beta=x").header("x-beta", "1").build();
        assertThat(match(TABLE, one)).isEqualTo("/beta header x-beta=1");
        assertThat(match(TABLE, both)).isEqualTo("/beta query beta header x-beta");
    }

    @Test
    void variablesAreDecodedAndRaw() {
        RouteTable<String> table = table(pattern("/t/{a}/{b}/**"));
        Match.Hit<String> hit =
                (Match.Hit<String>) table.match(Request.get("/t/x%20y/%C3%A4/z").build());
        assertThat(hit.variables().get("a")).isEqualTo("x y");
        assertThat(hit.variables().raw("a")).isEqualTo("x%20y");
        assertThat(hit.variables().get("b")).isEqualTo("ä");
        assertThat(hit.variables().get("c")).isNull();
        assertThat(hit.variables().names()).containsExactly("a", "b");
    }

    @Test
    void theAllowedMethodsOfAllRoutesForThePathAreTold() {
        RouteTable<String> table = table(
                pattern("/x").withMethods(List.of("GET")),
                pattern("/{y}").withMethods(List.of("PUT")),
                pattern("/**").withMethods(List.of("DELETE")));
        assertThat(match(table, Requests.of("POST a/x"))).isEqualTo("405 DELETE GET HEAD PUT");
        assertThat(match(table, Requests.of("PUT a/x"))).isEqualTo("PUT /{y}");
    }

    @Test
    void whatCannotBeReachedOrIsUndecidedIsAProblem() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        builder.add("one", pattern("/a/{x}"), "");
        builder.add("two", pattern("/a/{y}"), "");
        builder.add("three", pattern("/b").withMethods(List.of("GET", "PUT")), "");
        builder.add("four", pattern("/b").withMethods(List.of("POST", "PUT")), "");
        builder.add("five", pattern("/c").withCondition(Condition.header("h", "1")), "");
        builder.add("six", pattern("/c").withCondition(Condition.query("q")), "");
        builder.add("seven", pattern("/d").withCondition(Condition.header("h", "1")), "");
        builder.add("eight", pattern("/d").withCondition(Condition.header("h", "2")), "");
        builder.add("eight", pattern("/e"), "");
        assertThat(builder.problems())
                .containsExactlyInAnyOrder(
                        "route two can never be reached: route one takes the same requests",
                        "routes three and four are equally specific, and both match some requests",
                        "routes five and six are equally specific, and both match some requests",
                        "two routes have the id eight");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "/a//b", "/a/**/b", "/{a}/{a}", "/{1}", "/a{b}", "/*", "/a/../b", "/a?b", "/%zz", "/a;b"})
    void whatIsNoTemplateIsRefused(String path) {
        assertThat(catchThrowable(() -> RoutePattern.of(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(path)
                .hasMessageContaining("expected");
    }

    @Test
    void anExplanationSaysWhyNotTheOthers() {
        assertThat(TABLE.explain(Requests.of("GET a/orders/latest")))
                .extracting(RouteVerdict::id, RouteVerdict::chosen, RouteVerdict::reason)
                .startsWith(
                        tuple("/orders/latest", true, "matches /orders/latest, the most specific"),
                        tuple("DELETE,GET /orders/{id}", false, "matches too, but /orders/latest is more specific"));
        assertThat(TABLE.explain(Requests.of("GET a/exact/")))
                .first()
                .extracting(RouteVerdict::reason)
                .isEqualTo("takes POST, not GET");
    }

    /** At each level a literal, a variable and a rest: paths that follow one branch far, and then fail. */
    @Test
    void noPathMakesAMatchVisitMoreNodesThanAgreeWithIt() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        StringBuilder literal = new StringBuilder();
        int depth = 60;
        for (int i = 0; i < depth; i++) {
            String at = literal.toString();
            builder.add("variable " + i, pattern(at + "/{v}/end"), "");
            builder.add("rest " + i, pattern(at + "/x" + i + "/**").withMethods(List.of("PURGE")), "");
            literal.append("/a");
        }
        RouteTable<String> table = builder.build();
        // Per level at most the literal, the variable, and one below it.
        assertThat(table.visited(Request.get(literal + "/nothing").build())).isLessThanOrEqualTo(3 * depth + 3);
        assertThat(table.visited(Request.get("/a".repeat(2_000)).build())).isLessThanOrEqualTo(3 * depth + 3);
    }

    @Test
    void aHundredThousandRoutesAreBuiltInSecondsAndMatchedAsOne() {
        RouteTable.Builder<Integer> builder = RouteTable.builder();
        for (int i = 0; i < 100_000; i++) {
            builder.add("r" + i, pattern("/service" + i % 1_000 + "/resource" + i + "/{id}"), i);
        }
        RouteTable<Integer> table = assertTimeout(Duration.ofSeconds(20), builder::build);
        Request request = Request.get("/service7/resource31007/x").build();
        assertThat(table.match(request))
                .isInstanceOfSatisfying(
                        Match.Hit.class, hit -> assertThat(hit.value()).isEqualTo(31_007));
        assertThat(table.visited(request)).isEqualTo(4);
        assertThat(table.explain(request))
                .hasSize(52)
                .last()
                .extracting(RouteVerdict::id)
                .isEqualTo("99949 more");
    }
}
