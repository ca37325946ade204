package dev.gatehouse;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Response;

/**
 * Takes responses from user code. What is in memory may be a constant that is answered again and again, to several
 * clients at once, and a body is read once: each exchange gets a copy of its own, of the body but not of the bytes.
 */
final class Unshared {

    private Unshared() {}

    /** The response, with a body that no other exchange can have read or cancelled. */
    static Response of(Response given) {
        Body body = given.body();
        Body copy = body.isEmpty() || body.inMemory() == null ? null : body.replay();
        return copy == null ? given : given.withBody(copy);
    }
}
