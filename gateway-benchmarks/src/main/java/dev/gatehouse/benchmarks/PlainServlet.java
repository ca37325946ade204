package dev.gatehouse.benchmarks;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Collections;

/** A proxy by {@link HttpClient} in a servlet that waits for the answer. */
final class PlainServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    private final transient HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String query = request.getQueryString();
        HttpRequest.Builder call =
                HttpRequest.newBuilder(PlainProxy.next(request.getRequestURI() + (query == null ? "" : "?" + query)));
        for (String name : Collections.list(request.getHeaderNames())) {
            if (PlainProxy.isCopied(name)) {
                Collections.list(request.getHeaders(name)).forEach(value -> call.header(name, value));
            }
        }
        call.header("X-Forwarded-For", request.getRemoteAddr());
        call.method(request.getMethod(), content(request));
        try {
            HttpResponse<InputStream> answer = client.send(call.build(), BodyHandlers.ofInputStream());
            response.setStatus(answer.statusCode());
            answer.headers().map().forEach((name, values) -> {
                if (PlainProxy.isCopied(name)) {
                    values.forEach(value -> response.addHeader(name, value));
                }
            });
            answer.headers().firstValueAsLong("Content-Length").ifPresent(response::setContentLengthLong);
            try (InputStream body = answer.body()) {
                body.transferTo(response.getOutputStream());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
    }

    private static BodyPublisher content(HttpServletRequest request) throws IOException {
        InputStream content = request.getInputStream();
        boolean chunked = request.getHeader("Transfer-Encoding") != null;
        return PlainProxy.content(request.getContentLengthLong(), chunked, () -> content);
    }
}
