/** The values of HTTP (RFC 9110): requests, responses, header fields, bodies and request targets. */
@NullMarked
package dev.gatehouse.http;

import org.jspecify.annotations.NullMarked;
