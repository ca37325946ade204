/** Sends requests upstream through Jetty's HTTP client: HTTP/1.1 and HTTP/2, pooled connections, TLS. */
@NullMarked
package dev.gatehouse.jetty.client;

import org.jspecify.annotations.NullMarked;
