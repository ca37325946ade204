package dev.gatehouse.jetty.http2;

import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.syntax.FieldSyntax;
import org.jspecify.annotations.Nullable;

/** Puts a section together from its fields, and judges whether they may stand in one (RFC 9113 §8.2.1 and §8.3). */
final class SectionBuilder {

    private static final int FIELD = 32;

    /** Longer ones do not fit into a long. */
    private static final int MOST_DIGITS = 18;

    private final Headers.Builder fields = Headers.builder();
    private int left;
    private @Nullable String method;
    private @Nullable String scheme;
    private @Nullable String authority;
    private @Nullable String path;
    private int status = -1;
    private long contentLength = -1;
    private boolean plain;
    private boolean malformed;

    SectionBuilder(int maxBytes) {
        this.left = maxBytes;
    }

    void add(String name, String value) {
        // Once below zero it stays there: what is too large is not kept.
        left -= left < 0 ? 0 : name.length() + value.length() + FIELD;
        if (malformed || left < 0) {
            return;
        }
        boolean pseudo = name.startsWith(":");
        malformed = !FieldDecoder.isName(name, pseudo ? 1 : 0) || !isValue(value) || (pseudo && plain);
        if (malformed) {
            return;
        }
        if (pseudo) {
            special(name, value);
        } else {
            plain = true;
            if (name.equals("content-length")) {
                length(value);
            }
            fields.addParsed(name, value);
        }
    }

    private static boolean isValue(String value) {
        return FieldSyntax.isValue(value)
                && (value.isEmpty() || (value.charAt(0) > ' ' && value.charAt(value.length() - 1) > ' '));
    }

    private void special(String name, String value) {
        switch (name) {
            case ":method" -> {
                malformed |= method != null;
                method = value;
            }
            case ":scheme" -> {
                malformed |= scheme != null;
                scheme = value;
            }
            case ":authority" -> {
                malformed |= authority != null;
                authority = value;
            }
            case ":path" -> {
                malformed |= path != null;
                path = value;
            }
            case ":status" -> {
                malformed |= status >= 0 || !isDigits(value, 3) || value.length() != 3;
                status = malformed ? 0 : Integer.parseInt(value);
            }
            default -> malformed = true;
        }
    }

    private void length(String value) {
        if (isDigits(value, MOST_DIGITS)) {
            long length = Long.parseLong(value);
            malformed |= contentLength >= 0 && contentLength != length;
            contentLength = length;
        } else {
            malformed = true;
        }
    }

    private static boolean isDigits(String text, int most) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= most;
    }

    /** The section, or null if it is malformed. */
    @Nullable
    FieldSection build() {
        return malformed
                ? null
                : new FieldSection(method, scheme, authority, path, status, fields.build(), contentLength, left < 0);
    }
}
