package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import dev.gatehouse.internal.routing.LinearRoutes.Rule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

/**
 * The problems that a table finds against all requests of a small world, in which there is something that no route asks
 * for in each place: a host, a segment, a method, a value.
 */
class RouteProblemsTest {

    private static final Pattern PAIR = Pattern.compile("\\b(r\\d)\\b.*\\b(r\\d)\\b.*");
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST");
    private static final List<String> PATHS =
            List.of("/a", "/{v}", "/{w}", "/**", "/%61", "/a/", "/a/**", "/a/{v}", "/{v}/b", "/a/{v}/**", "/{v}/**");
    private static final List<Request> WORLD = world();

    private static List<Request> world() {
        List<String> paths = new ArrayList<>(List.of(""));
        for (int from = 0, length = 0; length < 3; length++) {
            int to = paths.size();
            for (String path : List.copyOf(paths.subList(from, to))) {
                List.of("/a", "/b", "/other", "/").forEach(segment -> paths.add(path + segment));
            }
            from = to;
        }
        paths.remove(0);
        List<Request> world = new ArrayList<>();
        for (String path : paths) {
            for (String host : List.of("x.test", "y.x.test", "y.test", "other")) {
                for (String method : List.of("GET", "HEAD", "POST", "OTHER")) {
                    for (String query : List.of("", "?q=1", "?q=2", "?q=other")) {
                        Request request = Request.builder(method, path + query)
                                .authority(host)
                                .build();
                        world.add(request);
                        world.add(request.withHeader("h", "1"));
                    }
                }
            }
        }
        return world;
    }

    @RepeatedTest(10)
    void exactlyTheRoutesThatNothingDecidesBetweenAreProblems(RepetitionInfo repetition) {
        SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
        int withProblems = 0;
        for (int table = 0; table < 20; table++) {
            List<Rule> rules = new ArrayList<>();
            RouteTable.Builder<String> builder = RouteTable.builder();
            // Few paths for each table, so that routes often meet.
            List<String> paths = List.of(pick(random, PATHS), pick(random, PATHS));
            for (int i = 0; i < 6; i++) {
                Rule rule = new Rule("r" + i, pattern(random, pick(random, paths)));
                rules.add(rule);
                builder.add(rule.id(), rule.pattern(), rule.id());
            }
            Set<String> undecided = undecided(rules);
            assertThat(pairs(builder.problems())).as("%s", rules).isEqualTo(undecided);
            if (undecided.isEmpty()) {
                assertThat(reached(builder.build()))
                        .as("%s", rules)
                        .hasSameElementsAs(rules.stream().map(Rule::id).toList());
            } else {
                withProblems++;
            }
        }
        assertThat(withProblems).as("tables of both kinds").isBetween(1, 19);
    }

    private static Set<String> undecided(List<Rule> rules) {
        Set<String> pairs = new TreeSet<>();
        for (Request request : WORLD) {
            List<Rule> matching = rules.stream()
                    .filter(rule -> LinearRoutes.matches(rule, request))
                    .toList();
            Comparator<Rule> moreSpecific = LinearRoutes.moreSpecificFor(request);
            for (int i = 0; i < matching.size(); i++) {
                for (int j = i + 1; j < matching.size(); j++) {
                    if (moreSpecific.compare(matching.get(i), matching.get(j)) == 0) {
                        pairs.add(matching.get(i).id() + " " + matching.get(j).id());
                    }
                }
            }
        }
        return pairs;
    }

    private static Set<String> pairs(List<String> problems) {
        Set<String> pairs = new TreeSet<>();
        for (String problem : problems) {
            var ids = PAIR.matcher(problem);
            assertThat(ids.find()).as(problem).isTrue();
            boolean inOrder = ids.group(1).compareTo(ids.group(2)) < 0;
            pairs.add(ids.group(inOrder ? 1 : 2) + " " + ids.group(inOrder ? 2 : 1));
        }
        assertThat(pairs).as("each pair once").hasSameSizeAs(problems);
        return pairs;
    }

    private static Set<String> reached(RouteTable<String> table) {
        Set<String> reached = new HashSet<>();
        for (Request request : WORLD) {
            if (table.match(request) instanceof Match.Hit<String> hit) {
                reached.add(hit.value());
            }
        }
        return reached;
    }

    private static RoutePattern pattern(SplittableRandom random, String path) {
        RoutePattern pattern = RoutePattern.of(path);
        pattern = switch (random.nextInt(8)) {
            case 0 -> pattern.withHost("x.test");
            case 1 -> pattern.withHost("*.x.test");
            case 2 -> pattern.withHost("*.test");
            default -> pattern;
        };
        if (random.nextInt(3) > 0) {
            pattern = pattern.withMethods(List.of(pick(random, METHODS), pick(random, METHODS)));
        }
        pattern = switch (random.nextInt(4)) {
            case 0 -> pattern.withCondition(Condition.query("q"));
            case 1 -> pattern.withCondition(Condition.query("q", pick(random, List.of("1", "2"))));
            default -> pattern;
        };
        return random.nextInt(3) == 0 ? pattern.withCondition(Condition.header("h")) : pattern;
    }

    private static String pick(SplittableRandom random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
