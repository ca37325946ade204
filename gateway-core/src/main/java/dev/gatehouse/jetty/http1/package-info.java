/** What both sides of HTTP/1.1 on our own loops have in common (RFC 9112). */
@NullMarked
package dev.gatehouse.jetty.http1;

import org.jspecify.annotations.NullMarked;
