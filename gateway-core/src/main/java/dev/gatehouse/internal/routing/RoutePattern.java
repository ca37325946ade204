package dev.gatehouse.internal.routing;

import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a route matches. Immutable.
 *
 * <p>A path is literal segments, variables such as <code>{id}</code> that stand for one segment that is not empty, and
 * at the end maybe {@code **} for any number of segments, none included.
 */
public final class RoutePattern {

    private static final Pattern VARIABLE = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_-]*)}");
    private static final Pattern HOST = Pattern.compile("(\\*\\.)?[a-z0-9_-]+(\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+]");

    private final String path;
    private final List<Part> parts;
    private final boolean rest;
    private final @Nullable String host;
    private final SortedSet<String> methods;
    private final List<Condition> conditions;

    private RoutePattern(
            String path,
            List<Part> parts,
            boolean rest,
            @Nullable String host,
            SortedSet<String> methods,
            List<Condition> conditions) {
        this.path = path;
        this.parts = parts;
        this.rest = rest;
        this.host = host;
        this.methods = methods;
        this.conditions = conditions;
    }

    /**
     * One segment.
     *
     * @param text the literal, decoded, or the variable's name
     */
    record Part(boolean variable, String text) {}

    /**
     * Any request to a path.
     *
     * @throws IllegalArgumentException if the path is no template
     */
    public static RoutePattern of(String path) {
        if (!path.startsWith("/")) {
            throw wrong(path, "to begin with a slash");
        }
        List<Part> parts = new ArrayList<>();
        boolean rest = false;
        if (path.length() > 1) {
            String[] texts = path.substring(1).split("/", -1);
            for (int i = 0; i < texts.length; i++) {
                boolean last = i == texts.length - 1;
                if (texts[i].equals("**")) {
                    if (!last) {
                        throw wrong(path, "** at the end only");
                    }
                    rest = true;
                } else {
                    parts.add(part(path, texts[i], last));
                }
            }
        }
        checkNames(path, parts);
        return new RoutePattern(path, List.copyOf(parts), rest, null, Collections.emptySortedSet(), List.of());
    }

    private static Part part(String path, String text, boolean last) {
        var variable = VARIABLE.matcher(text);
        if (variable.matches()) {
            return new Part(true, variable.group(1));
        }
        if (text.isEmpty() && !last) {
            throw wrong(path, "no empty segment but the last");
        }
        if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0 || text.indexOf('*') >= 0) {
            throw wrong(path, "{name} or ** as a whole segment");
        }
        RequestTarget target = RequestTarget.parse("/" + text);
        if (!target.violations().isEmpty() || target.rawQuery() != null || target.segmentCount() > 1) {
            throw wrong(path, "segments as in an unambiguous request target, got " + target.violations());
        }
        return new Part(false, text.isEmpty() ? "" : target.segment(0));
    }

    private static void checkNames(String path, List<Part> parts) {
        Set<String> names = new HashSet<>();
        for (Part part : parts) {
            if (part.variable() && !names.add(part.text())) {
                throw wrong(path, "different names, got {" + part.text() + "} twice");
            }
        }
    }

    private static IllegalArgumentException wrong(String path, String expected) {
        return new IllegalArgumentException("path " + path + " (expected: " + expected + ")");
    }

    /**
     * For one host only, or for all below one.
     *
     * @param pattern a name or address, or {@code *.} and a name for all below it; in any case, without a port
     * @throws IllegalArgumentException if it is none of these
     */
    public RoutePattern withHost(String pattern) {
        String lower = pattern.toLowerCase(Locale.ROOT);
        if (!HOST.matcher(lower).matches()) {
            throw new IllegalArgumentException(
                    "host " + pattern + " (expected: a name without a port, or *. and a name)");
        }
        return new RoutePattern(path, parts, rest, lower, methods, conditions);
    }

    /**
     * For some methods only; GET includes HEAD.
     *
     * @throws IllegalArgumentException if one is no method
     */
    public RoutePattern withMethods(Collection<String> names) {
        for (String name : names) {
            if (!FieldSyntax.isToken(name)) {
                throw new IllegalArgumentException("method " + name + " (expected: a token of RFC 9110)");
            }
        }
        return new RoutePattern(
                path, parts, rest, host, Collections.unmodifiableSortedSet(new TreeSet<>(names)), conditions);
    }

    /**
     * With one more condition.
     *
     * @throws IllegalArgumentException if there is one for this header or query parameter already: with the same value it
     *     would be without effect, and with another no request could fulfil both
     */
    public RoutePattern withCondition(Condition condition) {
        for (Condition before : conditions) {
            if (before.subject().equals(condition.subject())) {
                throw new IllegalArgumentException(
                        condition + " beside " + before + " (expected: one condition for a name)");
            }
        }
        List<Condition> more = new ArrayList<>(conditions);
        more.add(condition);
        return new RoutePattern(path, parts, rest, host, methods, List.copyOf(more));
    }

    List<Part> parts() {
        return parts;
    }

    /** The parts as they were written, still encoded. */
    List<String> rawParts() {
        return List.of(path.substring(1).split("/", -1)).subList(0, parts.size());
    }

    /** Whether it ends in {@code **}. */
    boolean rest() {
        return rest;
    }

    /** In lower case; null for any. */
    @Nullable
    String host() {
        return host;
    }

    /** Empty for any. */
    SortedSet<String> methods() {
        return methods;
    }

    List<Condition> conditions() {
        return conditions;
    }

    List<String> variables() {
        return parts.stream().filter(Part::variable).map(Part::text).toList();
    }

    /** Such as {@code GET,POST api.example.com/orders/** header x-beta}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        if (!methods.isEmpty()) {
            text.append(String.join(",", methods)).append(' ');
        }
        if (host != null) {
            text.append(host);
        }
        text.append(path);
        conditions.forEach(condition -> text.append(' ').append(condition));
        return text.toString();
    }
}
