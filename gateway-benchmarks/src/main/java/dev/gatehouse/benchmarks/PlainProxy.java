package dev.gatehouse.benchmarks;

import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.proxy.ProxyHandler;

/**
 * What a user without a gateway writes to proxy in a server of their own: the whole of Jetty's proxy handler, or
 * {@link java.net.http.HttpClient} in a servlet or a handler. Environment as for {@link ComparedProxy}.
 */
public final class PlainProxy {

    private static final Set<String> NOT_COPIED = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String[] ENDPOINTS = ComparedProxy.endpoints();
    private static final AtomicInteger NEXT = new AtomicInteger();

    private PlainProxy() {}

    /**
     * Runs until it is killed.
     *
     * @param args {@code jetty}: {@link ProxyHandler.Reverse}; {@code servlet}: {@link PlainServlet} in Jetty; {@code jdk}:
     *     {@link PlainHandler} in the JDK's server
     * @throws Exception if the server does not start
     */
    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "jetty" ->
                OwnServer.jetty(new ProxyHandler.Reverse(request ->
                        HttpURI.from(next(request.getHttpURI().getPathQuery()).toString())));
            case "servlet" -> {
                ServletContextHandler context = OwnServer.servlets();
                context.addServlet(new ServletHolder(new PlainServlet()), "/*");
                OwnServer.jetty(context);
            }
            case "jdk" -> OwnServer.jdk(new PlainHandler());
            default -> throw new IllegalArgumentException(args[0] + " (expected: jetty, servlet or jdk)");
        }
    }

    /** The same target at the endpoint whose turn it is. */
    static URI next(String target) {
        return URI.create(ENDPOINTS[Math.floorMod(NEXT.getAndIncrement(), ENDPOINTS.length)] + target);
    }

    /** False for what concerns a connection, and for what the client sets by itself. */
    static boolean isCopied(String name) {
        return !NOT_COPIED.contains(name.toLowerCase(Locale.ROOT));
    }

    /** The content of a request, for the JDK's client. */
    static BodyPublisher content(long length, boolean chunked, Supplier<InputStream> content) {
        if (length > 0) {
            return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(content), length);
        }
        return chunked ? BodyPublishers.ofInputStream(content) : BodyPublishers.noBody();
    }
}
