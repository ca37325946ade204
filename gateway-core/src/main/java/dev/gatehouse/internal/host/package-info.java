/** What the adapters for servers share: pumping bodies, framing, and the response of a host's own code as a body. */
@NullMarked
package dev.gatehouse.internal.host;

import org.jspecify.annotations.NullMarked;
