package dev.gatehouse.internal.rules;

import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What of a client's header section gets in: the first thing that happens to it, before any filter. */
final class EdgeRules {

    private static final int LONGEST_REQUEST_ID = 128;
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

    private final Style trustedStyle;
    private final @Nullable String requestId;
    private final boolean plainNamesOnly;
    private final LongSupplier random;

    EdgeRules(ForwardedHeaders settings, LongSupplier random) {
        this.trustedStyle = settings.trustedStyle();
        this.requestId = settings.requestId().orElse(null);
        this.plainNamesOnly = settings.plainNamesOnly();
        this.random = random;
    }

    Headers clean(Headers headers, boolean trusted) {
        Set<String> nominated = HopByHop.nominated(headers);
        boolean trailers = headers.contains("TE") && headers.containsToken("TE", "trailers");
        String id = requestId == null ? null : requestId(headers, trusted);
        Selection selection = new Selection(headers);
        for (int i = 0; i < headers.size(); i++) {
            if (isDropped(headers.name(i), headers.value(i), trusted, nominated)) {
                selection.drop(i);
            }
        }
        if (id == null && !trailers) {
            return selection.headers();
        }
        Headers.Builder builder = selection.toBuilder((id == null ? 0 : 1) + (trailers ? 1 : 0));
        if (trailers) {
            builder.addParsed("TE", "trailers");
        }
        if (id != null && requestId != null) {
            builder.addParsed(requestId, id);
        }
        return builder.build();
    }

    private boolean isDropped(String name, String value, boolean trusted, Set<String> nominated) {
        if (HopByHop.isOne(name) || isRequestId(name)) {
            return true;
        }
        if (plainNamesOnly && !FieldNames.isPlain(name)) {
            return true;
        }
        if (isOfClient(name)) {
            // Nominated or not: what Connection says must not decide what is known of the client.
            return !trusted || !isBelieved(name, value);
        }
        if (FieldNames.folds(name) && isOurs(FieldNames.unfold(name))) {
            return true;
        }
        return !nominated.isEmpty() && nominated.contains(name.toLowerCase(Locale.ROOT));
    }

    private static boolean isOfClient(String name) {
        return FieldNames.isXForwarded(name)
                || FieldSyntax.sameName(name, "Forwarded")
                || FieldSyntax.sameName(name, "X-Real-IP");
    }

    private boolean isBelieved(String name, String value) {
        boolean standard = FieldSyntax.sameName(name, "Forwarded");
        return trustedStyle == Style.FORWARDED ? standard && ForwardedElement.parse(value) != null : !standard;
    }

    private boolean isOurs(String name) {
        return isOfClient(name) || isRequestId(name) || HopByHop.isOne(name) || FieldNames.isFraming(name);
    }

    private boolean isRequestId(String name) {
        return requestId != null && FieldSyntax.sameName(name, requestId);
    }

    private String requestId(Headers headers, boolean trusted) {
        String given = trusted && requestId != null ? headers.get(requestId) : null;
        return given != null && isId(given) ? given : freshId();
    }

    private static boolean isId(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_REQUEST_ID
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** 128 random bits: enough that no two requests of anybody meet. */
    private String freshId() {
        byte[] id = new byte[32];
        writeHex(id, 0, random.getAsLong());
        writeHex(id, 16, random.getAsLong());
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    private static void writeHex(byte[] text, int from, long bits) {
        for (int i = 0; i < 16; i++) {
            text[from + i] = HEX[(int) (bits >>> (60 - 4 * i)) & 0xf];
        }
    }
}
