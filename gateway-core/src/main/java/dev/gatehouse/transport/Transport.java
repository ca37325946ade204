package dev.gatehouse.transport;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;

/**
 * Sends requests to endpoints and brings back their responses. It owns connections; it knows nothing of routes,
 * balancing or retries.
 *
 * <p>Implementations are safe for use by several threads, never block the caller, and never retry by themselves.
 */
public interface Transport extends AutoCloseable {

    /**
     * Sends one request. The request is sent as it is: method, target, header fields and content, with
     * {@code Host}/{@code :authority} from {@link dev.gatehouse.http.Request#authority()} and the framing fields written
     * anew from the body's length.
     *
     * <p>Fields that belong to the connection are written by the transport alone: {@code Host}, {@code Content-Length},
     * {@code Transfer-Encoding}, {@code Connection} and what goes with it, {@code Upgrade} and {@code Expect} of the request
     * are left out.
     *
     * <p>The transport reads the request's body. If it gives up on the request it does <em>not</em> cancel that body,
     * so that the exchange can go on: another attempt, or an answer to the client. A demand that waits then is left with
     * the body; its call back does nothing any more. A response that is complete before the request's body is ends the
     * reading likewise.
     *
     * @param call what to send, where, and for how long to try
     * @param callback told what comes back; each method may be called inside this call or from another thread
     * @return the way to give up
     */
    Handle send(Call call, Callback callback);

    /** Closes all connections; exchanges under way fail. */
    @Override
    void close();

    /** One request on its way. */
    interface Handle {

        /**
         * Gives up: the request is not sent further, the response is not read further, and the connection is closed or
         * its stream reset. If no response has been reported yet, {@link Callback#failed} is called with the kind, message
         * and cause of the reason, and with what is true of {@link GatewayException#requestSent()}; if its body is still
         * being read, the body fails likewise. Otherwise nothing happens.
         *
         * @param reason why
         */
        void abort(GatewayException reason);
    }

    /**
     * Told what came of a request: any number of interim responses, then exactly one response or one failure. Its methods
     * must neither block nor throw.
     */
    interface Callback {

        /**
         * An interim response other than 101 arrived.
         *
         * @param status 100 to 199
         * @param headers its header section
         */
        default void interim(int status, Headers headers) {}

        /**
         * The header section of the final response arrived. Its body streams; it must be read to its end or cancelled,
         * and breaks off with a {@link GatewayException}.
         *
         * @param response the response
         */
        void response(Response response);

        /**
         * No response will come.
         *
         * @param failure why, and whether the endpoint may have seen the request
         */
        void failed(GatewayException failure);
    }
}
