package dev.gatehouse.transport;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.ProbeClient;
import dev.gatehouse.balancer.ProbeRequest;
import dev.gatehouse.balancer.ProbeResponse;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Asks the questions of health checks with a transport: over the same TLS, with the same server name, and in the same version
 * of HTTP as calls. A gateway makes one for each upstream with checks; a {@code Balancer} used alone beside a transport is
 * given one by {@link HealthChecker#through}. It does not close the transport. Safe for use by several threads.
 *
 * <p>An answer with more content than is kept is cancelled, which over HTTP/1.1 costs the connection.
 *
 * @param transport what carries the questions
 * @param protocol which version of HTTP to speak; for gRPC it is HTTP/2 in any case
 * @param timeout how long to wait for a connection, and for anything to come; more than zero. What is over all of it is the
 *     balancer's to say, who cancels
 */
public record TransportProbes(Transport transport, Call.Protocol protocol, Duration timeout) implements ProbeClient {

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException if the time-out is not more than zero
     */
    public TransportProbes {
        Objects.requireNonNull(transport, "transport");
        Objects.requireNonNull(protocol, "protocol");
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("timeout: " + timeout + " (expected: > 0)");
        }
    }

    @Override
    public CompletionStage<ProbeResponse> send(Endpoint endpoint, ProbeRequest asked) {
        Call.Protocol version = asked.http2() ? Call.Protocol.HTTP_2 : protocol;
        Call call = new Call(endpoint, request(endpoint, asked), version, timeout, timeout);
        ProbeExchange exchange = new ProbeExchange(asked.maxContent());
        CompletableFuture<ProbeResponse> result = exchange.result();
        exchange.sent(transport.send(call, exchange));
        return result;
    }

    private static Request request(Endpoint endpoint, ProbeRequest asked) {
        Headers.Builder headers = Headers.builder();
        asked.headers().forEach(headers::add);
        ByteBuffer content = asked.content();
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return Request.builder(asked.method(), asked.path())
                .authority(asked.authority().isEmpty() ? endpoint.authority() : asked.authority())
                .headers(headers.build())
                .body(bytes.length == 0 ? Body.empty() : Body.of(bytes))
                .build();
    }
}
