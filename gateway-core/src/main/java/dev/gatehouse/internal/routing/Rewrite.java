package dev.gatehouse.internal.routing;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.TargetRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes the path of a target, on its raw segments: nothing is decoded and encoded again. The result is checked like a
 * target that was received. Immutable.
 */
public final class Rewrite {

    /** Decoded segments to take off; none to take off nothing. */
    private final List<String> stripped;

    private final @Nullable RoutePattern template;

    /** The template's segments, still encoded; none if there is no template. */
    private final List<String> rawParts;

    /** How many segments the pattern has before its {@code **}. */
    private final int restFrom;

    private final String prefix;

    private Rewrite(Builder builder) {
        this.stripped = builder.stripped;
        this.template = builder.template;
        this.rawParts = template == null ? List.of() : template.rawParts();
        this.restFrom = builder.pattern.parts().size();
        this.prefix = builder.prefix;
    }

    /** A rewrite for targets that a pattern matches. */
    public static Builder builder(RoutePattern pattern) {
        return new Builder(pattern);
    }

    /**
     * Rewrites. The asterisk, which is no path, is left alone.
     *
     * @param target the target that the pattern matched, or what a filter has made of it since; a prefix that it does not
     *     begin with any more is not taken off
     * @param variables what the pattern's variables stand for
     * @throws GatewayException BAD_TARGET if the result breaks a rule that the target does not, or begins with what reads
     *     as a host
     */
    public RequestTarget apply(RequestTarget target, PathVariables variables) {
        if (target.form() == RequestTarget.Form.ASTERISK) {
            return target;
        }
        String path = prefix + (template == null ? stripped(target) : filled(template, target, variables));
        if (path.isEmpty()) {
            path = "/";
        }
        RequestTarget changed;
        try {
            changed = target.withRawPath(path);
        } catch (IllegalArgumentException unsendable) {
            throw new GatewayException(Kind.BAD_TARGET, "the rewritten path cannot be sent");
        }
        if (path.startsWith("//")) {
            throw new GatewayException(Kind.BAD_TARGET, "the rewritten path begins with //, which reads as a host");
        }
        Set<TargetRule> broken = EnumSet.noneOf(TargetRule.class);
        broken.addAll(changed.violations());
        broken.removeAll(target.violations());
        if (!broken.isEmpty()) {
            throw new GatewayException(Kind.BAD_TARGET, "the rewritten path breaks " + broken);
        }
        return changed;
    }

    private String stripped(RequestTarget target) {
        if (stripped.isEmpty()) {
            return target.rawPath();
        }
        boolean there = stripped.size() <= target.segmentCount();
        for (int i = 0; there && i < stripped.size(); i++) {
            there = stripped.get(i).equals(target.segment(i));
        }
        return there ? from(target, stripped.size()) : target.rawPath();
    }

    /** The path from a segment on; empty if it ends before. */
    private static String from(RequestTarget target, int segment) {
        if (segment >= target.segmentCount()) {
            return "";
        }
        return target.raw().substring(target.segmentStart(segment) - 1, target.segmentEnd(target.segmentCount() - 1));
    }

    private String filled(RoutePattern pattern, RequestTarget target, PathVariables variables) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < rawParts.size(); i++) {
            RoutePattern.Part part = pattern.parts().get(i);
            path.append('/')
                    .append(part.variable() ? Objects.requireNonNull(variables.raw(part.text())) : rawParts.get(i));
        }
        return path.append(pattern.rest() ? from(target, restFrom) : "").toString();
    }

    /** Collects the steps. Not safe for use by several threads. */
    public static final class Builder {

        private final RoutePattern pattern;
        private List<String> stripped = List.of();
        private @Nullable RoutePattern template;
        private String prefix = "";

        private Builder(RoutePattern pattern) {
            this.pattern = pattern;
        }

        /**
         * Takes the first segments off.
         *
         * @throws IllegalArgumentException if the pattern does not begin with them, or if this step is there already
         */
        public Builder stripPrefix(String value) {
            List<RoutePattern.Part> wanted = literals("stripPrefix", value);
            List<RoutePattern.Part> own = pattern.parts();
            if (wanted.size() > own.size() || !own.subList(0, wanted.size()).equals(wanted)) {
                throw new IllegalArgumentException(
                        "stripPrefix " + value + " (expected: what the path " + pattern + " begins with)");
            }
            once("stripPrefix", stripped.isEmpty());
            stripped = wanted.stream().map(RoutePattern.Part::text).toList();
            return this;
        }

        /**
         * Puts segments before the path, whatever another step makes of it.
         *
         * @throws IllegalArgumentException if these are no whole segments
         */
        public Builder addPrefix(String value) {
            literals("addPrefix", value);
            prefix = value + prefix;
            return this;
        }

        /**
         * Replaces the path. Variables stand for what those of the pattern do, and {@code **} for what comes after as many
         * segments as the pattern has before its own.
         *
         * @throws IllegalArgumentException if the pattern has no such variable, or no {@code **}, or if this step is there
         *     already
         */
        public Builder template(String value) {
            RoutePattern parsed = RoutePattern.of(value);
            List<String> unknown = new ArrayList<>(parsed.variables());
            unknown.removeAll(pattern.variables());
            if (!unknown.isEmpty() || (parsed.rest() && !pattern.rest())) {
                throw new IllegalArgumentException("rewrite " + value + " (expected: variables of " + pattern + ")");
            }
            once("rewrite", template == null);
            template = parsed;
            return this;
        }

        private static void once(String step, boolean first) {
            if (!first) {
                throw new IllegalArgumentException(step + " is given twice (expected: once)");
            }
        }

        private static List<RoutePattern.Part> literals(String step, String value) {
            RoutePattern parsed = RoutePattern.of(value);
            boolean plain = !parsed.rest() && parsed.variables().isEmpty();
            if (!plain || value.equals("/") || value.endsWith("/")) {
                throw new IllegalArgumentException(step + " " + value + " (expected: whole segments, such as /api)");
            }
            return parsed.parts();
        }

        /**
         * Makes the rewrite.
         *
         * @throws IllegalArgumentException if a template makes another step pointless
         */
        public Rewrite build() {
            if (template != null && !stripped.isEmpty()) {
                throw new IllegalArgumentException("stripPrefix has no effect beside rewrite, which replaces the path");
            }
            return new Rewrite(this);
        }
    }
}
