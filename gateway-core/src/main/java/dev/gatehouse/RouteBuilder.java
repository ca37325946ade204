package dev.gatehouse;

import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Collects the settings of one route: what it matches, its filters, and what it ends in. */
public final class RouteBuilder {

    final String path;
    final List<String> problems;

    @Nullable
    String id;

    @Nullable
    String host;

    final Set<String> methods = new TreeSet<>();

    /** Pairs of name and value; a null value asks for presence only. */
    final List<RouteCondition> conditions = new ArrayList<>();

    final List<Filter> filters = new ArrayList<>();
    final Set<TargetRule> opened = EnumSet.noneOf(TargetRule.class);
    final List<RouteRewrite> rewrites = new ArrayList<>();
    final List<Destination> destinations = new ArrayList<>(1);

    @Nullable
    Consumer<Timeouts.Builder> timeouts;

    @Nullable
    Consumer<RetryPolicy.Builder> retry;

    RouteBuilder(String path, List<String> problems) {
        this.path = path;
        this.problems = problems;
    }

    /** A condition on a header field or a query parameter. */
    record RouteCondition(
            boolean query, String name, @Nullable String value) {}

    /** One step of a rewrite. */
    record RouteRewrite(Kind kind, String text) {
        enum Kind {
            STRIP_PREFIX,
            ADD_PREFIX,
            TEMPLATE
        }
    }

    /**
     * Names the route, for explanations, logs and labels. <b>Default:</b> what it matches, such as
     * {@code GET /orders/**}.
     *
     * @param name unique among the routes
     * @return this builder
     */
    public RouteBuilder id(String name) {
        this.id = Objects.requireNonNull(name);
        return this;
    }

    /**
     * Matches one host only. <b>Default:</b> any host.
     *
     * @param pattern a name such as {@code api.example.com}, or {@code *.example.com} for all below one
     * @return this builder
     */
    public RouteBuilder host(String pattern) {
        this.host = Objects.requireNonNull(pattern);
        return this;
    }

    /**
     * Matches these methods only; {@code GET} includes {@code HEAD}. <b>Default:</b> any method.
     *
     * @param names case-sensitive, such as {@code GET}
     * @return this builder
     */
    public RouteBuilder methods(String... names) {
        methods.clear();
        methods.addAll(List.of(names));
        return this;
    }

    /**
     * Matches requests with a header field only.
     *
     * @param name the name, in any case
     * @return this builder
     */
    public RouteBuilder header(String name) {
        conditions.add(new RouteCondition(false, Objects.requireNonNull(name), null));
        return this;
    }

    /**
     * Matches requests with a header field of this value only.
     *
     * @param name the name, in any case
     * @param value the value, case-sensitive
     * @return this builder
     */
    public RouteBuilder header(String name, String value) {
        conditions.add(new RouteCondition(false, Objects.requireNonNull(name), Objects.requireNonNull(value)));
        return this;
    }

    /**
     * Matches requests with a query parameter only.
     *
     * @param name the name, case-sensitive
     * @return this builder
     */
    public RouteBuilder query(String name) {
        conditions.add(new RouteCondition(true, Objects.requireNonNull(name), null));
        return this;
    }

    /**
     * Matches requests with a query parameter of this value only.
     *
     * @param name the name, case-sensitive
     * @param value the value, case-sensitive
     * @return this builder
     */
    public RouteBuilder query(String name, String value) {
        conditions.add(new RouteCondition(true, Objects.requireNonNull(name), Objects.requireNonNull(value)));
        return this;
    }

    /**
     * Adds a filter, inside those of the gateway; the first added is the outermost.
     *
     * @param filter the filter
     * @return this builder
     */
    public RouteBuilder filter(Filter filter) {
        filters.add(Objects.requireNonNull(filter));
        return this;
    }

    /**
     * Lets targets pass that break a rule for unambiguous paths, for upstreams that need them. <b>Default:</b> every
     * breach is answered 400, since whoever reads such a path differently from the route that guards it is a hole.
     *
     * @param rules what to let pass; not {@link TargetRule#MALFORMED}
     * @return this builder
     */
    public RouteBuilder allow(TargetRule... rules) {
        for (TargetRule rule : rules) {
            if (rule == TargetRule.MALFORMED) {
                throw new IllegalArgumentException("allow: MALFORMED (expected: a rule that can be opened)");
            }
            opened.add(rule);
        }
        return this;
    }

    /**
     * Takes a prefix off the path before the request goes upstream.
     *
     * @param prefix whole segments, such as {@code /api}
     * @return this builder
     */
    public RouteBuilder stripPrefix(String prefix) {
        rewrites.add(new RouteRewrite(RouteRewrite.Kind.STRIP_PREFIX, Objects.requireNonNull(prefix)));
        return this;
    }

    /**
     * Puts a prefix before the path before the request goes upstream.
     *
     * @param prefix such as {@code /v1}
     * @return this builder
     */
    public RouteBuilder addPrefix(String prefix) {
        rewrites.add(new RouteRewrite(RouteRewrite.Kind.ADD_PREFIX, Objects.requireNonNull(prefix)));
        return this;
    }

    /**
     * Replaces the path before the request goes upstream; the query stays.
     *
     * @param template a path with variables of the route's path, such as {@code /customers/{id}/orders}
     * @return this builder
     */
    public RouteBuilder rewrite(String template) {
        rewrites.add(new RouteRewrite(RouteRewrite.Kind.TEMPLATE, Objects.requireNonNull(template)));
        return this;
    }

    /**
     * Changes the upstream's times for this route.
     *
     * @param change told a builder with the upstream's times
     * @return this builder
     */
    public RouteBuilder timeouts(Consumer<Timeouts.Builder> change) {
        this.timeouts = Objects.requireNonNull(change);
        return this;
    }

    /**
     * Changes the upstream's retry policy for this route. The budget stays the upstream's.
     *
     * @param change told a builder with the upstream's policy
     * @return this builder
     */
    public RouteBuilder retry(Consumer<RetryPolicy.Builder> change) {
        this.retry = Objects.requireNonNull(change);
        return this;
    }

    /**
     * Ends in an upstream.
     *
     * @param upstream its name
     */
    public void to(String upstream) {
        destinations.add(new Destination.To(Objects.requireNonNull(upstream)));
    }

    /**
     * Ends in the host's own code: the servlets behind the filter, the wrapped Jetty handler, the context's JDK handler.
     * Response filters see its response before it is sent.
     */
    public void toHost() {
        destinations.add(new Destination.ToHost());
    }

    /**
     * Ends in a function.
     *
     * @param handler must not block
     */
    public void handle(Handler handler) {
        destinations.add(new Destination.Handle(Objects.requireNonNull(handler)));
    }

    /**
     * Ends in a fixed response.
     *
     * @param response its body must be in memory
     */
    public void respond(Response response) {
        if (!response.body().isEmpty() && response.body().inMemory() == null) {
            throw new IllegalArgumentException("respond: a body that can be read once (expected: a body in memory)");
        }
        destinations.add(new Destination.Respond(response));
    }
}
