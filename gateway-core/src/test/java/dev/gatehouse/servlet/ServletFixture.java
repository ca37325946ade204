package dev.gatehouse.servlet;

import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** A gateway in a container, and a client that shows what comes back. */
abstract class ServletFixture {

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private Container.Running running;

    /** What a servlet does. */
    interface Code {
        void run(HttpServletRequest request, HttpServletResponse response) throws Exception;
    }

    @AfterEach
    final void closeEverything() throws Exception {
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
    }

    final <T extends AutoCloseable> T keep(T resource) {
        resources.push(resource);
        return resource;
    }

    final void start(
            Container container, Consumer<GatewayBuilder> settings, UnaryOperator<Container.Setup> setup, Code code)
            throws Exception {
        GatewayBuilder builder = Gateway.builder();
        settings.accept(builder);
        Gateway gateway = builder.build();
        keep(() -> gateway.close(Duration.ZERO));
        Container.Running started = container.start(setup.apply(new Container.Setup(gateway, servlet(code))));
        keep(started::close);
        running = started;
    }

    /** Everything under /host goes to the servlet, through a filter that marks the response. */
    final void startHost(Container container, Code code) throws Exception {
        start(container, toHost(), setup -> setup, code);
    }

    static Consumer<GatewayBuilder> toHost(Filter... filters) {
        return gateway -> gateway.route("/host/**", route -> {
            route.filter(Filter.onResponse(response -> response.withHeader("X-Gateway", "1")));
            for (Filter filter : filters) {
                route.filter(filter);
            }
            route.toHost();
        });
    }

    /** A filter that goes on from another thread, later. */
    static Filter waits() {
        return (request, next) -> CompletableFuture.supplyAsync(
                        () -> request, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS))
                .thenCompose(next::proceed);
    }

    final Container.Running running() {
        return running;
    }

    private static HttpServlet servlet(Code code) {
        return new HttpServlet() {
            private static final long serialVersionUID = 1L;

            @Override
            protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
                try {
                    code.run(request, response);
                } catch (IOException | RuntimeException failure) {
                    throw failure;
                } catch (Exception failure) {
                    throw new IllegalStateException(failure);
                }
            }
        };
    }

    final String get(String target) throws IOException {
        return send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    }

    final String send(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    final Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), running.port());
        socket.setSoTimeout(10_000);
        return socket;
    }
}
