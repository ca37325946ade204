package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What all parts of {@link TransportContract} share. */
abstract class TransportFixture {

    static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    static final Duration LONG = Duration.ofSeconds(10);
    static final Duration SHORT = Duration.ofMillis(200);

    /**
     * How many connections ten or more requests in turn may need: a reader may have the last byte of a response a moment
     * before the transport has its connection back.
     */
    static final int FEW = 4;

    private final List<AutoCloseable> resources = new ArrayList<>();
    private @Nullable Transport transport;

    /**
     * Makes the transport under test.
     *
     * @param setup what it must be like
     * @return a new transport; the test closes it
     */
    protected abstract Transport newTransport(TransportSetup setup);

    /**
     * Called after each test, when the transport is closed. Override it to look for what was left behind.
     *
     * @throws Exception if something was
     */
    protected void afterClose() throws Exception {}

    @AfterEach
    final void closeEverything() throws Exception {
        if (transport != null) {
            transport.close();
        }
        for (AutoCloseable resource : resources) {
            resource.close();
        }
        afterClose();
    }

    final Transport transport() {
        return transport == null ? use(TransportSetup.usual()) : transport;
    }

    final Transport use(TransportSetup setup) {
        transport = newTransport(setup);
        return transport;
    }

    final RawUpstream upstream(RawUpstream.Script script) {
        return keep(RawUpstream.start(script));
    }

    final RawUpstream upstream(String response) {
        return upstream(RawUpstream.answering(response));
    }

    final RawUpstream tlsUpstream(SSLContext tls, RawUpstream.Script script) {
        return keep(RawUpstream.startTls(tls, script));
    }

    private RawUpstream keep(RawUpstream upstream) {
        resources.add(upstream);
        return upstream;
    }

    static Request.Builder get(String target) {
        return request("GET", target);
    }

    static Request.Builder request(String method, String target) {
        return Request.builder(method, target).authority("example.org");
    }

    final Answer send(Endpoint endpoint, Request.Builder request) {
        Answer answer = new Answer();
        send(endpoint, request, LONG, LONG, answer);
        return answer;
    }

    final Answer send(RawUpstream upstream, Request.Builder request) {
        return send(upstream.endpoint(), request);
    }

    final Transport.Handle send(
            Endpoint endpoint, Request.Builder request, Duration connectTimeout, Duration idleTimeout, Answer answer) {
        return transport()
                .send(new Call(endpoint, request.build(), Call.Protocol.HTTP_1_1, connectTimeout, idleTimeout), answer);
    }

    /** Sends a request and gives the bytes that reached the upstream. */
    final String bytesSent(Request.Builder request) {
        RawUpstream upstream = upstream(OK);
        send(upstream, request).awaitText();
        return upstream.connection(0).received();
    }

    static void awaitQuietly(CountDownLatch latch) {
        awaitQuietly(latch, LONG);
    }

    static void awaitQuietly(CountDownLatch latch, Duration atMost) {
        try {
            latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The field lines of a message, sorted, names in lower case: neither their case nor the order of different names says
     * anything (RFC 9110 §5.1, §5.3).
     */
    static List<String> fields(String message) {
        String head = message.substring(0, message.indexOf("\r\n\r\n"));
        return head.lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(Locale.ROOT)
                        + line.substring(line.indexOf(':')))
                .sorted()
                .toList();
    }

    static void expect(GatewayException failure, Kind kind, RequestSent sent) {
        assertThat(failure.kind() + "/" + failure.requestSent())
                .as(String.valueOf(failure))
                .isEqualTo(kind + "/" + sent);
    }
}
