/** The transport of a gateway that was given none, and what servers lend to it. */
@NullMarked
package dev.gatehouse.jetty.client.internal;

import org.jspecify.annotations.NullMarked;
