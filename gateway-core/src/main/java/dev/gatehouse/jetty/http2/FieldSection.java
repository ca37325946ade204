package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A field section as it came (RFC 9113 §8.2 and §8.3). Names and values are such as may stand in a message; more is not
 * judged here.
 *
 * @param method of a request, else null
 * @param scheme of a request, else null
 * @param authority of a request, if it has one
 * @param path of a request, with its query; null if it has none, as CONNECT
 * @param status of a response, else -1
 * @param fields all others
 * @param contentLength what is announced to follow, or -1
 * @param tooLarge whether it is larger than it may be; some of the fields are missing then
 */
public record FieldSection(
        @Nullable String method,
        @Nullable String scheme,
        @Nullable String authority,
        @Nullable String path,
        int status,
        Headers fields,
        long contentLength,
        boolean tooLarge) {

    /** RFC 9113 §8.2.2. */
    private static final List<String> OF_CONNECTION =
            List.of("connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade");

    /**
     * Whether it may begin a request.
     *
     * @return true if it has what each request has to have
     */
    public boolean isRequest() {
        boolean connect = "CONNECT".equals(method);
        return status < 0
                && method != null
                && !method.isEmpty()
                && (connect || (scheme != null && !scheme.isEmpty() && path != null && !path.isEmpty()));
    }

    /**
     * Whether it may begin a response.
     *
     * @return true if it has a status, and nothing of a request
     */
    public boolean isResponse() {
        return status >= 0 && method == null && scheme == null && authority == null && path == null;
    }

    /**
     * Whether it may end a message.
     *
     * @return true if it has nothing but fields, and none of a connection's
     */
    public boolean isTrailers() {
        return status < 0
                && method == null
                && scheme == null
                && authority == null
                && path == null
                && OF_CONNECTION.stream().noneMatch(fields::contains);
    }
}
