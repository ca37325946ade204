package dev.gatehouse.host;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.function.Consumer;

/**
 * One request as the server that received it sees it: the gateway answers through it. Implemented by adapters.
 *
 * <p>The gateway calls exactly one of {@link #respond}, {@link #passOn}; before {@code respond} it may call
 * {@link #interim} any number of times and {@link #toHost} once. Calls come one after another, from any thread.
 */
public interface HostExchange {

    /**
     * What this server can carry.
     *
     * @return the same instance for all requests of an adapter
     */
    HostCapabilities capabilities();

    /**
     * Sends an interim response, if the server can; otherwise does nothing.
     *
     * @param status 100 to 199, but not 101
     * @param headers the header section
     */
    void interim(int status, Headers headers);

    /**
     * Sends the final response: writes the header section, then reads the body to its end as fast as the client takes
     * it, then its trailers. A body that fails after the header section is on its way ends the stream so that the client
     * can tell (HTTP/1.1: closed without the last chunk, HTTP/2: reset).
     *
     * <p>For a response to HEAD, and for 204 and 304, no content is sent; the adapter still reads the body to its end or
     * cancels it.
     *
     * @param response the response
     * @param done called exactly once, when everything is written or nothing more can be
     */
    void respond(Response response, Done done);

    /**
     * Registers who is told when the server learns that the client is gone, or that its connection broke, before the
     * response is complete. Called once, inside the call that served the request.
     *
     * @param listener called at most once, from any thread, with what the server reports; at once if it is gone already.
     *     A host that cannot always tell ({@link HostCapabilities#clientGone()}) calls it when it can
     */
    void onClientGone(Consumer<Throwable> listener);

    /**
     * Tells, inside the call that served the request and before any filter runs, that the route ends in the host's own
     * code. A host that must run that code on the thread it is called on keeps the thread until it is asked to
     * {@link #toHost run it} or to {@link #respond answer}, instead of returning to its server.
     */
    default void willRunHost() {}

    /**
     * Runs the host's own code for this request. Called only if {@link HostCapabilities#toHost()}.
     *
     * <p>The host's response becomes a {@link Response} when the host commits its header section; its body streams. The
     * gateway then calls {@link #respond} with that response, or with what the response filters made of it.
     *
     * @param request the request as the filters left it; its headers and body are what the host's code must see
     * @param callback told of the host's response
     */
    void toHost(Request request, HostCallback callback);

    /**
     * Whether requests that no route matches go to the host's own code, untouched, instead of being answered 404.
     *
     * @return true if {@link #passOn} may be called
     */
    boolean passesUnmatched();

    /**
     * Leaves the request to the host's own code, untouched: the gateway is done with it.
     */
    void passOn();

    /** Told how the host's own code answered. */
    interface HostCallback {

        /**
         * The host committed a response.
         *
         * @param response its status, header section and streaming body
         */
        void response(Response response);

        /**
         * The host's code failed before it committed a response.
         *
         * @param failure what it threw
         */
        void failed(Throwable failure);
    }
}
