package dev.gatehouse.examples;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Gateway;
import dev.gatehouse.jdkserver.GatewayHttpHandler;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.servlet.GatewayServletFilter;
import jakarta.servlet.DispatcherType;
import java.net.InetSocketAddress;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A gateway in one of the servers that it can live in, started. */
abstract class RunningHost implements AutoCloseable {

    private final Gateway gateway;

    RunningHost(Gateway gateway) {
        this.gateway = gateway;
    }

    abstract int port();

    abstract void join() throws InterruptedException;

    abstract void stopServer();

    /** Closes the server first, so that nobody finds a gateway that is closed behind a port that is open. */
    @Override
    public void close() {
        stopServer();
        gateway.close();
    }

    static RunningHost start(ProxyOptions options, Gateway gateway) throws Exception {
        return switch (options.host()) {
            case JETTY -> new Batteries(options, gateway);
            case SERVLET -> new Servlet(options, gateway);
            case JDK -> new Jdk(options, gateway);
        };
    }

    /** The server that comes with the gateway. */
    private static final class Batteries extends RunningHost {

        private final GatewayServer server;

        Batteries(ProxyOptions options, Gateway gateway) {
            super(gateway);
            server = GatewayServer.start(gateway, options.listenHost(), options.listenPort());
        }

        @Override
        int port() {
            return server.port();
        }

        @Override
        void join() throws InterruptedException {
            server.join();
        }

        @Override
        void stopServer() {
            server.close();
        }
    }

    /** A servlet container: here Jetty's, but the filter would be the same in any other. */
    private static final class Servlet extends RunningHost {

        private final Server server = new Server();
        private final ServerConnector connector;

        Servlet(ProxyOptions options, Gateway gateway) throws Exception {
            super(gateway);
            // The gateway judges targets by itself: what the container refuses before, it cannot explain or open.
            HttpConfiguration http = new HttpConfiguration();
            http.setUriCompliance(UriCompliance.UNSAFE);
            http.setSendServerVersion(false);
            connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setHost(options.listenHost());
            connector.setPort(options.listenPort());
            server.addConnector(connector);
            ServletContextHandler context = new ServletContextHandler("/");
            context.getServletHandler().setDecodeAmbiguousURIs(true);
            FilterHolder filter = new FilterHolder(GatewayServletFilter.of(gateway));
            filter.setAsyncSupported(true);
            context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
            server.setHandler(context);
            server.start();
        }

        @Override
        int port() {
            return connector.getLocalPort();
        }

        @Override
        void join() throws InterruptedException {
            server.join();
        }

        @Override
        void stopServer() {
            try {
                server.stop();
            } catch (Exception e) {
                throw new IllegalStateException("the servlet container does not stop", e);
            }
        }
    }

    /** The server of the JDK: a thread for each connection at work. */
    private static final class Jdk extends RunningHost {

        /**
         * The server writes the header section and the content apart; with Nagle's algorithm the second one waits until the
         * client has acknowledged the first.
         */
        private static final String NO_DELAY = "sun.net.httpserver.nodelay";

        private final HttpServer server;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final CountDownLatch closed = new CountDownLatch(1);

        Jdk(ProxyOptions options, Gateway gateway) throws Exception {
            super(gateway);
            if (System.getProperty(NO_DELAY) == null) {
                System.setProperty(NO_DELAY, "true");
            }
            server = HttpServer.create(new InetSocketAddress(options.listenHost(), options.listenPort()), 1024);
            server.createContext("/", GatewayHttpHandler.of(gateway));
            server.setExecutor(threads);
            server.start();
        }

        @Override
        int port() {
            return server.getAddress().getPort();
        }

        @Override
        void join() throws InterruptedException {
            closed.await();
        }

        @Override
        void stopServer() {
            server.stop(0);
            threads.shutdown();
            closed.countDown();
        }
    }
}
