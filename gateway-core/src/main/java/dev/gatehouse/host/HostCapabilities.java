package dev.gatehouse.host;

/**
 * What a server can carry. A gateway that needs what its host lacks is refused when the two are attached.
 *
 * @param name the server, for messages, such as {@code jetty}
 * @param interim whether interim (1xx) responses of an upstream can be passed on
 * @param requestTrailers whether trailers of a request reach the gateway
 * @param responseTrailers whether trailers of a response can be sent
 * @param http2 whether it speaks HTTP/2
 * @param toHost whether there is code of the host's own that a route can end in
 * @param clientGone whether it reports a client that went away before the response is written, whatever the version
 */
public record HostCapabilities(
        String name,
        boolean interim,
        boolean requestTrailers,
        boolean responseTrailers,
        boolean http2,
        boolean toHost,
        boolean clientGone) {}
