package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The same walk, which notes what it meets, and goes on after the route that it would have ended at. */
final class Explaining<T> extends Search<T> {

    private final String method;
    private final List<RouteVerdict> verdicts = new ArrayList<>();
    private @Nullable String chosen;

    Explaining(Request request) {
        super(request);
        this.method = request.method();
    }

    @Override
    boolean accept(Entry<T> entry) {
        if (chosen == null) {
            chosen = entry.id();
            verdicts.add(new RouteVerdict(entry.id(), true, "matches " + entry.pattern() + ", the most specific"));
        } else {
            verdicts.add(new RouteVerdict(entry.id(), false, "matches too, but " + chosen + " is more specific"));
        }
        return false;
    }

    @Override
    void unfulfilled(Entry<T> entry, Condition condition) {
        verdicts.add(new RouteVerdict(entry.id(), false, "the path matches, but not " + condition));
    }

    @Override
    void wrongMethod(Entry<T> entry) {
        super.wrongMethod(entry);
        verdicts.add(new RouteVerdict(
                entry.id(), false, "takes " + String.join(", ", entry.pattern().methods()) + ", not " + method));
    }

    List<RouteVerdict> verdicts() {
        return verdicts;
    }
}
