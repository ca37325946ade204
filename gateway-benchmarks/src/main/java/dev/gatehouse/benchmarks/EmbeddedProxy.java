package dev.gatehouse.benchmarks;

import dev.gatehouse.Gateway;
import dev.gatehouse.jdkserver.GatewayHttpHandler;
import dev.gatehouse.jetty.GatewayHandler;
import dev.gatehouse.servlet.GatewayServletFilter;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;

/**
 * The gateway in a server that a user has already, to be measured beside {@link PlainProxy} in the same server. Environment
 * as for {@link ComparedProxy}, whose bare gateway it is.
 */
public final class EmbeddedProxy {

    private EmbeddedProxy() {}

    /**
     * Runs until it is killed.
     *
     * @param args {@code jetty}: a handler in Jetty; {@code servlet}: a filter in Jetty's servlet container; {@code jdk}: a
     *     handler in the JDK's server
     * @throws Exception if the server does not start
     */
    public static void main(String[] args) throws Exception {
        Gateway gateway = ComparedProxy.bare(ComparedProxy.endpoints());
        switch (args[0]) {
            case "jetty" -> OwnServer.jetty(GatewayHandler.of(gateway));
            case "servlet" -> OwnServer.jetty(context(gateway));
            case "jdk" -> OwnServer.jdk(GatewayHttpHandler.of(gateway));
            default -> throw new IllegalArgumentException(args[0] + " (expected: jetty, servlet or jdk)");
        }
    }

    private static ServletContextHandler context(Gateway gateway) {
        ServletContextHandler context = OwnServer.servlets();
        FilterHolder filter = new FilterHolder(GatewayServletFilter.of(gateway));
        filter.setAsyncSupported(true);
        context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
        return context;
    }
}
