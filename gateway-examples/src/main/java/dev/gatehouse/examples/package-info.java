/** Programs to run and read: each shows one way to use the gateway. */
@NullMarked
package dev.gatehouse.examples;

import org.jspecify.annotations.NullMarked;
