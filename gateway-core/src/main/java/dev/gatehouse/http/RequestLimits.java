package dev.gatehouse.http;

/**
 * How large a request may be, its content apart. What is larger is answered 414 or 431, if the server before the gateway
 * has not refused it already by a limit of its own.
 *
 * @param targetBytes the longest request target; RFC 9112 §3 asks for 8000 at least
 * @param headerFields the most field lines
 * @param headerBytes the most bytes in all field lines together, with four more for each line (colon, space and line end)
 */
public record RequestLimits(int targetBytes, int headerFields, int headerBytes) {

    /** 8 KiB of target, 100 fields, 60 KiB of fields: as much as Envoy takes by default. */
    public static final RequestLimits DEFAULT = new RequestLimits(8 * 1024, 100, 60 * 1024);

    /**
     * Checks the numbers.
     *
     * @param targetBytes 1 or more
     * @param headerFields 1 or more
     * @param headerBytes 1 or more
     */
    public RequestLimits {
        check("targetBytes", targetBytes);
        check("headerFields", headerFields);
        check("headerBytes", headerBytes);
    }

    private static void check(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
        }
    }
}
