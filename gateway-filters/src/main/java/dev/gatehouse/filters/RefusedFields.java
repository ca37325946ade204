package dev.gatehouse.filters;

import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Fields that no policy may touch: a change would have no effect, or make a message end somewhere else. */
final class RefusedFields {

    /** RFC 9110 §7.6.1, with the proxy fields that concern one connection only. */
    private static final Set<String> CONNECTION = Set.of(
            "connection",
            "http2-settings",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "upgrade");

    private static final Set<String> FRAMING = Set.of("content-length", "transfer-encoding");

    private RefusedFields() {}

    /** Why a field is refused, or null if it is not. */
    static @Nullable String reason(String name, boolean request) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (CONNECTION.contains(lower)) {
            return "concerns one connection and is not passed on";
        }
        if (FRAMING.contains(lower)) {
            return "says where content ends, and is written from the body";
        }
        return request ? reasonInRequest(lower) : null;
    }

    private static @Nullable String reasonInRequest(String lower) {
        return switch (lower) {
            case "expect" -> "is answered by the server around the gateway and is not passed on";
            case "host" ->
                "is written by the forwarder; see ForwardedHeaders.Builder.preserveHost and Request.withAuthority";
            case "x-forwarded-host", "x-forwarded-proto" ->
                "is written by the forwarder, as the client used it; see"
                        + " ForwardedHeaders.Builder.trusted and styles";
            default -> null;
        };
    }
}
