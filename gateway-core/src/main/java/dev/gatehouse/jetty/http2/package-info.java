/** What both sides of HTTP/2 on our own loops have in common (RFC 9113). */
@NullMarked
package dev.gatehouse.jetty.http2;

import org.jspecify.annotations.NullMarked;
