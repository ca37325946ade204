package dev.gatehouse.internal.host;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;

/** The header section of a request for the host's own code, where a filter may have given it other content. */
public final class HostFields {

    private HostFields() {}

    /**
     * The header section whose framing fields speak of the content that there is now.
     *
     * @param received the request as it came
     * @param changed the request as the filters left it
     * @return the fields
     */
    public static Headers of(Request received, Request changed) {
        long length = changed.body().length();
        if (length == received.body().length()) {
            return changed.headers();
        }
        Headers.Builder fields = changed.headers().toBuilder().removeIf(ResponseFraming::isFraming);
        return length < 0
                ? fields.build()
                : fields.add("Content-Length", Long.toString(length)).build();
    }
}
