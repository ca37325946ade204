package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.util.Locale;
import java.util.Set;

/**
 * What may stand in a trailer section. Whoever merges trailers into the header section must not find there what has long
 * been decided without it (RFC 9110 §6.5.1).
 */
public final class Trailers {

    /** Framing, routing, modifiers and conditions of a request, authentication, control data, how to read the content. */
    private static final Set<String> FORBIDDEN = Set.of(
            "age",
            "authorization",
            "authentication-info",
            "cache-control",
            "content-encoding",
            "content-length",
            "content-range",
            "content-type",
            "cookie",
            "date",
            "expect",
            "expires",
            "forwarded",
            "host",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "location",
            "max-forwards",
            "pragma",
            "proxy-authentication-info",
            "range",
            "retry-after",
            "set-cookie",
            "trailer",
            "vary",
            "via",
            "warning",
            "www-authenticate",
            "x-real-ip");

    private Trailers() {}

    /** The trailers that may be passed on: the same instance if all may. */
    public static Headers clean(Headers trailers) {
        for (int i = 0; i < trailers.size(); i++) {
            if (!isAllowed(trailers.name(i), trailers.value(i))) {
                return allowed(trailers);
            }
        }
        return trailers;
    }

    private static Headers allowed(Headers trailers) {
        Headers.Builder builder = Headers.builder(trailers.size());
        for (Headers.Field field : trailers) {
            if (isAllowed(field.name(), field.value())) {
                builder.addParsed(field.name(), field.value());
            }
        }
        return builder.build();
    }

    private static boolean isAllowed(String name, String value) {
        String plain = FieldNames.unfold(name).toLowerCase(Locale.ROOT);
        return FieldSyntax.isToken(name)
                && FieldSyntax.isValue(value)
                && !HopByHop.isOne(plain)
                && !plain.startsWith("x-forwarded-")
                && !FORBIDDEN.contains(plain);
    }
}
