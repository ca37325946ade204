package dev.gatehouse;

import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects the settings of one route: what it matches, its filters, and what it ends in. A setting that cannot be is
 * noted, and reported by {@link GatewayBuilder#build} together with everything else that is wrong. Not safe for use by
 * several threads.
 */
public final class RouteBuilder {

    final String path;

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

    @Nullable
    MirrorPolicy mirror;

    /** The settings broke off, or an end was refused: that none is there says nothing. */
    boolean endUnknown;

    private final Problems problems;

    RouteBuilder(String path, List<String> problems) {
        this.path = path;
        this.problems = new Problems(problems, "route " + path);
    }

    void configure(Consumer<RouteBuilder> settings) {
        if (!problems.collect(() -> settings.accept(this))) {
            endUnknown = true;
        }
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
        if (problems.given("id", name) && problems.check(!name.isBlank(), "id", "blank", "a name, or no id")) {
            this.id = name;
        }
        return this;
    }

    /**
     * Matches one host only. <b>Default:</b> any host.
     *
     * @param pattern a name such as {@code api.example.com}, or {@code *.example.com} for all below one
     * @return this builder
     */
    public RouteBuilder host(String pattern) {
        if (problems.given("host", pattern)) {
            this.host = pattern;
        }
        return this;
    }

    /**
     * Matches these methods only; {@code GET} includes {@code HEAD}. <b>Default:</b> any method.
     *
     * @param names case-sensitive, at least one, such as {@code GET}; not CONNECT or TRACE, which a gateway refuses for
     *     every target
     * @return this builder
     */
    public RouteBuilder methods(String... names) {
        methods.clear();
        if (problems.given("methods", names) && problems.check(names.length > 0, "methods", "none", "at least one")) {
            for (String name : names) {
                method(name);
            }
        }
        return this;
    }

    private void method(String name) {
        if (problems.given("methods", name)
                && problems.check(FieldSyntax.isToken(name), "methods", name, "a token of RFC 9110")
                && problems.check(
                        !name.equalsIgnoreCase("CONNECT") && !name.equalsIgnoreCase("TRACE"),
                        "methods",
                        name,
                        "none that the gateway refuses for every target")) {
            methods.add(name);
        }
    }

    /**
     * Matches requests with a header field only.
     *
     * @param name the name, in any case
     * @return this builder
     */
    public RouteBuilder header(String name) {
        if (problems.given("header", name)) {
            conditions.add(new RouteCondition(false, name, null));
        }
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
        if (problems.given("header", name) && problems.given("header " + name, value)) {
            conditions.add(new RouteCondition(false, name, value));
        }
        return this;
    }

    /**
     * Matches requests with a query parameter only.
     *
     * @param name the name, case-sensitive
     * @return this builder
     */
    public RouteBuilder query(String name) {
        if (problems.given("query", name)) {
            conditions.add(new RouteCondition(true, name, null));
        }
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
        if (problems.given("query", name) && problems.given("query " + name, value)) {
            conditions.add(new RouteCondition(true, name, value));
        }
        return this;
    }

    /**
     * Adds a filter, inside those of the gateway; the first added is the outermost.
     *
     * @param filter the filter
     * @return this builder
     */
    public RouteBuilder filter(Filter filter) {
        if (problems.given("filter", filter)) {
            filters.add(filter);
        }
        return this;
    }

    /**
     * Lets targets pass that break a rule for unambiguous paths, for upstreams that need them. <b>Default:</b> every
     * breach is answered 400, since whoever reads such a path differently from the route that guards it is a hole.
     *
     * @param rules what to let pass, at least one; not {@link TargetRule#MALFORMED}
     * @return this builder
     */
    public RouteBuilder allow(TargetRule... rules) {
        if (problems.given("allow", rules) && problems.check(rules.length > 0, "allow", "none", "at least one")) {
            for (TargetRule rule : rules) {
                if (problems.given("allow", rule)
                        && problems.check(rule != TargetRule.MALFORMED, "allow", rule, "a rule that can be opened")) {
                    opened.add(rule);
                }
            }
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
        return rewrite("stripPrefix", RouteRewrite.Kind.STRIP_PREFIX, prefix);
    }

    /**
     * Puts a prefix before the path before the request goes upstream.
     *
     * @param prefix such as {@code /v1}
     * @return this builder
     */
    public RouteBuilder addPrefix(String prefix) {
        return rewrite("addPrefix", RouteRewrite.Kind.ADD_PREFIX, prefix);
    }

    /**
     * Replaces the path before the request goes upstream; the query stays.
     *
     * @param template a path with variables of the route's path, such as {@code /customers/{id}/orders}
     * @return this builder
     */
    public RouteBuilder rewrite(String template) {
        return rewrite("rewrite", RouteRewrite.Kind.TEMPLATE, template);
    }

    private RouteBuilder rewrite(String setting, RouteRewrite.Kind kind, String text) {
        if (problems.given(setting, text)) {
            rewrites.add(new RouteRewrite(kind, text));
        }
        return this;
    }

    /**
     * Changes the upstream's times for this route. Where the route ends in something else than an upstream, only
     * {@link Timeouts#total} has an effect, and the others are refused.
     *
     * @param change told a builder with the upstream's times
     * @return this builder
     */
    public RouteBuilder timeouts(Consumer<Timeouts.Builder> change) {
        if (problems.given("timeouts", change)) {
            this.timeouts = change;
        }
        return this;
    }

    /**
     * Changes the upstream's retry policy for this route. The budget stays the upstream's, so a change of it is refused.
     *
     * @param change told a builder with the upstream's policy
     * @return this builder
     */
    public RouteBuilder retry(Consumer<RetryPolicy.Builder> change) {
        if (problems.given("retry", change)) {
            this.retry = change;
        }
        return this;
    }

    /**
     * Copies requests to another upstream, with 64 KiB of content at most. <b>Default:</b> none is copied.
     *
     * @param upstream the upstream's name
     * @param share of the requests, see {@link #mirror(String, double, int)}
     * @return this builder
     */
    public RouteBuilder mirror(String upstream, double share) {
        return mirror(upstream, share, MirrorPolicy.MAX_BODY_BYTES);
    }

    /**
     * Copies requests to another upstream, whose answers nobody waits for: to try a new version of a service under real load.
     * A copy is sent when the content of its request has been read to the end, with the same target and fields, credentials
     * included, and never changes what the client gets. Copies come out of the budget for extra load of the route's upstream
     * ({@link RetryPolicy.Builder#budget}), which they share with retries and hedges; one that is over the budget, or finds
     * no endpoint, is not sent. <b>Default:</b> none is copied.
     *
     * <p>Not for requests that change what both upstreams share: it would be changed twice.
     *
     * @param upstream the upstream's name
     * @param share of the requests, more than 0, and no more than the budget, so that retries keep the rest
     * @param maxBodyBytes 0 or more; a request with more content has no copy
     * @return this builder
     */
    public RouteBuilder mirror(String upstream, double share, int maxBodyBytes) {
        if (problems.given("mirror", upstream)) {
            problems.collect(() -> this.mirror = new MirrorPolicy(upstream, share, maxBodyBytes));
        }
        return this;
    }

    /**
     * Ends in an upstream.
     *
     * @param upstream its name
     */
    public void to(String upstream) {
        end(problems.given("to", upstream), new Destination.To(upstream));
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
        end(problems.given("handle", handler), new Destination.Handle(handler));
    }

    /**
     * Ends in a fixed response.
     *
     * @param response its body must be in memory
     */
    public void respond(Response response) {
        boolean repeatable = problems.given("respond", response)
                && problems.check(
                        response.body().isEmpty() || response.body().inMemory() != null,
                        "respond",
                        "a body that can be read once",
                        "a body in memory");
        end(repeatable, new Destination.Respond(response));
    }

    private void end(boolean valid, Destination destination) {
        if (valid) {
            destinations.add(destination);
        } else {
            endUnknown = true;
        }
    }
}
