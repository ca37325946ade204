package dev.gatehouse.benchmarks;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The servers that users have already, with default settings: the same for the gateway in them and for the plain way. */
final class OwnServer {

    private OwnServer() {}

    static void jetty(Handler handler) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(ComparedProxy.port());
        server.addConnector(connector);
        server.setHandler(handler);
        server.start();
        server.join();
    }

    static ServletContextHandler servlets() {
        return new ServletContextHandler("/");
    }

    /** Goes on by its own threads. */
    static void jdk(HttpHandler handler) throws IOException, ReflectiveOperationException {
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), ComparedProxy.port()), 0);
        server.setExecutor(threads());
        server.createContext("/", handler);
        server.start();
    }

    /** A virtual thread for each request where the JVM has them: this is compiled for Java 17. */
    private static ExecutorService threads() throws ReflectiveOperationException {
        return Runtime.version().feature() >= 21
                ? (ExecutorService) Executors.class
                        .getMethod("newVirtualThreadPerTaskExecutor")
                        .invoke(null)
                : Executors.newCachedThreadPool();
    }
}
