package dev.gatehouse.http;

/**
 * A rule that request targets must keep, because software behind a gateway reads a path that breaks it in more than one
 * way. Whoever can choose the reading gets past what the gateway decided by another.
 *
 * <p>A target that breaks a rule is answered 400. Each rule but {@link #MALFORMED} can be opened for a route whose
 * upstream is known to read such paths the way they are forwarded: as they came.
 */
public enum TargetRule {
    /** No {@code %2F}: is it a slash, or part of a name? */
    ENCODED_SLASH,
    /** No {@code \}, raw or as {@code %5C}: some servers read it as a slash. */
    BACKSLASH,
    /** No {@code %00}: some software ends a name there. */
    ENCODED_NUL,
    /**
     * No segment that is {@code .} or {@code ..} after decoding, after taking what looks like a slash for one, and after
     * leaving out path parameters.
     */
    DOT_SEGMENT,
    /** No {@code //}: some servers merge the two. A slash at the end is fine. */
    EMPTY_SEGMENT,
    /** No {@code ;}: some servers cut it and what follows out of the path. */
    PATH_PARAMETER,
    /** Percent-encoded bytes must be UTF-8, in the shortest form, without surrogates. */
    INVALID_UTF8,
    /** What a path decodes to must not look percent-encoded in turn, as in {@code %2541}. */
    DOUBLE_ENCODING,
    /** No percent-encoded control characters: {@code %01} to {@code %1F}, {@code %7F}, U+0080 to U+009F. */
    CONTROL_CHARACTER,
    /**
     * The target must be what RFC 9112 §3.2 allows: printable ASCII without spaces, a path or an absolute http(s) URI
     * with a valid host, no fragment, no user-info, {@code %} only before two hex digits in the path. Cannot be opened.
     */
    MALFORMED;

    /**
     * Whether a route may allow what this rule refuses.
     *
     * @return false for {@link #MALFORMED} only
     */
    public boolean openable() {
        return this != MALFORMED;
    }
}
