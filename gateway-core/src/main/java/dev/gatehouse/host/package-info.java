/** What a gateway and the HTTP server around it need from each other. Only adapters for servers use this package. */
@NullMarked
package dev.gatehouse.host;

import org.jspecify.annotations.NullMarked;
