package dev.gatehouse.jetty.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.util.Promise;

/**
 * How large a header section the endpoint of each open HTTP/2 connection takes (SETTINGS_MAX_HEADER_LIST_SIZE, RFC 9113
 * §6.5.2). Jetty finds out when it encodes a larger one, and then fails the whole connection with everybody's exchanges.
 */
final class Http2Limits {

    private final Map<Connection, HTTP2Session> sessions = new ConcurrentHashMap<>();

    /** A promise of a connection that is known here from then on. */
    Promise<Connection> remembering(HTTP2Session session, Promise<Connection> promise) {
        return new Promise.Wrapper<>(promise) {
            @Override
            public void succeeded(Connection connection) {
                sessions.put(connection, session);
                super.succeeded(connection);
            }
        };
    }

    /** A pool whose connections are forgotten here when they are removed from it. */
    MultiplexConnectionPool pool(Destination destination, int maxConnections, int initialMaxMultiplex) {
        return new MultiplexConnectionPool(destination, maxConnections, initialMaxMultiplex) {
            @Override
            protected void onRemoved(Connection connection) {
                sessions.remove(connection);
            }
        };
    }

    /**
     * Whether a header section fits.
     *
     * @param connection the connection it is to be sent on, of any version of HTTP
     * @param size names, values, and 32 bytes for each field
     */
    boolean fits(Connection connection, int size) {
        HTTP2Session session = sessions.get(connection);
        int limit =
                session == null ? -1 : session.getGenerator().getHpackEncoder().getMaxHeaderListSize();
        return limit <= 0 || size <= limit;
    }
}
