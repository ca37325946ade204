/** The rules of RFC 9110 and RFC 9112 for an intermediary: what is refused, what is removed, what is added. */
@NullMarked
package dev.gatehouse.internal.rules;

import org.jspecify.annotations.NullMarked;
