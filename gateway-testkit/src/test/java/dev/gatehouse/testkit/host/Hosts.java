package dev.gatehouse.testkit.host;

import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.jdkserver.GatewayHttpFilter;
import dev.gatehouse.jdkserver.GatewayHttpHandler;
import dev.gatehouse.jetty.GatewayHandler;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.servlet.GatewayServletFilter;
import dev.gatehouse.testkit.HostCode;
import dev.gatehouse.testkit.HostUnderTest;
import jakarta.servlet.DispatcherType;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** All hosts that this project has adapters for, as a user would set them up. */
enum Hosts {
    GATEWAY_SERVER("GatewayServer", new HostCapabilities("jetty", true, true, true, true, false, false)) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) {
            GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0);
            return running(server.port(), server::close);
        }
    },
    JETTY_HANDLER("Jetty handler", new HostCapabilities("jetty", true, true, true, true, true, false)) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws Exception {
            return jetty(GatewayHandler.of(gateway, new JettyCode(code)), "");
        }
    },
    SERVLET_ON_JETTY("Servlet, Jetty 12.1", servlet()) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws Exception {
            ServletContextHandler context = new ServletContextHandler("/app");
            FilterHolder filter = new FilterHolder(GatewayServletFilter.of(gateway));
            filter.setAsyncSupported(true);
            context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
            context.addServlet(new ServletHolder(new ServletCode(code)), "/*");
            return jetty(context, "/app");
        }
    },
    SERVLET_ON_TOMCAT("Servlet, Tomcat 10.1", servlet()) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws Exception {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(WORK.toString());
            tomcat.setPort(0);
            tomcat.getConnector().setProperty("address", "127.0.0.1");
            tomcat.getConnector().setProperty("allowedTrailerHeaders", "x-sum");
            Context context = tomcat.addContext("", null);
            FilterDef filter = new FilterDef();
            filter.setFilterName("gatehouse");
            filter.setFilter(GatewayServletFilter.of(gateway));
            filter.setAsyncSupported("true");
            context.addFilterDef(filter);
            FilterMap all = new FilterMap();
            all.setFilterName("gatehouse");
            all.addURLPattern("/*");
            context.addFilterMap(all);
            Tomcat.addServlet(context, "code", new ServletCode(code));
            context.addServletMappingDecoded("/*", "code");
            tomcat.start();
            if (!context.getState().isAvailable()) {
                stop(tomcat);
                throw refusalBehind(gateway, getCapabilities());
            }
            return running(tomcat.getConnector().getLocalPort(), () -> stop(tomcat));
        }
    },
    JDK_HANDLER("JDK HttpServer", new HostCapabilities("JDK HttpServer", false, false, false, false, false, false)) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws IOException {
            GatewayHttpHandler handler = GatewayHttpHandler.of(gateway);
            return jdk(context -> context.setHandler(handler));
        }
    },
    JDK_FILTER(
            "JDK HttpServer with a filter",
            new HostCapabilities("JDK HttpServer filter", false, false, false, false, true, false)) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws IOException {
            GatewayHttpFilter filter = GatewayHttpFilter.of(gateway);
            return jdk(context -> {
                context.getFilters().add(filter);
                context.setHandler(new JdkCode(code));
            });
        }
    },
    IN_PROCESS("In process", new HostCapabilities("in process", false, false, false, false, false, false)) {
        @Override
        HostUnderTest start(Gateway gateway, HostCode code) throws IOException {
            gateway.attach(getCapabilities());
            InProcessFront front = InProcessFront.start(gateway);
            return running(front.port(), front::close);
        }
    };

    private static final Path WORK = work();

    private final String title;

    @SuppressWarnings("ImmutableEnumChecker") // a record of plain values
    private final HostCapabilities capabilities;

    Hosts(String title, HostCapabilities capabilities) {
        this.title = title;
        this.capabilities = capabilities;
    }

    abstract HostUnderTest start(Gateway gateway, HostCode code) throws Exception;

    String title() {
        return title;
    }

    HostCapabilities getCapabilities() {
        return capabilities;
    }

    private static HostCapabilities servlet() {
        return new HostCapabilities("servlet", false, true, true, true, true, false);
    }

    private static Path work() {
        try {
            return Files.createTempDirectory("gatehouse-tomcat");
        } catch (IOException full) {
            throw new IllegalStateException(full);
        }
    }

    /** Tomcat logs why a filter does not start, and goes on without its context. */
    private static RuntimeException refusalBehind(Gateway gateway, HostCapabilities capabilities) {
        try {
            gateway.attach(capabilities);
        } catch (RuntimeException refusal) {
            return refusal;
        }
        return new IllegalStateException("the context did not start");
    }

    private static void stop(Tomcat tomcat) {
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException failed) {
            throw new IllegalStateException(failed);
        }
    }

    HostUnderTest jetty(Handler handler, String prefix) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception refused) {
            server.stop();
            throw refused;
        }
        return running(connector.getLocalPort(), prefix, () -> {
            try {
                server.stop();
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
    }

    HostUnderTest jdk(Consumer<HttpContext> settings) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ExecutorService threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        settings.accept(server.createContext("/"));
        server.start();
        return running(server.getAddress().getPort(), () -> {
            server.stop(0);
            threads.shutdownNow();
        });
    }

    HostUnderTest running(int port, Runnable close) {
        return running(port, "", close);
    }

    private HostUnderTest running(int port, String prefix, Runnable close) {
        return running(port, prefix, capabilities, close);
    }

    /** A host that says something else of itself. */
    static HostUnderTest claiming(HostUnderTest host, HostCapabilities claimed) {
        return running(host.port(), host.prefix(), claimed, host::close);
    }

    private static HostUnderTest running(int port, String prefix, HostCapabilities known, Runnable close) {
        return new HostUnderTest() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public HostCapabilities capabilities() {
                return known;
            }

            @Override
            public String prefix() {
                return prefix;
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }
}
