package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.internal.syntax.IpAddress;
import java.net.InetSocketAddress;

/** Requests as a server hands them over: nothing about them is checked. */
final class Received {

    private String method = "GET";
    private String target = "/";
    private String authority;
    private String protocol = "HTTP/1.1";
    private String scheme = "http";
    private String peer = "192.0.2.7";
    private Body body = Body.empty();
    private final Headers.Builder headers = Headers.builder();

    static Received http1() {
        return new Received().header("Host", "example.com");
    }

    static Received http10() {
        return new Received().protocol("HTTP/1.0");
    }

    static Received http2() {
        Received request = new Received().protocol("HTTP/2.0");
        request.authority = "example.com";
        return request;
    }

    static Received withoutHost() {
        return new Received();
    }

    Received method(String value) {
        method = value;
        return this;
    }

    Received target(String value) {
        target = value;
        return this;
    }

    Received authority(String value) {
        authority = value;
        return this;
    }

    Received protocol(String value) {
        protocol = value;
        return this;
    }

    Received scheme(String value) {
        scheme = value;
        return this;
    }

    Received from(String address) {
        peer = address;
        return this;
    }

    Received body(Body value) {
        body = value;
        return this;
    }

    Received header(String name, String value) {
        headers.addParsed(name, value);
        return this;
    }

    Request build() {
        Connection connection = new Connection(
                new InetSocketAddress(IpAddress.parse(peer), 4711),
                new InetSocketAddress(IpAddress.parse("10.0.0.1"), 8080),
                scheme,
                protocol);
        return Request.received(method, RequestTarget.parse(target), authority, headers.build(), body, connection);
    }
}
