/**
 * Which endpoint should this call go to: endpoints, strategies, leases, health and draining.
 *
 * <p>This package stands alone: it needs the JDK and the SLF4J API, and nothing of the gateway.
 */
@NullMarked
package dev.gatehouse.balancer;

import org.jspecify.annotations.NullMarked;
