package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.groups.Tuple.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import dev.gatehouse.http.PathVariables;
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
        GET .example.com/orders            | /orders
        GET a.EU.example.com.:80/orders    | *.eu.example.com/**
        GET badexample.com/orders          | /orders
        GET [::1]:80/v6                    | [::1]/v6
        GET [::1]/v6                       | [::1]/v6
        GET [::2]/v6                       | 404
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
        assertThat(hit.variables()).hasToString("[a, b]");
        assertThat(hit.variables().isEmpty()).isFalse();
        Match<String> rest = table(pattern("/**")).match(Request.get("/t").build());
        assertThat(rest).isEqualTo(new Match.Hit<>("/**", PathVariables.none()));
        assertThat(PathVariables.none().isEmpty()).isTrue();
        assertThat(PathVariables.none().get("a")).isNull();
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

    @Test
    void anIdThatComesTwiceIsToldBesideProblemsOfIdsThatContainIt() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        builder.add("r10", pattern("/a"), "").add("r11", pattern("/a"), "");
        builder.add("r1", pattern("/b"), "").add("r1", pattern("/c"), "").add("r1", pattern("/d"), "");
        assertThat(builder.problems())
                .containsExactlyInAnyOrder(
                        "route r11 can never be reached: route r10 takes the same requests",
                        "two routes have the id r1");
    }

    @Test
    void theSameRouteTwiceIsOneProblem() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        builder.add("GET /a", pattern("/a"), "").add("GET /a", pattern("/a"), "");
        assertThat(builder.problems())
                .containsExactly("route GET /a can never be reached: route GET /a takes the same requests");
        assertThat(catchThrowable(builder::build)).hasMessageContaining("can never be reached");
    }

    @Test
    void headIsTakenByTheRouteThatNamesItButGetIsSharedByNone() {
        RouteTable<String> apart =
                table(pattern("/a").withMethods(List.of("GET")), pattern("/a").withMethods(List.of("HEAD", "PUT")));
        assertThat(match(apart, Requests.of("HEAD h/a"))).isEqualTo("HEAD,PUT /a");
        assertThat(match(apart, Requests.of("GET h/a"))).isEqualTo("GET /a");
        RouteTable.Builder<String> builder = RouteTable.builder();
        builder.add("one", pattern("/a").withMethods(List.of("GET", "HEAD")), "");
        builder.add("two", pattern("/a").withMethods(List.of("GET")), "");
        assertThat(builder.problems())
                .containsExactly("routes one and two are equally specific, and both match some requests");
    }

    @Test
    void ofCountlessConflictsAFewAreListed() {
        RouteTable.Builder<Integer> builder = RouteTable.builder();
        for (int i = 0; i < 20_000; i++) {
            builder.add("r" + i, pattern("/a").withCondition(Condition.header("h" + i % 2)), i);
        }
        List<String> problems = assertTimeout(Duration.ofSeconds(20), builder::problems);
        assertThat(problems).hasSize(101).last().asString().contains("more routes are in conflict than");
    }

    @Test
    void routesOfOneTemplateThatDifferInAHeaderAreCheckedInLinearTime() {
        RouteTable.Builder<Integer> builder = RouteTable.builder();
        for (int i = 0; i < 100_000; i++) {
            builder.add("r" + i, pattern("/a").withCondition(Condition.header("tenant", "t" + i)), i);
        }
        RouteTable<Integer> table = assertTimeout(Duration.ofSeconds(20), builder::build);
        Request request = Request.get("/a").header("Tenant", "t99999").build();
        assertThat(table.match(request))
                .isInstanceOfSatisfying(
                        Match.Hit.class, hit -> assertThat(hit.value()).isEqualTo(99_999));
    }

    @Test
    void whatIsAddedAfterATableWasBuiltDoesNotChangeIt() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        RouteTable<String> before = builder.add("a", pattern("/a"), "a").build();
        builder.add("b", pattern("/b"), "b").add("c", pattern("/b").withHost("h"), "c");
        assertThat(match(before, Requests.of("GET h/b"))).isEqualTo("404");
        assertThat(match(builder.build(), Requests.of("GET h/b"))).isEqualTo("c");
    }

    @Test
    void oneConditionForANameIsAllowed() {
        RoutePattern pattern = pattern("/a").withCondition(Condition.header("X-A", "1"));
        for (Condition second :
                List.of(Condition.header("x-a"), Condition.header("X-a", "1"), Condition.header("x-a", "2"))) {
            assertThat(catchThrowable(() -> pattern.withCondition(second)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("header x-a=1")
                    .hasMessageContaining("expected: one condition for a name");
        }
        assertThat(pattern.withCondition(Condition.query("x-a"))).hasToString("/a header x-a=1 query x-a");
    }

    @Test
    void whatNoRequestCanHaveIsNoCondition() {
        assertThat(catchThrowable(() -> Condition.header("a b"))).hasMessageContaining("field name");
        assertThat(catchThrowable(() -> Condition.header("a", "b\n"))).hasMessageContaining("value of a");
        assertThat(catchThrowable(() -> pattern("/a").withMethods(List.of("G T"))))
                .hasMessageContaining("method G T (expected: a token");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.test:80", "http://a.test", "a..test", "*", "*.", "a.*.test", "", "a/b"})
    void whatIsNoHostIsRefused(String host) {
        assertThat(catchThrowable(() -> pattern("/a").withHost(host)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host " + host + " (expected: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        /a?q=1&q=2     | 1
        /a?x&q=%31     | 1
        /a?%71=2       | 2
        /a?q=1+2       | 1 2
        /a?q           | there
        /a?q=%zz       | there
        /a?Q=1         | none
        /a?x=q         | none
        /a             | none
        """)
    void theFirstValueOfAParameterCounts(String target, String expected) {
        RouteTable.Builder<String> builder = RouteTable.builder();
        for (String value : List.of("1", "2", "1 2")) {
            builder.add(value, pattern("/a").withCondition(Condition.query("q", value)), value);
        }
        // At the same path it would be in conflict with them.
        builder.add("there", pattern("/{any}").withCondition(Condition.query("q")), "there");
        builder.add("none", pattern("/**"), "none");
        assertThat(match(builder.build(), Request.get(target).build())).isEqualTo(expected);
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
        assertThat(VisitedNodes.of(table, request).count()).isEqualTo(4);
        assertThat(table.explain(request)).extracting(RouteVerdict::id).containsExactly("r31007", "99999 others");
    }
}
