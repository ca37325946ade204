package dev.gatehouse.servlet;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Response;
import java.util.function.Consumer;

/** How one exchange does its reading and writing: asynchronously, or on the container's thread. */
interface Way {

    /** The content of the request. */
    Body.Source content();

    /** Writes a response. */
    void respond(Response response, Done done);

    /** Registers who is told when the client is gone; at once if it is. */
    void onGone(Consumer<Throwable> listener);
}
