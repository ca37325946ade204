/**
 * The fleet simulator: many clients with production balancers, many simulated servers, and virtual time. Start at
 * {@link dev.gatehouse.testkit.fleet.Fleet}.
 */
@NullMarked
package dev.gatehouse.testkit.fleet;

import org.jspecify.annotations.NullMarked;
