package dev.gatehouse.examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A small service for the examples: answers any order, and says which instance did. */
final class OrderService implements AutoCloseable {

    private final String name;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "order-service");
        thread.setDaemon(true);
        return thread;
    });

    private OrderService(String name, HttpServer server) {
        this.name = name;
        this.server = server;
    }

    /** Starts an instance on a free port of this machine. */
    static OrderService start(String name) {
        return start(name, 0);
    }

    /** Starts an instance on this port of this machine, 0 for a free one. */
    static OrderService start(String name, int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            OrderService service = new OrderService(name, server);
            server.createContext("/orders/", service::order);
            server.createContext("/health", exchange -> answer(exchange, "{\"status\":\"up\"}"));
            server.setExecutor(service.threads);
            server.start();
            return service;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    int port() {
        return server.getAddress().getPort();
    }

    String uri() {
        return "http://127.0.0.1:" + port();
    }

    private void order(HttpExchange exchange) throws IOException {
        String id = exchange.getRequestURI().getPath().substring("/orders/".length());
        answer(exchange, "{\"order\":\"" + quoted(id) + "\",\"servedBy\":\"" + name + "\"}");
    }

    private static void answer(HttpExchange exchange, String json) throws IOException {
        byte[] bytes = (json + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        try (exchange) {
            // An answer to a request that is not read to its end would be lost in the reset that follows.
            exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String quoted(String text) {
        return text.replaceAll("[^A-Za-z0-9._~-]", "?");
    }

    /** Stops like a process that is killed: the port is closed at once. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
