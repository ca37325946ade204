package dev.gatehouse.internal.host;

import java.io.IOException;

/** The body that was being copied broke off; the cause says why. The stream it was copied to is sound. */
public final class BodyBrokenException extends IOException {

    private static final long serialVersionUID = 1L;

    BodyBrokenException(Throwable cause) {
        super("the content broke off", cause);
    }
}
