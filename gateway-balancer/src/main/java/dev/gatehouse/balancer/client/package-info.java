/** HTTP clients that ask a balancer where to send a request. */
@NullMarked
package dev.gatehouse.balancer.client;

import org.jspecify.annotations.NullMarked;
