package dev.gatehouse.internal.routing;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.TargetRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes the path of a target, on its raw segments: nothing is decoded and encoded again. The result is checked like a
 * target that was received. Immutable.
 */
public final class Rewrite {

    private final int stripped;
    private final @Nullable RoutePattern template;
    private final int restFrom;
    private final String prefix;

    private Rewrite(Builder builder) {
        this.stripped = builder.stripped;
        this.template = builder.template;
        this.restFrom = builder.pattern.parts().size();
        this.prefix = builder.prefix;
    }

    /** A rewrite for targets that a pattern matches. */
    public static Builder builder(RoutePattern pattern) {
        return new Builder(pattern);
    }

    /**
     * Rewrites.
     *
     * @param target a target that the pattern matched
     * @param variables what its variables stand for
     * @throws GatewayException BAD_TARGET if the result breaks a rule that the target does not
     */
    public RequestTarget apply(RequestTarget target, PathVariables variables) {
        String path = prefix + (template == null ? from(target, stripped) : filled(template, target, variables));
        Set<TargetRule> broken = EnumSet.noneOf(TargetRule.class);
        RequestTarget changed;
        try {
            changed = target.withRawPath(path);
        } catch (IllegalArgumentException unsendable) {
            throw new GatewayException(Kind.BAD_TARGET, "the rewritten path cannot be sent");
        }
        broken.addAll(changed.violations());
        broken.removeAll(target.violations());
        if (!broken.isEmpty() || path.startsWith("//")) {
            throw new GatewayException(Kind.BAD_TARGET, "the rewritten path breaks " + broken);
        }
        return changed;
    }

    /** The path from a segment on. */
    private static String from(RequestTarget target, int segment) {
        StringBuilder path = new StringBuilder();
        for (int i = segment; i < target.segmentCount(); i++) {
            path.append('/').append(target.rawSegment(i));
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    private String filled(RoutePattern pattern, RequestTarget target, PathVariables variables) {
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < pattern.parts().size(); i++) {
            RoutePattern.Part part = pattern.parts().get(i);
            path.append('/').append(part.variable() ? variables.raw(part.text()) : pattern.rawSegment(i));
        }
        if (pattern.rest() && restFrom < target.segmentCount()) {
            path.append(from(target, restFrom));
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    /** Collects the steps. Not safe for use by several threads. */
    public static final class Builder {

        private final RoutePattern pattern;
        private int stripped;
        private @Nullable RoutePattern template;
        private String prefix = "";

        private Builder(RoutePattern pattern) {
            this.pattern = pattern;
        }

        /** Takes the first segments off; the pattern must begin with them. */
        public Builder stripPrefix(String value) {
            List<RoutePattern.Part> wanted = literals("stripPrefix", value);
            List<RoutePattern.Part> own = pattern.parts();
            if (wanted.size() > own.size() || !own.subList(0, wanted.size()).equals(wanted)) {
                throw new IllegalArgumentException(
                        "stripPrefix " + value + " (expected: what the path " + pattern + " begins with)");
            }
            stripped = wanted.size();
            return this;
        }

        /** Puts segments before the path. */
        public Builder addPrefix(String value) {
            literals("addPrefix", value);
            prefix = value + prefix;
            return this;
        }

        /** Replaces the path; variables must be the pattern's, and {@code **} stands for what the pattern's matched. */
        public Builder template(String value) {
            RoutePattern parsed = RoutePattern.of(value);
            List<String> unknown = new ArrayList<>(parsed.variables());
            unknown.removeAll(pattern.variables());
            if (!unknown.isEmpty() || (parsed.rest() && !pattern.rest())) {
                throw new IllegalArgumentException("rewrite " + value + " (expected: variables of " + pattern + ")");
            }
            template = parsed;
            return this;
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
            if (template != null && stripped > 0) {
                throw new IllegalArgumentException("stripPrefix has no effect beside rewrite, which replaces the path");
            }
            return new Rewrite(this);
        }
    }
}
