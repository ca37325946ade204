package dev.gatehouse.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Requests that are malformed, that two parsers may read in two ways, or that are merely odd: what an attacker sends to
 * make a gateway and its upstream disagree about where a request ends, which host it is for, or which path it names.
 *
 * <p>Each case is one request, byte for byte. Send it, and an ordinary second request in the same write: what comes out
 * at the upstream shows whether the two were kept apart. Text stands for bytes, one character each (ISO 8859-1).
 *
 * <p>Sources: RFC 9112 (request line, framing), RFC 9110 (fields, Host), RFC 3986 (targets), and the kinds of attack
 * that have been published against proxies.
 */
public final class MalformedRequests {

    /** The target of the second request, which no case contains. */
    public static final String SECOND_TARGET = "/second";

    private static final String SECOND =
            "GET " + SECOND_TARGET + " HTTP/1.1\r\nHost: second.example\r\nConnection: close\r\n\r\n";

    private static final List<Case> ALL = collect();

    private MalformedRequests() {}

    /** What must become of a request. */
    public enum Outcome {
        /** Answered 4xx or 5xx, or the connection closed without an answer; nothing of it reaches the upstream. */
        REFUSED,
        /**
         * The header section is fine and the content is not: never answered 2xx or 3xx. The upstream may see a beginning
         * of it, which breaks off with the connection.
         */
        BROKEN_OFF,
        /**
         * Refused; or answered without the upstream; or one well-formed request reaches the upstream, and is answered. The
         * second one reaches it as itself or not at all.
         */
        UNAMBIGUOUS,
        /**
         * As {@link #UNAMBIGUOUS}, or several requests reach the upstream: the ones that a reader sees who lets bare line
         * feeds end lines, as RFC 9112 §2.2 allows.
         */
        SEPARATED,
        /** Valid, if odd: answered, and forwarded once; the second one reaches the upstream as itself or not at all. */
        ACCEPTED
    }

    /**
     * What must become of a request, and what the upstream gets if it gets one.
     *
     * @param outcome what must become of it
     * @param target what stands in the request line at the upstream, or null if that is not what the case is about
     * @param content the content at the upstream, or null if that is not what the case is about
     */
    public record Expectation(
            Outcome outcome,
            @Nullable String target,
            @Nullable String content) {}

    /**
     * One request.
     *
     * @param name what is wrong with it; unique, and begins with a topic and a colon
     * @param request the request, one character for each byte
     * @param expectation what must become of it
     */
    public record Case(String name, String request, Expectation expectation) {

        /**
         * What to send: the request, and the second one behind it.
         *
         * @return a new array
         */
        public byte[] bytes() {
            return (request + SECOND).getBytes(StandardCharsets.ISO_8859_1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * All cases.
     *
     * @return an immutable list, in an order that does not change, topic by topic
     */
    public static List<Case> all() {
        return ALL;
    }

    private static List<Case> collect() {
        CaseList cases = new CaseList();
        MalformedLengths.addTo(cases);
        MalformedChunks.addTo(cases);
        MalformedTargets.addTo(cases);
        MalformedFields.addTo(cases);
        MalformedLines.addTo(cases);
        MalformedHosts.addTo(cases);
        return cases.toList();
    }
}
