package dev.gatehouse.jetty.http1;

import java.io.IOException;

/** Content that is not in the coding that it should be in. */
public final class MalformedContentException extends IOException {

    private static final long serialVersionUID = 1;

    MalformedContentException() {
        super("the content is malformed");
    }
}
