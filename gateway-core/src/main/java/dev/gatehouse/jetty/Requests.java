package dev.gatehouse.jetty;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.jetty.http2.FieldSection;
import dev.gatehouse.jetty.internal.JettyFields;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HostPortHttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpScheme;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.HostPort;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

/** Jetty's requests as ours. */
final class Requests {

    private static final HostPort NO_HOST = new HostPort("", 0);

    private Requests() {}

    /** The content of a request, or null if there is none. */
    static @Nullable RequestBody body(Request request, Consumer<Throwable> onGone) {
        long length = request.getLength();
        if (length == 0) {
            return null;
        }
        if (!isHttp2(request)) {
            // RFC 9112 §6.3: neither field, no content.
            return length > 0 || request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                    ? new RequestBody(request, null, onGone)
                    : null;
        }
        if (length > 0) {
            return new RequestBody(request, null, onGone);
        }
        // Only the flag of the HEADERS frame says that nothing follows; Jetty shows it as an end that is there already.
        Content.Chunk first = request.read();
        return first == Content.Chunk.EOF ? null : new RequestBody(request, first, onGone);
    }

    /** The request as it came. */
    static dev.gatehouse.http.Request received(Request request, @Nullable RequestBody body) {
        HttpURI asParsed = Request.unWrap(request).getHttpURI();
        boolean http2 = isHttp2(request);
        String target = target(request.getHttpURI());
        if (!http2 && isAbsolute(request, asParsed)) {
            target = absolute(asParsed, target);
        }
        Headers headers = JettyFields.fromJetty(request.getHeaders());
        headers = http2 ? withOneCookie(headers) : headers;
        return dev.gatehouse.http.Request.received(
                request.getMethod(),
                RequestTarget.parse(target),
                http2 ? asParsed.getAuthority() : null,
                headers,
                body == null ? Body.empty() : Body.of(body, request.getLength()),
                connection(request.getConnectionMetaData()));
    }

    /** A request that came over HTTP/2, without Jetty's server. */
    static dev.gatehouse.http.Request received(FieldSection head, Body body, Connection connection) {
        return dev.gatehouse.http.Request.received(
                Objects.requireNonNull(head.method()),
                RequestTarget.parse(Objects.requireNonNullElse(head.path(), "")),
                head.authority(),
                withOneCookie(head.fields()),
                body,
                connection);
    }

    /** In HTTP/2 a cookie may come in pieces, which are put together for all who do not speak it (RFC 9113 §8.2.3). */
    private static Headers withOneCookie(Headers headers) {
        List<String> pieces = headers.all("Cookie");
        return pieces.size() < 2
                ? headers
                : headers.toBuilder()
                        .remove("Cookie")
                        .addParsed("Cookie", String.join("; ", pieces))
                        .build();
    }

    /** The request for other code than the gateway: what was read of its content comes first. */
    static Request unread(Request request, RequestBody body) {
        Content.Chunk first = body.takeFirst();
        if (first == null) {
            return request;
        }
        Unread unread = new Unread(request, first);
        Request.addCompletionListener(request, failure -> unread.releaseFirst());
        return unread;
    }

    private static boolean isHttp2(Request request) {
        return request.getConnectionMetaData().getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion();
    }

    private static String target(HttpURI uri) {
        String pathAndQuery = Objects.requireNonNullElse(uri.getPathQuery(), "");
        String fragment = uri.getFragment();
        return fragment == null ? pathAndQuery : pathAndQuery + '#' + fragment;
    }

    /**
     * Whether a target came in absolute form, in so far as it matters. Jetty fills the scheme and authority of a target in
     * origin form in from the connection and from {@code Host}; a target in absolute form that says the same as they do
     * is as good as one in origin form.
     */
    private static boolean isAbsolute(Request request, HttpURI uri) {
        if (uri.getUser() != null) {
            return true;
        }
        HttpScheme own = request.getConnectionMetaData().isSecure() ? HttpScheme.HTTPS : HttpScheme.HTTP;
        if (!own.is(uri.getScheme())) {
            return true;
        }
        HostPort host = host(request);
        int standard = URIUtil.getDefaultPortForScheme(own.asString());
        return !Objects.equals(host.getHost(), uri.getHost())
                || port(host.getPort(), standard) != port(uri.getPort(), standard);
    }

    /** Jetty writes 0 or -1 where no port is named. */
    private static int port(int named, int standard) {
        return named > 0 ? named : standard;
    }

    /** What Jetty fills in. It judges {@code Host} itself, and logs a warning for each host that it is asked to parse. */
    private static HostPort host(Request request) {
        if (request.getHeaders().getField(HttpHeader.HOST) instanceof HostPortHttpField host) {
            return host.getHostPort();
        }
        return Objects.requireNonNullElse(request.getConnectionMetaData().getServerAuthority(), NO_HOST);
    }

    private static String absolute(HttpURI uri, String pathAndQuery) {
        String user = uri.getUser() == null ? "" : uri.getUser() + '@';
        return uri.getScheme() + "://" + user + Objects.requireNonNullElse(uri.getAuthority(), "") + pathAndQuery;
    }

    private static Connection connection(ConnectionMetaData connection) {
        return new Connection(
                address(connection.getRemoteSocketAddress()),
                address(connection.getLocalSocketAddress()),
                connection.isSecure() ? "https" : "http",
                connection.getHttpVersion().asString());
    }

    /** Jetty also listens on Unix domain sockets: their peers are on this machine and have no address. */
    static InetSocketAddress address(@Nullable SocketAddress address) {
        return address instanceof InetSocketAddress inet ? inet : InetSocketAddress.createUnresolved("localhost", 0);
    }

    /** A request that has been looked into. */
    private static final class Unread extends Request.Wrapper {

        private final AtomicReference<Content.@Nullable Chunk> first;

        Unread(Request request, Content.Chunk first) {
            super(request);
            this.first = new AtomicReference<>(first);
        }

        @Override
        public Content.@Nullable Chunk read() {
            Content.Chunk chunk = first.getAndSet(null);
            if (chunk == null) {
                return super.read();
            }
            if (chunk.isLast()) {
                first.set(Content.Chunk.next(chunk));
            }
            return chunk;
        }

        @Override
        public void demand(Runnable demandCallback) {
            if (first.get() == null) {
                super.demand(demandCallback);
            } else {
                demandCallback.run();
            }
        }

        @Override
        public boolean consumeAvailable() {
            releaseFirst();
            return super.consumeAvailable();
        }

        void releaseFirst() {
            Content.Chunk chunk = first.getAndSet(null);
            if (chunk != null) {
                chunk.release();
            }
        }
    }
}
