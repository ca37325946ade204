/** The gateway inside Jetty: a handler for a server that is there already, and a server of its own. */
@NullMarked
package dev.gatehouse.jetty;

import org.jspecify.annotations.NullMarked;
