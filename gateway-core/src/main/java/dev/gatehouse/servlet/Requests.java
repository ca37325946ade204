package dev.gatehouse.servlet;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.internal.host.ResponseFraming;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Requests as a servlet container parsed them. */
final class Requests {

    /** RFC 9110 §9.3: content of these has no defined meaning. */
    private static final Set<String> MEANINGLESS_CONTENT = Set.of("GET", "HEAD", "OPTIONS");

    private Requests() {}

    /**
     * The request for the gateway, as it came.
     *
     * @param content reads the request's content, if it has any
     */
    static Request received(HttpServletRequest request, Body.Source content) {
        boolean http2 = isHttp2(request);
        return Request.received(
                request.getMethod(),
                RequestTarget.parse(target(request)),
                http2 ? authority(request) : null,
                headers(request),
                body(request, content),
                new Connection(
                        address(request.getRemoteAddr(), request.getRemotePort()),
                        address(request.getLocalAddr(), request.getLocalPort()),
                        request.isSecure() ? "https" : "http",
                        http2 ? "HTTP/2.0" : request.getProtocol()));
    }

    static boolean isHttp2(HttpServletRequest request) {
        return request.getProtocol().startsWith("HTTP/2");
    }

    /** Containers that hide the field in HTTP/2 show the authority as the server's name. */
    private static String authority(HttpServletRequest request) {
        String host = request.getHeader("Host");
        if (host != null) {
            return host;
        }
        boolean usual = request.getServerPort() == (request.isSecure() ? 443 : 80);
        return usual ? request.getServerName() : request.getServerName() + ':' + request.getServerPort();
    }

    /**
     * The path within the context, and the query, both as they came. Where the path does not begin with the context path
     * as text, what the container took for the context is spelled in another way: there is no raw path within the
     * context then, and the whole, which is no target, is refused.
     */
    private static String target(HttpServletRequest request) {
        String uri = request.getRequestURI();
        String context = request.getContextPath();
        String path = uri;
        if (!context.isEmpty()) {
            String rest = uri.startsWith(context) ? uri.substring(context.length()) : " ";
            path = rest.isEmpty() ? "/" : rest.startsWith("/") ? rest : "elsewhere " + uri;
        }
        String query = request.getQueryString();
        return query == null ? path : path + '?' + query;
    }

    private static Body body(HttpServletRequest request, Body.Source content) {
        long length = request.getContentLengthLong();
        boolean empty = length == 0 || (length < 0 && !hasContent(request));
        return empty ? Body.empty() : Body.of(content, Math.max(-1, length));
    }

    private static boolean hasContent(HttpServletRequest request) {
        if (!isHttp2(request)) {
            return request.getHeader("Transfer-Encoding") != null;
        }
        try {
            // In HTTP/2 only a flag of the HEADERS frame says that nothing follows. Jetty does not show it before the
            // stream is read, which could block. Where nothing has come yet, the method says whether something will.
            ServletInputStream in = request.getInputStream();
            return in.available() > 0 || (!in.isFinished() && !MEANINGLESS_CONTENT.contains(request.getMethod()));
        } catch (IOException unknown) {
            return true;
        }
    }

    private static Headers headers(HttpServletRequest request) {
        Headers.Builder headers = Headers.builder(16);
        for (Enumeration<String> names = names(request.getHeaderNames()); names.hasMoreElements(); ) {
            String name = names.nextElement();
            for (Enumeration<String> values = request.getHeaders(name); values.hasMoreElements(); ) {
                headers.addParsed(name, values.nextElement());
            }
        }
        return headers.build();
    }

    private static Enumeration<String> names(@Nullable Enumeration<String> names) {
        return names == null ? Collections.emptyEnumeration() : names;
    }

    /** The trailers, once the content is read. Repeated ones have become one. */
    static Headers trailers(HttpServletRequest request) {
        if (!request.isTrailerFieldsReady()) {
            return Headers.empty();
        }
        Headers.Builder trailers = Headers.builder(4);
        for (Map.Entry<String, String> field : request.getTrailerFields().entrySet()) {
            trailers.addParsed(field.getKey(), field.getValue());
        }
        return trailers.build();
    }

    /** Whether a client waits to be told to send its content. */
    static boolean awaitsContinue(HttpServletRequest request) {
        String expect = request.getHeader("Expect");
        return expect != null && expect.equalsIgnoreCase("100-continue");
    }

    /** Whether a header says how content is framed, which is for the container to say. */
    static boolean isFraming(String name) {
        return ResponseFraming.isFraming(name);
    }

    /** Containers give addresses as text; a literal is no lookup. A Unix socket has none. */
    private static InetSocketAddress address(@Nullable String text, int port) {
        int known = Math.max(0, port);
        if (text == null || text.isEmpty()) {
            return InetSocketAddress.createUnresolved("unknown", known);
        }
        String literal = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        boolean address =
                literal.indexOf(':') >= 0 || literal.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
        return address ? new InetSocketAddress(literal, known) : InetSocketAddress.createUnresolved(literal, known);
    }
}
