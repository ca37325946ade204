package dev.gatehouse.testkit.conformance;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.Gateway;
import dev.gatehouse.jdkserver.GatewayHttpHandler;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.servlet.GatewayServletFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServlet;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.EnumSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** The servers that parse requests before a gateway sees them, set up to leave to it what they can. */
enum ParsingHost {
    GATEWAY_SERVER("GatewayServer") {
        @Override
        Running start(Gateway gateway) {
            GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0);
            return new Running(server.port(), server::close);
        }
    },
    SERVLET_ON_JETTY("Servlet, Jetty 12.1") {
        @Override
        Running start(Gateway gateway) throws Exception {
            HttpConfiguration http = new HttpConfiguration();
            http.setUriCompliance(UriCompliance.UNSAFE);
            Server server = new Server();
            ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setHost("127.0.0.1");
            server.addConnector(connector);
            ServletContextHandler context = new ServletContextHandler("/");
            context.getServletHandler().setDecodeAmbiguousURIs(true);
            FilterHolder filter = new FilterHolder(GatewayServletFilter.of(gateway));
            filter.setAsyncSupported(true);
            context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
            server.setHandler(context);
            server.start();
            return new Running(connector.getLocalPort(), server::stop);
        }
    },
    SERVLET_ON_TOMCAT("Servlet, Tomcat 10.1") {
        @Override
        Running start(Gateway gateway) throws Exception {
            Tomcat tomcat = new Tomcat();
            tomcat.setBaseDir(Files.createTempDirectory("gatehouse-tomcat").toString());
            tomcat.setPort(0);
            tomcat.getConnector().setProperty("address", "127.0.0.1");
            tomcat.getConnector().setProperty("relaxedPathChars", "\"<>[\\]^`{|}");
            tomcat.getConnector().setProperty("relaxedQueryChars", "\"<>[\\]^`{|}");
            tomcat.getConnector().setProperty("encodedSolidusHandling", "passthrough");
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
            // Tomcat runs no filter where there is no servlet behind it.
            Tomcat.addServlet(context, "nothing", new Nothing());
            context.addServletMappingDecoded("/*", "nothing");
            tomcat.start();
            return new Running(tomcat.getConnector().getLocalPort(), () -> {
                tomcat.stop();
                tomcat.destroy();
            });
        }
    },
    JDK_HANDLER("JDK HttpServer") {
        @Override
        Running start(Gateway gateway) throws Exception {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            ExecutorService threads = Executors.newCachedThreadPool();
            server.setExecutor(threads);
            server.createContext("/", GatewayHttpHandler.of(gateway));
            server.start();
            return new Running(server.getAddress().getPort(), () -> {
                server.stop(0);
                threads.shutdownNow();
            });
        }
    };

    private final String title;

    ParsingHost(String title) {
        this.title = title;
    }

    abstract Running start(Gateway gateway) throws Exception;

    String title() {
        return title;
    }

    /** A server that listens on 127.0.0.1. */
    record Running(int port, Stop stop) implements AutoCloseable {

        @Override
        public void close() {
            try {
                stop.run();
            } catch (Exception failed) {
                throw new IllegalStateException("the server did not stop", failed);
            }
        }
    }

    /** How to stop it. */
    interface Stop {

        void run() throws Exception;
    }

    private static final class Nothing extends HttpServlet {

        private static final long serialVersionUID = 1;
    }
}
