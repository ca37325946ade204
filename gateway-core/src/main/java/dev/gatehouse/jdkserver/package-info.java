/** The gateway inside the JDK's own HTTP server: a handler for a context, and a filter before a context's handler. */
@NullMarked
package dev.gatehouse.jdkserver;

import org.jspecify.annotations.NullMarked;
