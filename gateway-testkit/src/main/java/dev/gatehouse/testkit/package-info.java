/**
 * For tests of your own filters, strategies, transports and hosts, and of gateways made of them: fakes, probes, servers on
 * raw sockets, and contracts that every implementation must keep.
 */
@NullMarked
package dev.gatehouse.testkit;

import org.jspecify.annotations.NullMarked;
