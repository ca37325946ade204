package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
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

    /**
     * Whether a field is of the connection, so that HTTP/2 has no place for it (RFC 9113 §8.2.2).
     *
     * @param name in any case
     * @return true for {@code Connection} and what it stands for in HTTP/1.1
     */
    public static boolean isOfConnection(String name) {
        return switch (name.length()) {
            case 7 -> name.equalsIgnoreCase("Upgrade");
            case 10 -> name.equalsIgnoreCase("Connection") || name.equalsIgnoreCase("Keep-Alive");
            case 16 -> name.equalsIgnoreCase("Proxy-Connection");
            case 17 -> name.equalsIgnoreCase("Transfer-Encoding");
            default -> false;
        };
    }

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
                && fields.names().stream().noneMatch(FieldSection::isOfConnection);
    }
}
