package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import dev.gatehouse.internal.routing.LinearRoutes.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** The tree against a linear search. */
class RoutePropertyTest {

    private static final List<String> SEGMENTS = List.of("a", "b", "%61", "c%20d", "");
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST");
    private static final List<String> HOSTS = List.of("x.test", "y.x.test", "z.y.x.test", "other", "");

    @RepeatedTest(20)
    void theTreeDecidesLikeALinearSearch(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        SplittableRandom random = new SplittableRandom(seed);
        for (int table = 0; table < 50; table++) {
            List<Rule> rules = rules(random);
            RouteTable.Builder<String> builder = RouteTable.builder();
            rules.forEach(rule -> builder.add(rule.id(), rule.pattern(), rule.id()));
            RouteTable<String> routes = builder.build();
            for (int i = 0; i < 25; i++) {
                Request request = request(random);
                String where = "seed " + seed + ": " + request + " in " + rules;
                Match<String> match = routes.match(request);
                assertThat(told(match)).as(where).isEqualTo(LinearRoutes.decide(rules, request));
                assertThat(VisitedNodes.of(routes, request).eachOnce())
                        .as(where)
                        .isTrue();
                List<RouteVerdict> verdicts = routes.explain(request);
                assertThat(chosen(verdicts))
                        .as(where)
                        .isEqualTo(match instanceof Match.Hit<String> hit ? List.of(hit.value()) : List.of());
                assertThat(matching(verdicts)).as(where).hasSameElementsAs(matching(rules, request));
                assertThat(verdicts).as(where).hasSameSizeAs(rules);
            }
        }
    }

    private static List<String> chosen(List<RouteVerdict> verdicts) {
        return verdicts.stream()
                .filter(RouteVerdict::chosen)
                .map(RouteVerdict::id)
                .toList();
    }

    private static List<String> matching(List<RouteVerdict> verdicts) {
        return verdicts.stream()
                .filter(verdict -> verdict.reason().startsWith("matches"))
                .map(RouteVerdict::id)
                .toList();
    }

    private static List<String> matching(List<Rule> rules, Request request) {
        return rules.stream()
                .filter(rule -> LinearRoutes.matches(rule, request))
                .map(Rule::id)
                .toList();
    }

    private static String told(Match<String> match) {
        if (match instanceof Match.Hit<String> hit) {
            return hit.value();
        }
        return match instanceof Match.WrongMethod<String> wrong
                ? wrong.allowed().toString()
                : "none";
    }

    /** Rules without conflicts: one that would make the table impossible is left out. */
    private static List<Rule> rules(SplittableRandom random) {
        List<Rule> rules = new ArrayList<>();
        int wanted = 1 + random.nextInt(12);
        for (int i = 0; i < wanted; i++) {
            Rule next = new Rule("r" + i, pattern(random));
            RouteTable.Builder<String> builder = RouteTable.builder();
            rules.forEach(rule -> builder.add(rule.id(), rule.pattern(), ""));
            builder.add(next.id(), next.pattern(), "");
            if (builder.problems().isEmpty()) {
                rules.add(next);
            }
        }
        return rules;
    }

    private static RoutePattern pattern(SplittableRandom random) {
        StringBuilder path = new StringBuilder();
        int length = random.nextInt(4);
        for (int i = 0; i < length; i++) {
            path.append('/').append(random.nextInt(3) == 0 ? "{v" + i + "}" : pick(random, SEGMENTS.subList(0, 4)));
        }
        if (random.nextInt(3) == 0 || path.isEmpty()) {
            path.append("/**");
        }
        RoutePattern pattern = RoutePattern.of(path.toString());
        if (random.nextInt(3) == 0) {
            String host = pick(random, HOSTS.subList(0, 3));
            pattern = pattern.withHost(random.nextBoolean() ? host : "*." + host);
        }
        if (random.nextInt(3) == 0) {
            pattern = pattern.withMethods(List.of(pick(random, METHODS), pick(random, METHODS)));
        }
        if (random.nextInt(4) == 0) {
            pattern = pattern.withCondition(Condition.query("q", random.nextBoolean() ? "1" : "2"));
        }
        if (random.nextInt(6) == 0) {
            pattern = pattern.withCondition(Condition.header("h"));
        }
        return pattern;
    }

    private static Request request(SplittableRandom random) {
        StringBuilder path = new StringBuilder();
        int length = 1 + random.nextInt(4);
        for (int i = 0; i < length; i++) {
            path.append('/').append(pick(random, SEGMENTS));
        }
        if (random.nextInt(3) == 0) {
            path.append("?q=").append(1 + random.nextInt(2));
        }
        Request request = Request.builder(pick(random, METHODS), path.toString())
                .authority(pick(random, HOSTS))
                .build();
        return random.nextInt(3) == 0 ? request.withHeader("H", "x") : request;
    }

    private static String pick(SplittableRandom random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
