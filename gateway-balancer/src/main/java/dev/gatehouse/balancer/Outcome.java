package dev.gatehouse.balancer;

import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;

/** How a call went, as far as it says something of the node. */
public enum Outcome {
    /** The node answered, and not with a fault of its own. */
    SUCCESS,
    /** The node answered with a server error (5xx). */
    SERVER_ERROR,
    /** No connection to the node could be made; it never saw the call. */
    CONNECT_FAILED,
    /** The node did not answer in time. */
    TIMEOUT,
    /** The node broke off: the connection closed or the answer was no HTTP. */
    ABORTED,
    /** The call ended for a reason that says nothing of the node, such as a client that went away. */
    IGNORED;

    private static final int SERVER_ERRORS = 500;

    /**
     * The outcome that a status stands for.
     *
     * @param status an HTTP status
     * @return {@link #SERVER_ERROR} from 500 on, else {@link #SUCCESS}
     */
    public static Outcome ofStatus(int status) {
        return status >= SERVER_ERRORS ? SERVER_ERROR : SUCCESS;
    }

    /**
     * The outcome that a client's failure stands for.
     *
     * @param failure what a client threw; the causes of wrappers such as {@link CompletionException} are looked at
     * @return {@link #CONNECT_FAILED} if there was no connection, {@link #TIMEOUT} for the time-outs of the JDK,
     *     {@link #IGNORED} for an interrupted or cancelled call, else {@link #ABORTED}
     */
    public static Outcome ofFailure(Throwable failure) {
        boolean wrapper = failure instanceof CompletionException
                || failure instanceof ExecutionException
                || failure instanceof UncheckedIOException;
        Throwable cause = failure.getCause();
        if (wrapper && cause != null) {
            return ofFailure(cause);
        }
        if (failure instanceof ConnectException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException
                || failure instanceof UnresolvedAddressException) {
            return CONNECT_FAILED;
        }
        if (failure instanceof SocketTimeoutException
                || failure instanceof HttpTimeoutException
                || failure instanceof TimeoutException) {
            return TIMEOUT;
        }
        if (failure instanceof InterruptedException
                || failure instanceof InterruptedIOException
                || failure instanceof CancellationException) {
            return IGNORED;
        }
        return ABORTED;
    }

    /**
     * Whether the node failed.
     *
     * @return false for {@link #SUCCESS} and {@link #IGNORED}
     */
    public boolean failure() {
        return this != SUCCESS && this != IGNORED;
    }
}
