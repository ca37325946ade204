package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyFields;
import dev.gatehouse.transport.Call;
import java.net.URI;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** The header section that goes upstream: the request's own, with framing and authority written by the transport. */
final class RequestHead {

    private static final int FIELD = 32;

    /** Method, scheme, authority and path in HTTP/2, without the values of the last two; Content-Length is in there, too. */
    private static final int LINE = 5 * (FIELD + 20);

    private RequestHead() {}

    /**
     * Puts header section and content into a request.
     *
     * @return the size of the header section as HTTP/2 counts it (RFC 9113 §6.5.2), which is more than it takes to write it
     */
    static int fill(UpstreamRequest request, Call call, RequestContent content) {
        Headers headers = call.request().headers();
        Body body = call.request().body();
        boolean http1 = call.protocol() == Call.Protocol.HTTP_1_1;
        request.headers(fields -> {
            if (http1) {
                fields.add(new HttpField(HttpHeader.HOST, host(call)));
            }
            add(headers, fields);
        });
        request.body(content);
        // With a known length HTTP/1.1 has no place for trailers (RFC 9112 §7.1).
        if (http1 ? body.length() < 0 : !body.isEmpty()) {
            request.trailersSupplier(() -> JettyFields.toJetty(body.trailers()));
        }
        return size(call, request.getHeaders());
    }

    /** The size of the header section of a request, as HTTP/2 counts it, and rather too much. */
    static int size(Call call) {
        int size = line(call);
        Headers headers = call.request().headers();
        for (int i = 0; i < headers.size(); i++) {
            size += headers.name(i).length() + headers.value(i).length() + FIELD;
        }
        return size;
    }

    private static int line(Call call) {
        return LINE
                + call.request().target().raw().length()
                + call.request().authority().length();
    }

    private static int size(Call call, HttpFields fields) {
        int size = line(call);
        for (HttpField field : fields) {
            @Nullable String value = field.getValue();
            size += field.getName().length() + (value == null ? 0 : value.length()) + FIELD;
        }
        return size;
    }

    private static void add(Headers headers, HttpFields.Mutable fields) {
        for (int i = 0; i < headers.size(); i++) {
            if (!isWrittenByTransport(headers.name(i))) {
                fields.add(new HttpField(headers.name(i), headers.value(i)));
            }
        }
    }

    /** What a request is to be addressed to. */
    static String host(Call call) {
        String authority = call.request().authority();
        if (!authority.isEmpty()) {
            return authority;
        }
        URI uri = call.endpoint().uri();
        return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
    }

    /**
     * Whether a field is of the connection, not of the message: what it says here would be about another connection
     * (RFC 9110 §7.6.1). {@code Expect} is one, since nobody here waits for 100 Continue: the client's own expectation was
     * met by the host.
     */
    static boolean isWrittenByTransport(String name) {
        return switch (name.length()) {
            case 4 -> name.equalsIgnoreCase("Host");
            case 6 -> name.equalsIgnoreCase("Expect");
            case 7 -> name.equalsIgnoreCase("Upgrade");
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 14 -> name.equalsIgnoreCase("Content-Length");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            default -> false;
        };
    }
}
