package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletionStage;

/**
 * A {@link Filter} in two phases without futures: the request phase decides by a {@link Verdict}, which may carry the
 * response phase. What the two share, the response phase captures. The form for policies that mostly decide at once.
 */
public interface PhaseFilter extends Filter {

    /**
     * The request phase. Called from an I/O thread; must not block.
     *
     * @param request the request, as outer filters left it
     * @param exchange the exchange
     * @return what shall happen; never null
     */
    Verdict onRequest(Request request, Exchange exchange);

    /**
     * The same as a filter of the general form. The gateway calls the phases directly; this is for code that wraps
     * filters.
     */
    @Override
    default CompletionStage<Response> apply(Request request, Chain next) {
        return onRequest(request, next.exchange()).apply(next);
    }

    /**
     * A filter with a name.
     *
     * @param name for explanations, logs and errors
     * @param filter what it does
     * @return a filter
     */
    static PhaseFilter named(String name, PhaseFilter filter) {
        return new PhaseFilter() {
            @Override
            public Verdict onRequest(Request request, Exchange exchange) {
                return filter.onRequest(request, exchange);
            }

            @Override
            public String name() {
                return name;
            }

            @Override
            public String toString() {
                return name;
            }
        };
    }
}
