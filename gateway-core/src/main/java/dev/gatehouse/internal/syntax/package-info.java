/** The small grammars of HTTP that values and rules both need: tokens, field values, authorities, IP addresses. */
@NullMarked
package dev.gatehouse.internal.syntax;

import org.jspecify.annotations.NullMarked;
