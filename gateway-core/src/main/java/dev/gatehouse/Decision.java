package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.http.TargetRule;
import dev.gatehouse.internal.routing.Match;
import dev.gatehouse.internal.rules.RequestRules;
import java.util.Set;

/** What the gateway does with a request before any filter runs. Serving and explaining both ask here. */
sealed interface Decision {

    /** The request is malformed or ambiguous: it is answered before anything else sees it. */
    record Refused(GatewayException failure) implements Decision {}

    /** The host's own code gets the request, since no route matches. */
    record PassedOn() implements Decision {}

    /** The gateway answers by itself, through its own filters: an error, or OPTIONS meant for it. */
    record Answered(Response response) implements Decision {}

    /** A route matches. */
    record Routed(Route route, PathVariables variables) implements Decision {}

    /**
     * Decides.
     *
     * @param received the request as the host received it
     * @param passesUnmatched whether the host takes what no route matches
     */
    static Decision of(Graph graph, Request received, boolean passesUnmatched) {
        GatewayException malformed = RequestRules.check(received, graph.limits());
        if (malformed != null) {
            return new Refused(malformed);
        }
        if (received.target().form() == RequestTarget.Form.ASTERISK) {
            return passesUnmatched ? new PassedOn() : new Answered(Response.of(204));
        }
        Match<Route> match = graph.routes().match(received);
        Set<TargetRule> opened =
                match instanceof Match.Hit<Route> hit ? hit.value().opened() : Set.of();
        GatewayException ambiguous = RequestRules.checkTarget(received, opened);
        if (ambiguous != null) {
            return new Refused(ambiguous);
        }
        if (match instanceof Match.Hit<Route> hit) {
            return isForTheGateway(received, hit.value())
                    ? new Answered(Response.of(204))
                    : new Routed(hit.value(), hit.variables());
        }
        if (passesUnmatched) {
            return new PassedOn();
        }
        if (match instanceof Match.WrongMethod<Route> wrong) {
            String allow = String.join(", ", wrong.allowed());
            GatewayException failure = new GatewayException(Kind.METHOD_NOT_ALLOWED, "allowed: " + allow);
            return new Answered(Errors.problem(failure).withHeader("Allow", allow));
        }
        return new Answered(Errors.problem(new GatewayException(Kind.NO_ROUTE, "no route matches")));
    }

    /** RFC 9110 §7.6.2: OPTIONS with Max-Forwards 0 asks whoever it has reached. */
    private static boolean isForTheGateway(Request request, Route route) {
        return request.method().equals("OPTIONS")
                && route.upstream() != null
                && "0".equals(request.headers().get("Max-Forwards"));
    }
}
