package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;

/** A filter in the blocking style, for code that waits: for a database, a file, another service. */
@FunctionalInterface
public interface BlockingFilter {

    /**
     * Handles one request on a thread that may block.
     *
     * @param request the request, as outer filters left it
     * @param next the rest of the way
     * @return the response; never null
     * @throws Exception becomes an error response
     */
    Response apply(Request request, Next next) throws Exception;

    /** The rest of the way, waited for. */
    interface Next {

        /**
         * Goes on, and waits for the response's header section. To be called at most once.
         *
         * @param request the request for the rest of the way
         * @return the response; its body may still be on its way
         * @throws InterruptedException if the exchange was cancelled while waiting
         */
        Response proceed(Request request) throws InterruptedException;

        /**
         * The exchange that this request belongs to.
         *
         * @return the same exchange for all filters of a request
         */
        Exchange exchange();
    }
}
