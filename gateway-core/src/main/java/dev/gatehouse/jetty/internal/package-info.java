/** Our types over Jetty's and Jetty's over ours, for both sides of the gateway. */
@NullMarked
package dev.gatehouse.jetty.internal;

import org.jspecify.annotations.NullMarked;
