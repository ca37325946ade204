/** Ready-made policies: one class for each, to be put on a gateway or on a route. */
@NullMarked
package dev.gatehouse.filters;

import org.jspecify.annotations.NullMarked;
