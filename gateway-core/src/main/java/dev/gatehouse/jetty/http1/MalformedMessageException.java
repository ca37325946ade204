package dev.gatehouse.jetty.http1;

import java.io.IOException;

/** A message that is not what it should be, such as content that is not in the coding that it is announced in. */
public final class MalformedMessageException extends IOException {

    private static final long serialVersionUID = 1;

    MalformedMessageException() {
        super("the message is malformed");
    }
}
