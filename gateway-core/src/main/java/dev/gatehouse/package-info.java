/**
 * The gateway: routes, filters and upstreams, composed with a builder and embedded in the server that the application
 * already has.
 */
@NullMarked
package dev.gatehouse;

import org.jspecify.annotations.NullMarked;
