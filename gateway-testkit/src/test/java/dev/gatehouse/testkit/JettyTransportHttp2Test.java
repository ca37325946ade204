package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.TransportFixture.LONG;
import static dev.gatehouse.testkit.TransportFixture.SHORT;
import static dev.gatehouse.testkit.TransportFixture.expect;
import static dev.gatehouse.testkit.TransportFixture.get;
import static dev.gatehouse.testkit.TransportFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** HTTP/2 frame by frame, in clear text with prior knowledge. */
final class JettyTransportHttp2Test {

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
    private static final GatewayException ENOUGH = new GatewayException(Kind.DEADLINE, "the test gives up");

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = JettyTransportContractTest.jetty(
                    TransportSetup.usual().withIdleTimeout(SHORT))
            .byteBufferPool(buffers)
            .build();
    private final LinkedBlockingQueue<Http2Frames.Frame> resets = new LinkedBlockingQueue<>();
    private @Nullable RawUpstream upstream;

    @AfterEach
    void nothingIsLeftBehind() {
        transport.close();
        if (upstream != null) {
            upstream.close();
        }
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    private interface Script {
        void serve(Http2Frames frames) throws java.io.IOException;
    }

    private Endpoint upstream(Script script) {
        upstream = RawUpstream.start(connection -> script.serve(Http2Frames.accept(connection)));
        return upstream.endpoint();
    }

    private Answer send(Endpoint endpoint, Request.Builder request) {
        Answer answer = new Answer();
        send(endpoint, request, LONG, answer);
        return answer;
    }

    private Transport.Handle send(Endpoint endpoint, Request.Builder request, Duration idle, Answer answer) {
        return transport.send(new Call(endpoint, request.build(), Call.Protocol.HTTP_2, LONG, idle), answer);
    }

    private void recordResets(Http2Frames frames) throws java.io.IOException {
        while (true) {
            resets.add(frames.readUntil(Http2Frames.RST_STREAM));
        }
    }

    @Test
    void aRequestArrivesAsItIs() throws Exception {
        Endpoint endpoint = upstream(this::recordResets);
        Headers headers = Headers.of("X-One", "1", "Host", "other", "Connection", "X-One", "cookie", "a=b");

        send(endpoint, request("get", "/a%2Fb;c//d/../e?q=%20|").headers(headers));
        awaitStreams(1);

        MetaData.Request request = Http2Frames.request(upstream.connection(0).received());
        assertThat(request.getMethod()).isEqualTo("get");
        assertThat(request.getHttpURI().getPathQuery()).isEqualTo("/a%2Fb;c//d/../e?q=%20|");
        assertThat(request.getHttpURI().getAuthority()).isEqualTo("example.org");
        assertThat(request.getHttpURI().getScheme()).isEqualTo("http");
        assertThat(request.getHttpFields().stream().map(field -> field.getLowerCaseName() + ": " + field.getValue()))
                .containsExactly("x-one: 1", "cookie: a=b");
    }

    @Test
    void contentAndTrailersComeBack() {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, Http2Frames.STATUS_200);
            frames.write(Http2Frames.DATA, 0, stream, "hel");
            frames.write(Http2Frames.DATA, 0, stream, "lo");
            frames.write(
                    Http2Frames.HEADERS,
                    Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
                    stream,
                    Http2Frames.field("grpc-status", "0"));
        });

        Answer answer = send(endpoint, get("/"));

        assertThat(answer.awaitText()).isEqualTo("hello");
        assertThat(answer.awaitResponse().body().trailers()).isEqualTo(Headers.of("grpc-status", "0"));
    }

    @Test
    void interimResponsesAreReported() {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            String hints = Http2Frames.field(":status", "103") + Http2Frames.field("link", "</a>");
            frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, hints);
            frames.write(
                    Http2Frames.HEADERS,
                    Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
                    stream,
                    Http2Frames.STATUS_200);
        });

        Answer answer = send(endpoint, get("/"));

        assertThat(answer.awaitText()).isEmpty();
        assertThat(answer.interims()).containsExactly(new Answer.Interim(103, Headers.of("link", "</a>")));
    }

    @Test
    void aRefusedStreamHasNotBeenLookedAt() {
        Endpoint endpoint = upstream(
                frames -> frames.reset(frames.readUntil(Http2Frames.HEADERS).stream(), Http2Frames.REFUSED_STREAM));

        expect(send(endpoint, get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.NO);
    }

    @Test
    void aResetStreamMayHaveBeenLookedAt() {
        Endpoint endpoint = upstream(
                frames -> frames.reset(frames.readUntil(Http2Frames.HEADERS).stream(), Http2Frames.INTERNAL_ERROR));

        expect(send(endpoint, get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.MAYBE);
    }

    @Test
    void aStreamAboveTheLastOneOfGoAwayHasNotBeenLookedAt() {
        Endpoint endpoint = upstream(frames -> {
            frames.readUntil(Http2Frames.HEADERS);
            frames.goAway(0, Http2Frames.NO_ERROR);
            recordResets(frames);
        });

        expect(send(endpoint, get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.NO);
    }

    @Test
    void aConnectionThatBreaksMayHaveCarriedTheRequest() {
        upstream = RawUpstream.start(connection -> {
            Http2Frames.accept(connection).readUntil(Http2Frames.HEADERS);
            connection.close();
        });

        expect(send(upstream.endpoint(), get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.MAYBE);
    }

    @Test
    void anEndpointThatDoesNotSpeakHttp2HasSeenNothing() {
        upstream = RawUpstream.start(connection -> {
            connection.readUntil("\r\n\r\n");
            connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
            connection.readToEnd();
        });

        expect(send(upstream.endpoint(), get("/")).awaitFailure(), Kind.CONNECT_FAILED, RequestSent.NO);
    }

    @Test
    void contentThatIsResetBreaksOff() {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, Http2Frames.STATUS_200);
            frames.write(Http2Frames.DATA, 0, stream, "abc");
            frames.reset(stream, Http2Frames.CANCEL);
        });

        expect(send(endpoint, get("/")).awaitBrokenBody(), Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES);
    }

    @Test
    void givingUpResetsTheStreamAndKeepsTheConnection() throws InterruptedException {
        Endpoint endpoint = upstream(this::recordResets);
        Answer answer = new Answer();
        Answer other = send(endpoint, get("/other"));
        Transport.Handle handle = send(endpoint, get("/"), LONG, answer);
        awaitStreams(2);

        handle.abort(ENOUGH);

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.MAYBE);
        assertThat(resets.take().error()).isEqualTo(Http2Frames.CANCEL);
        assertThat(other.isSettled()).isFalse();
        assertThat(answer.reports()).isEqualTo(1);
    }

    @Test
    void givingUpARequestWhoseContentWaitsResetsItsStream() throws InterruptedException {
        Endpoint endpoint = upstream(this::recordResets);
        Answer answer = new Answer();
        PushedBody body = new PushedBody().give("some");
        Transport.Handle handle = send(endpoint, request("POST", "/").body(body.body()), LONG, answer);
        body.awaitDemand();
        awaitStreams(1);

        handle.abort(ENOUGH);

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.MAYBE);
        assertThat(resets.take().error()).isEqualTo(Http2Frames.CANCEL);
        assertThat(body.cancelled()).isNull();
    }

    @Test
    void givingUpARequestThatTheEndpointDoesNotReadResetsItsStream() throws InterruptedException {
        Endpoint endpoint = upstream(this::recordResets);
        Answer answer = new Answer();
        // The endpoint never opens its window of 64 KiB.
        PushedBody body = new PushedBody().give(new byte[1 << 20]).end();
        Transport.Handle handle = send(endpoint, request("POST", "/").body(body.body()), LONG, answer);
        awaitStreams(1);

        handle.abort(ENOUGH);

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.MAYBE);
        assertThat(resets.take().error()).isEqualTo(Http2Frames.CANCEL);
    }

    @Test
    void aCancelledBodyResetsItsStream() throws InterruptedException {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, Http2Frames.STATUS_200);
            frames.write(Http2Frames.DATA, 0, stream, "abc");
            recordResets(frames);
        });

        Response response = send(endpoint, get("/")).awaitResponse();
        response.body().cancel(new IllegalStateException("not wanted"));

        assertThat(resets.take().error()).isEqualTo(Http2Frames.CANCEL);
    }

    @Test
    void anEarlyResponseEndsTheRequest() throws InterruptedException {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, Http2Frames.STATUS_200);
            frames.write(Http2Frames.DATA, Http2Frames.END_STREAM, stream, "early");
            recordResets(frames);
        });
        PushedBody body = new PushedBody().give("some");

        Answer answer = send(endpoint, request("POST", "/").body(body.body()));

        assertThat(answer.awaitText()).isEqualTo("early");
        assertThat(resets.take().error()).isIn(Http2Frames.NO_ERROR, Http2Frames.CANCEL);
        assertThat(body.cancelled()).isNull();
    }

    @Test
    void aSilentEndpointTimesOutThoughItsConnectionIsBusy() {
        Endpoint endpoint = upstream(this::recordResets);
        Answer answer = new Answer();
        Answer patient = send(endpoint, get("/patient"));

        send(endpoint, get("/"), SHORT, answer);

        expect(answer.awaitFailure(), Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE);
        assertThat(patient.isSettled()).isFalse();
    }

    @Test
    void theIdleTimeoutOfConnectionsIsNotThatOfExchanges() {
        Endpoint endpoint = upstream(frames -> {
            int stream = frames.readUntil(Http2Frames.HEADERS).stream();
            // Three times as long as an unused connection would be kept.
            TransportFixture.awaitQuietly(new CountDownLatch(1), SHORT.multipliedBy(3));
            frames.write(
                    Http2Frames.HEADERS,
                    Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
                    stream,
                    Http2Frames.STATUS_200);
        });

        assertThat(send(endpoint, get("/")).awaitText()).isEmpty();
    }

    @Test
    void aHeaderSectionLargerThanTheEndpointTakesFailsAlone() {
        Endpoint endpoint = upstream(frames -> {
            frames.limitHeaderList(2_000);
            recordResets(frames);
        });
        Answer small = send(endpoint, get("/small"));
        awaitStreams(1);

        GatewayException failure =
                send(endpoint, get("/").header("X", "x".repeat(10_000))).awaitFailure();

        expect(failure, Kind.BAD_REQUEST, RequestSent.NO);
        assertThat(small.isSettled()).isFalse();
    }

    @Test
    void aHeaderSectionOfTheUsualLimitsIsSent() {
        Endpoint endpoint = upstream(this::recordResets);

        send(endpoint, get("/").header("X", "x".repeat(32_000)));

        awaitStreams(1);
    }

    @Test
    void manyRequestsShareAConnection() {
        Endpoint endpoint = upstream(frames -> {
            while (true) {
                int stream = frames.readUntil(Http2Frames.HEADERS).stream();
                frames.write(Http2Frames.HEADERS, Http2Frames.END_HEADERS, stream, Http2Frames.STATUS_200);
                frames.write(Http2Frames.DATA, Http2Frames.END_STREAM, stream, "" + stream);
            }
        });
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            answers.add(send(endpoint, get("/" + i)));
        }

        assertThat(answers.stream().map(Answer::awaitText).distinct()).hasSize(50);
        assertThat(upstream.connections()).hasSize(1);
    }

    /** Waits until as many requests have come as streams were opened. */
    private void awaitStreams(int count) {
        await().until(() -> upstream != null
                && !upstream.connections().isEmpty()
                && Http2Frames.count(upstream.connection(0).received(), Http2Frames.HEADERS) >= count);
    }
}
