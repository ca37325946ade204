/** Parts of forwarding that know nothing of routes and filters: the retry budget and the repeatable request content. */
@NullMarked
package dev.gatehouse.internal.forward;

import org.jspecify.annotations.NullMarked;
