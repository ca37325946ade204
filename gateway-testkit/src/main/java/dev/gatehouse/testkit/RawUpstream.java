package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;

/**
 * A server on a plain socket that does what a script says, byte for byte, and records what it gets. It knows no HTTP, so
 * that it can answer what no server would, and hides nothing of what was sent.
 *
 * <p>Each connection runs the script on a thread of its own. A script that ends leaves its connection open; one that fails
 * with an {@code IOException} closes it. Safe for use by several threads.
 */
public final class RawUpstream implements AutoCloseable {

    private final ServerSocket server;
    private final String scheme;
    private final Script script;
    private final List<RawConnection> connections = new ArrayList<>();
    private final BlockingQueue<RawConnection> accepted = new LinkedBlockingQueue<>();
    private boolean closed;

    private RawUpstream(ServerSocket server, String scheme, Script script) {
        this.server = server;
        this.scheme = scheme;
        this.script = script;
    }

    /** What to do with each connection. */
    @FunctionalInterface
    public interface Script {

        /**
         * Serves one connection.
         *
         * @param connection the connection
         * @throws IOException if it ended; it is closed then
         */
        void serve(RawConnection connection) throws IOException;
    }

    /**
     * Starts a server on a free port of 127.0.0.1.
     *
     * @param script what to do with each connection
     * @return the running server
     */
    public static RawUpstream start(Script script) {
        return start(ServerSocketFactory.getDefault(), "http", script);
    }

    /**
     * Starts a server on a free port of localhost that speaks TLS.
     *
     * @param tls the server's certificate
     * @param script what to do with each connection
     * @return the running server
     */
    public static RawUpstream startTls(SSLContext tls, Script script) {
        return start(tls.getServerSocketFactory(), "https", script);
    }

    private static RawUpstream start(ServerSocketFactory factory, String scheme, Script script) {
        try {
            ServerSocket server =
                    factory.createServerSocket(0, 1024, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
            RawUpstream upstream = new RawUpstream(server, scheme, script);
            daemon(upstream::accept, "raw-upstream-" + server.getLocalPort());
            return upstream;
        } catch (IOException noSocket) {
            throw new UncheckedIOException(noSocket);
        }
    }

    /**
     * A script that answers each request of a connection with the same bytes.
     *
     * @param response what to answer
     * @return a script
     */
    public static Script answering(String response) {
        return connection -> {
            while (true) {
                connection.readRequest();
                connection.write(response);
            }
        };
    }

    /**
     * A port of this machine on which nobody listens.
     *
     * @return an endpoint that refuses connections
     */
    public static Endpoint refusing() {
        RawUpstream gone = start(connection -> {});
        gone.close();
        return gone.endpoint();
    }

    /**
     * Where it listens.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return Endpoint.of(scheme + (scheme.equals("https") ? "://localhost:" : "://127.0.0.1:") + port());
    }

    /**
     * Where it listens.
     *
     * @return the port
     */
    public int port() {
        return server.getLocalPort();
    }

    /**
     * The connections accepted so far, closed ones included.
     *
     * @return a copy, oldest first
     */
    public synchronized List<RawConnection> connections() {
        return List.copyOf(connections);
    }

    /**
     * Waits for a connection.
     *
     * @param index 0 for the first one accepted
     * @return the connection
     */
    public RawConnection connection(int index) {
        while (true) {
            List<RawConnection> soFar = connections();
            if (soFar.size() > index) {
                return soFar.get(index);
            }
            Patience.await(accepted, "only " + soFar.size() + " connections came");
        }
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        List<RawConnection> open;
        synchronized (this) {
            closed = true;
            open = List.copyOf(connections);
        }
        try {
            server.close();
        } catch (IOException alreadyBroken) {
            // It listens no longer, which is all that is asked for.
        }
        open.forEach(RawConnection::close);
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                RawConnection connection = new RawConnection(socket);
                if (!add(connection)) {
                    connection.close();
                    return;
                }
                daemon(() -> serve(connection), "raw-connection-" + socket.getPort());
            }
        } catch (IOException listensNoLonger) {
            close();
        }
    }

    private synchronized boolean add(RawConnection connection) {
        if (!closed) {
            connections.add(connection);
            accepted.add(connection);
        }
        return !closed;
    }

    private void serve(RawConnection connection) {
        try {
            script.serve(connection);
        } catch (IOException ended) {
            connection.close();
        }
    }

    private static void daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
