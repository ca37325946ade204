package dev.gatehouse.internal.host;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * How a response is framed for the request that it answers: computed from the status, the method and the body, never
 * taken from a header that somebody set (RFC 9110 §6.4.1 and §8.6).
 *
 * @param content whether the body's bytes are sent; false for HEAD, 204 and 304
 * @param length the value of {@code Content-Length}, or -1 for none: for a response with content it is chunked or ended
 *     by the connection then
 */
public record ResponseFraming(boolean content, long length) {

    private static final ResponseFraming NO_CONTENT = new ResponseFraming(false, -1);

    /**
     * The framing of a response.
     *
     * @param response the response
     * @param method the method of the request
     * @return its framing
     */
    public static ResponseFraming of(Response response, String method) {
        if (response.status() == 204) {
            return NO_CONTENT;
        }
        if (response.status() == 304) {
            return new ResponseFraming(false, declared(response));
        }
        if (!method.equals("HEAD")) {
            return new ResponseFraming(true, response.body().length());
        }
        // What a GET would have: as the upstream says, or as long as what a handler answered anyway.
        long declared = declared(response);
        long own = response.body().length();
        return new ResponseFraming(false, declared < 0 && own > 0 ? own : declared);
    }

    /**
     * Whether a response header is framing that the adapter writes itself.
     *
     * @param name a field name, in any case
     * @return true for {@code Content-Length} and {@code Transfer-Encoding}
     */
    public static boolean isFraming(String name) {
        return name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding");
    }

    /**
     * Whether the connection must not be used after a response: where a request was malformed, the next one cannot be
     * trusted to begin where the server thinks (RFC 9112 §11.2).
     *
     * @param response the response
     * @return true if it stands for a malformed request
     */
    public static boolean endsConnection(Response response) {
        return response.failure()
                .filter(failure -> failure.kind() == GatewayException.Kind.BAD_REQUEST)
                .isPresent();
    }

    private static long declared(Response response) {
        @Nullable String value = response.headers().get("Content-Length");
        if (value == null
                || value.isEmpty()
                || value.length() > 18
                || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return -1;
        }
        return Long.parseLong(value);
    }
}
