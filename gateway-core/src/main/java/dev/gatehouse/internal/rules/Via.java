package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Headers;

/** This gateway in the list of those a message came through (RFC 9110 §7.6.3). */
final class Via {

    static final String NAME = "Via";

    private final String http10;
    private final String http11;
    private final String http2;

    Via(String pseudonym) {
        this.http10 = "1.0 " + pseudonym;
        this.http11 = "1.1 " + pseudonym;
        this.http2 = "2 " + pseudonym;
    }

    /** The value with this gateway as the last member, given the protocol that the message came by. */
    String appendedTo(Headers headers, String protocol) {
        return ForwardingPolicy.append(headers, NAME, own(protocol));
    }

    private String own(String protocol) {
        return protocol.startsWith("HTTP/2") ? http2 : protocol.equals("HTTP/1.0") ? http10 : http11;
    }

    /** What is left of a message's fields, with this gateway added. */
    Headers addTo(Selection kept, Headers all, String protocol) {
        if (all.contains(NAME)) {
            Headers left = kept.headers();
            return left.with(NAME, appendedTo(left, protocol));
        }
        return kept.toBuilder(1).addParsed(NAME, own(protocol)).build();
    }
}
