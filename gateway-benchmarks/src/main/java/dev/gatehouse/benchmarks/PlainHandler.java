package dev.gatehouse.benchmarks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** A proxy by {@link HttpClient} in the JDK's server, on a thread that waits for the answer. */
final class PlainHandler implements HttpHandler {

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        HttpRequest.Builder call =
                HttpRequest.newBuilder(PlainProxy.next(exchange.getRequestURI().toString()));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (PlainProxy.isCopied(name)) {
                values.forEach(value -> call.header(name, value));
            }
        });
        call.header("X-Forwarded-For", exchange.getRemoteAddress().getAddress().getHostAddress());
        call.method(exchange.getRequestMethod(), content(exchange));
        try (exchange) {
            HttpResponse<InputStream> answer = client.send(call.build(), BodyHandlers.ofInputStream());
            answer.headers().map().forEach((name, values) -> {
                if (PlainProxy.isCopied(name)) {
                    exchange.getResponseHeaders().put(name, values);
                }
            });
            long length = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
            boolean empty = length == 0 || exchange.getRequestMethod().equals("HEAD") || answer.statusCode() == 204;
            // To this server -1 is no content, and 0 is a length that is not known.
            exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : Math.max(0, length));
            try (InputStream body = answer.body()) {
                body.transferTo(exchange.getResponseBody());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private static BodyPublisher content(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        boolean chunked = exchange.getRequestHeaders().containsKey("Transfer-Encoding");
        return PlainProxy.content(length == null ? -1 : Long.parseLong(length), chunked, exchange::getRequestBody);
    }
}
