/** Which route takes a request: patterns, the tree that they are compiled into, and rewrites of paths. */
@NullMarked
package dev.gatehouse.internal.routing;

import org.jspecify.annotations.NullMarked;
