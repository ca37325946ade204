package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.internal.rules.RequestRules;
import org.jspecify.annotations.Nullable;

/**
 * Judges a target that filters have set, by the rules for one that a client sends: nothing goes out that would have been
 * refused on its way in. The filter is to blame for it, not the client.
 */
final class FilteredTarget {

    private FilteredTarget() {}

    /**
     * Judges what filters made of a request.
     *
     * @param before the target that they were given, which has been judged
     * @param route whose filters they are; what it has opened is open to them too
     * @return why the request must not go on, or null
     */
    @SuppressWarnings("ReferenceEquality") // what nobody has touched needs no second look
    static @Nullable GatewayException refuse(Request filtered, RequestTarget before, Route route) {
        RequestTarget target = filtered.target();
        return target == before || target.equals(before) ? null : judge(filtered, route);
    }

    private static @Nullable GatewayException judge(Request filtered, Route route) {
        if (filtered.target().form() == RequestTarget.Form.ASTERISK
                && !filtered.method().equals("OPTIONS")) {
            return blame(route, "the target * is for OPTIONS only");
        }
        GatewayException broken = RequestRules.checkTarget(filtered, route.opened());
        return broken == null ? null : blame(route, broken.getMessage());
    }

    /** The failure of a filter whose target cannot be rewritten; the client's own path remains the client's fault. */
    static GatewayException unwritable(Request filtered, RequestTarget before, Route route, GatewayException failure) {
        boolean own = filtered.target().rawPath().equals(before.rawPath());
        return own ? failure : blame(route, failure.getMessage());
    }

    private static GatewayException blame(Route route, @Nullable String problem) {
        return Errors.breach("a filter of route " + route.id(), "set a target that cannot go on: " + problem);
    }
}
