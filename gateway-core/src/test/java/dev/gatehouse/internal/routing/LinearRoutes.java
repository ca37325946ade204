package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** The plainest thing that can work: try every route, and take the most specific that matches. */
final class LinearRoutes {

    private LinearRoutes() {}

    record Rule(String id, RoutePattern pattern) {}

    /** What takes the request: the id of a rule, the methods allowed, or {@code none}. */
    static String decide(List<Rule> rules, Request request) {
        List<Rule> matching =
                rules.stream().filter(rule -> matches(rule, request)).toList();
        return matching.stream().min(moreSpecificFor(request)).map(Rule::id).orElseGet(() -> allowed(rules, request));
    }

    private static String allowed(List<Rule> rules, Request request) {
        TreeSet<String> methods = new TreeSet<>();
        rules.stream()
                .filter(rule -> matchesButForMethod(rule, request))
                .forEach(rule -> methods.addAll(rule.pattern().methods()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods.isEmpty() ? "none" : methods.toString();
    }

    static boolean matches(Rule rule, Request request) {
        List<String> methods = List.copyOf(rule.pattern().methods());
        return matchesButForMethod(rule, request)
                && (methods.isEmpty()
                        || methods.contains(request.method())
                        || (request.method().equals("HEAD") && methods.contains("GET")));
    }

    private static boolean matchesButForMethod(Rule rule, Request request) {
        RoutePattern pattern = rule.pattern();
        return hostMatches(pattern.host(), request.authority())
                && pathMatches(pattern, request.target())
                && pattern.conditions().stream().allMatch(condition -> condition.matches(request));
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

    /** The more specific of two rules that match a request first; 0 if nothing decides between them. */
    static Comparator<Rule> moreSpecificFor(Request request) {
        boolean head = request.method().equals("HEAD");
        return Comparator.<Rule>comparingInt(rule -> hostRank(rule.pattern().host()))
                .thenComparing(rule -> pathRank(rule.pattern()))
                .thenComparing(rule -> rule.pattern().methods().isEmpty())
                .thenComparing(rule -> -rule.pattern().conditions().size())
                .thenComparing(rule -> head && !rule.pattern().methods().contains("HEAD"));
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
