package dev.gatehouse.servlet;

import dev.gatehouse.Gateway;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServlet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.function.IntSupplier;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** The servlet containers that the filter must work in, set up by the same few lines. */
enum Container {
    JETTY {
        @Override
        Running start(Setup setup) throws Exception {
            Server server = new Server(new QueuedThreadPool(setup.threads));
            ServerConnector connector = setup.http2
                    ? new ServerConnector(server, 1, 1, new HTTP2CServerConnectionFactory(new HttpConfiguration()))
                    : new ServerConnector(server, 1, 1);
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            ServletContextHandler context =
                    new ServletContextHandler(setup.path.isEmpty() ? "/" : setup.path, ServletContextHandler.SESSIONS);
            for (Setup.Mapped mapped : setup.filters()) {
                FilterHolder holder = new FilterHolder(mapped.filter());
                holder.setName(mapped.name());
                holder.setAsyncSupported(mapped.async());
                context.addFilter(holder, "/*", mapped.types());
            }
            ServletHolder servlet = new ServletHolder(setup.servlet);
            servlet.setAsyncSupported(true);
            context.addServlet(servlet, "/*");
            server.setHandler(context);
            server.start();
            return new Running(
                    connector.getLocalPort(),
                    () -> connector.getConnectedEndPoints().size(),
                    server::stop);
        }
    },
    TOMCAT {
        @Override
        Running start(Setup setup) throws Exception {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(WORK.toString());
            tomcat.setPort(0);
            tomcat.getConnector().setProperty("address", "127.0.0.1");
            tomcat.getConnector().setProperty("maxThreads", Integer.toString(setup.threads));
            if (setup.http2) {
                tomcat.getConnector().addUpgradeProtocol(new Http2Protocol());
            }
            Context context = tomcat.addContext(setup.path, null);
            for (Setup.Mapped mapped : setup.filters()) {
                FilterDef filter = new FilterDef();
                filter.setFilterName(mapped.name());
                filter.setFilter(mapped.filter());
                filter.setAsyncSupported(Boolean.toString(mapped.async()));
                context.addFilterDef(filter);
                FilterMap all = new FilterMap();
                all.setFilterName(mapped.name());
                all.addURLPattern("/*");
                mapped.types().forEach(type -> all.setDispatcher(type.name()));
                context.addFilterMap(all);
            }
            Tomcat.addServlet(context, "app", setup.servlet).setAsyncSupported(true);
            context.addServletMappingDecoded("/*", "app");
            tomcat.start();
            AbstractProtocol<?> protocol =
                    (AbstractProtocol<?>) tomcat.getConnector().getProtocolHandler();
            return new Running(
                    tomcat.getConnector().getLocalPort(),
                    () -> (int) protocol.getConnectionCount() - 1,
                    () -> stop(tomcat));
        }
    };

    private static final Path WORK = work();

    abstract Running start(Setup setup) throws Exception;

    private static Path work() {
        try {
            return Files.createTempDirectory("gatehouse-tomcat");
        } catch (IOException full) {
            throw new IllegalStateException(full);
        }
    }

    private static void stop(Tomcat tomcat) throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }

    /** Ends a container. */
    interface Stop {
        void stop() throws Exception;
    }

    /** A container that accepts connections. */
    record Running(int port, IntSupplier connections, Stop end) {

        void close() throws Exception {
            end.stop();
        }
    }

    /** What runs in a container: a filter before the gateway's, the gateway's, one after it, and a servlet. */
    static final class Setup {

        private final Gateway gateway;
        private final HttpServlet servlet;
        private Filter before = (request, response, chain) -> chain.doFilter(request, response);
        private Filter after = (request, response, chain) -> chain.doFilter(request, response);
        private EnumSet<DispatcherType> types = EnumSet.of(DispatcherType.REQUEST);
        private String path = "";
        private boolean async = true;
        private int threads = 20;
        private boolean http2;

        Setup(Gateway gateway, HttpServlet servlet) {
            this.gateway = gateway;
            this.servlet = servlet;
        }

        record Mapped(String name, Filter filter, boolean async, EnumSet<DispatcherType> types) {}

        private Iterable<Mapped> filters() {
            EnumSet<DispatcherType> requests = EnumSet.of(DispatcherType.REQUEST);
            return List.of(
                    new Mapped("before", before, true, requests),
                    new Mapped("gatehouse", GatewayServletFilter.of(gateway), async, types),
                    new Mapped("after", after, true, requests));
        }

        Setup before(Filter filter) {
            before = filter;
            return this;
        }

        Setup after(Filter filter) {
            after = filter;
            return this;
        }

        Setup mappedFor(DispatcherType first, DispatcherType... more) {
            types = EnumSet.of(first, more);
            return this;
        }

        Setup path(String value) {
            path = value;
            return this;
        }

        Setup withoutAsync() {
            async = false;
            return this;
        }

        Setup http2() {
            http2 = true;
            return this;
        }

        Setup threads(int most) {
            threads = most;
            return this;
        }
    }
}
