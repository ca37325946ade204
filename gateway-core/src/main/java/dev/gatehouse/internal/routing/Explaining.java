package dev.gatehouse.internal.routing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Notes what a walk meets, and lets it go on after the route that it would have ended at. */
final class Explaining<T> implements Trace<T> {

    private final String method;
    private final List<RouteVerdict> verdicts = new ArrayList<>();
    private @Nullable String chosen;

    Explaining(String method) {
        this.method = method;
    }

    @Override
    public boolean takes(Entry<T> entry) {
        if (chosen == null) {
            chosen = entry.id();
            verdicts.add(new RouteVerdict(entry.id(), true, "matches " + entry.pattern() + ", the most specific"));
        } else {
            verdicts.add(new RouteVerdict(entry.id(), false, "matches too, but " + chosen + " is more specific"));
        }
        return false;
    }

    @Override
    public void unfulfilled(Entry<T> entry, Condition condition) {
        verdicts.add(new RouteVerdict(entry.id(), false, "the path matches, but not " + condition));
    }

    @Override
    public void wrongMethod(Entry<T> entry) {
        verdicts.add(new RouteVerdict(
                entry.id(), false, "takes " + String.join(", ", entry.pattern().methods()) + ", not " + method));
    }

    List<RouteVerdict> verdicts() {
        return verdicts;
    }
}
