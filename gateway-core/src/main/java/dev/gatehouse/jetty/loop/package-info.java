/** Selectors whose threads carry a request from the client to the endpoint and back. */
@NullMarked
package dev.gatehouse.jetty.loop;

import org.jspecify.annotations.NullMarked;
