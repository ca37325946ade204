package dev.gatehouse.jetty;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a response that cannot be completed so that the client can tell. */
final class Aborting {

    private static final Logger LOG = LoggerFactory.getLogger(Aborting.class);

    private Aborting() {}

    /**
     * Closes the connection without the last chunk, or resets the stream. A response that has not begun is not replaced
     * by an error page of Jetty's: what the client may be told was the gateway's to say.
     */
    static void abort(Request request, Response response, Callback callback, Throwable failure) {
        if (request.getConnectionMetaData().getHttpVersion() == HttpVersion.HTTP_1_0) {
            resetOnClose(request.getConnectionMetaData().getConnection().getEndPoint());
        }
        callback.failed(response.isCommitted() ? failure : new Request.Handler.AbortException(failure));
    }

    /** In HTTP/1.0 the end of the connection is the end of the content: only a reset shows that some is missing. */
    static void resetOnClose(EndPoint connection) {
        if (connection.getTransport() instanceof SocketChannel channel) {
            try {
                channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            } catch (IOException alreadyClosed) {
                LOG.debug("no reset for a connection that is closed already", alreadyClosed);
            }
        }
    }
}
