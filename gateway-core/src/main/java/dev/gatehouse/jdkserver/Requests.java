package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import java.util.List;
import java.util.Map;

/** Requests as the JDK's server parsed them. */
final class Requests {

    private Requests() {}

    /**
     * The request for the gateway, as it came. The server's {@code URI} keeps the text that it was parsed from, so the
     * target is not decoded. Names have lost their case, and the order between different names.
     */
    static Request received(HttpExchange exchange, Body body) {
        Connection connection = new Connection(
                exchange.getRemoteAddress(),
                exchange.getLocalAddress(),
                exchange instanceof HttpsExchange ? "https" : "http",
                protocol(exchange.getProtocol()));
        return Request.received(
                exchange.getRequestMethod(),
                RequestTarget.parse(exchange.getRequestURI().toString()),
                null,
                headers(exchange.getRequestHeaders()),
                body,
                connection);
    }

    static Headers headers(com.sun.net.httpserver.Headers theirs) {
        Headers.Builder headers = Headers.builder(theirs.size() + 2);
        for (Map.Entry<String, List<String>> entry : theirs.entrySet()) {
            for (String value : entry.getValue()) {
                headers.addParsed(entry.getKey() == null ? "" : entry.getKey(), value == null ? "" : value);
            }
        }
        return headers.build();
    }

    /**
     * Anything may stand at the end of a request line here: the server takes what it does not know for HTTP/1.1. The
     * gateway refuses a name that it does not know, and must not take this for HTTP/2 and judge it by other rules.
     */
    private static String protocol(String claimed) {
        return claimed.equals("HTTP/1.1") || claimed.equals("HTTP/1.0") ? claimed : "HTTP/1.1 as " + claimed;
    }

    /**
     * How much content the server will read: as it decides, which is by the presence of a transfer coding, then by the
     * first length. The gateway refuses what is ambiguous before anybody reads.
     *
     * @return the length, 0 for none, or -1 if it ends by itself
     */
    static long contentLength(com.sun.net.httpserver.Headers headers) {
        if (headers.containsKey("Transfer-Encoding")) {
            return -1;
        }
        String value = headers.getFirst("Content-Length");
        return value == null ? 0 : Long.parseLong(value.trim());
    }
}
