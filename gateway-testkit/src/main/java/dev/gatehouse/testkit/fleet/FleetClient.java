package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.LoadProber;

/**
 * A client of the fleet, for settings that are not the same in all of them.
 *
 * @param index 0 to {@code count - 1}
 * @param count how many clients there are
 * @param zone its zone; empty if clients have none
 * @param prober asks a server for its load: answered without a worker, after the network's delay both ways
 */
public record FleetClient(int index, int count, String zone, LoadProber prober) {}
