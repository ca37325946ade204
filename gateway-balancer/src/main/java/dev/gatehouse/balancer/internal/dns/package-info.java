/**
 * As much of DNS as it takes to discover endpoints: a stub resolver over UDP and TCP. No part of the API; may change at any
 * time.
 */
@NullMarked
package dev.gatehouse.balancer.internal.dns;

import org.jspecify.annotations.NullMarked;
