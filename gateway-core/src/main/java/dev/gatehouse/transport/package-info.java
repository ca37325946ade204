/** How requests reach an endpoint: the service that a gateway sends through, and what it sends. */
@NullMarked
package dev.gatehouse.transport;

import org.jspecify.annotations.NullMarked;
