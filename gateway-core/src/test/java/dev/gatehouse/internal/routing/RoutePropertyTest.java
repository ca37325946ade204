package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/** The tree against the plainest thing that can work: try every route, and take the most specific that matches. */
class RoutePropertyTest {

    private static final List<String> SEGMENTS = List.of("a", "b", "%61", "c%20d", "");
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST");
    private static final List<String> HOSTS = List.of("x.test", "y.x.test", "z.y.x.test", "other", "");

    private record Rule(String id, RoutePattern pattern) {}

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
                String expected = linear(rules, request);
                Match<String> match = routes.match(request);
                assertThat(told(match))
                        .as("seed %s: %s in %s", seed, request, rules)
                        .isEqualTo(expected);
                List<RouteVerdict> verdicts = routes.explain(request);
                assertThat(verdicts.stream().filter(RouteVerdict::chosen).map(RouteVerdict::id))
                        .as("seed %s: explanation", seed)
                        .isEqualTo(match instanceof Match.Hit<String> hit ? List.of(hit.value()) : List.of());
            }
        }
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
            pattern = pattern.withMethods(List.of(pick(random, METHODS)));
        }
        if (random.nextInt(4) == 0) {
            pattern = pattern.withCondition(Condition.query("q", random.nextBoolean() ? "1" : "2"));
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
        return Request.builder(pick(random, METHODS), path.toString())
                .authority(pick(random, HOSTS))
                .build();
    }

    private static String pick(SplittableRandom random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static String linear(List<Rule> rules, Request request) {
        List<Rule> onPath = rules.stream()
                .filter(rule -> hostMatches(rule.pattern().host(), request.authority()))
                .filter(rule -> pathMatches(rule.pattern(), request.target()))
                .filter(rule -> rule.pattern().conditions().stream().allMatch(condition -> condition.matches(request)))
                .toList();
        return onPath.stream()
                .filter(rule -> takes(rule.pattern(), request.method()))
                .min(moreSpecific())
                .map(Rule::id)
                .orElseGet(() -> allowed(onPath));
    }

    private static String allowed(List<Rule> rules) {
        TreeSet<String> methods = new TreeSet<>();
        rules.forEach(rule -> methods.addAll(rule.pattern().methods()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods.isEmpty() ? "none" : methods.toString();
    }

    private static boolean takes(RoutePattern pattern, String method) {
        return pattern.methods().isEmpty()
                || pattern.methods().contains(method)
                || (method.equals("HEAD") && pattern.methods().contains("GET"));
    }

    private static boolean hostMatches(String pattern, String host) {
        if (pattern == null) {
            return true;
        }
        return pattern.startsWith("*.") ? host.endsWith(pattern.substring(1)) : host.equals(pattern);
    }

    private static boolean pathMatches(RoutePattern pattern, RequestTarget target) {
        int parts = pattern.parts().size();
        if (pattern.rest() ? target.segmentCount() < parts : target.segmentCount() != parts) {
            return false;
        }
        for (int i = 0; i < parts; i++) {
            RoutePattern.Part part = pattern.parts().get(i);
            String segment = target.segment(i);
            if (part.variable() ? segment.isEmpty() : !part.text().equals(segment)) {
                return false;
            }
        }
        return true;
    }

    private static Comparator<Rule> moreSpecific() {
        return Comparator.<Rule>comparingInt(rule -> hostRank(rule.pattern().host()))
                .thenComparing(rule -> pathRank(rule.pattern()))
                .thenComparing(rule -> rule.pattern().methods().isEmpty())
                .thenComparing(rule -> -rule.pattern().conditions().size())
                .thenComparing(rule -> !rule.pattern().methods().contains("HEAD"));
    }

    private static int hostRank(String host) {
        if (host == null) {
            return Integer.MAX_VALUE;
        }
        return host.startsWith("*.") ? 1_000 - host.length() : 0;
    }

    /** Segment by segment a literal, a variable, the rest; "the end" comes before the rest. */
    private static String pathRank(RoutePattern pattern) {
        StringBuilder rank = new StringBuilder();
        pattern.parts().forEach(part -> rank.append(part.variable() ? '1' : '0'));
        return rank.append(pattern.rest() ? '3' : "").toString();
    }
}
