package dev.gatehouse.jetty.client;

import org.jspecify.annotations.Nullable;

/** How far the content of a request has come. */
interface Sending {

    /** Whether anything may have reached the endpoint. */
    boolean isSent();

    /** Whether more is wanted from the client, or was when the request was given up. */
    boolean isWaiting();

    /** Why the content itself broke off, or null if it did not. */
    @Nullable
    Throwable broken();
}
