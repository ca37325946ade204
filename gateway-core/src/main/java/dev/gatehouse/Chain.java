package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletionStage;

/** The way from a {@link Filter} inwards: the filters after it, then what the route ends in. */
public interface Chain {

    /**
     * Goes on. To be called at most once for each request; a second call fails the exchange, naming the filter.
     *
     * @param request the request for the rest of the way
     * @return ends with the response; errors further in are responses too ({@link Response#failure()}), so it ends
     *     normally in all cases but a breach of the contract
     */
    CompletionStage<Response> proceed(Request request);

    /**
     * The exchange that this request belongs to.
     *
     * @return the same exchange for all filters of a request
     */
    Exchange exchange();
}
