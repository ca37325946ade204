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
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which connection over HTTP/2 a request gets, and what is said of one whose connection fails. */
final class JettyTransportHttp2PoolTest {

    @SuppressWarnings("StaticAssignmentOfThrowable") // it has no stack trace
    private static final GatewayException ENOUGH = new GatewayException(Kind.DEADLINE, "the test gives up");

    private static final int PING = 6;
    private static final int WINDOW_UPDATE = 8;

    /** {@code :method: GET}, an entry of HPACK's static table, which each request begins with. */
    private static final char GET = '\u0082';

    private static final String ZERO = "\u0000\u0000\u0000\u0000";

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = transport(1);
    private @Nullable RawUpstream upstream;

    private JettyTransport transport(int loops) {
        return JettyTransportContractTest.jetty(TransportSetup.usual())
                .byteBufferPool(buffers)
                .selectors(loops)
                .build();
    }

    @AfterEach
    void nothingIsLeftBehind() {
        transport.close();
        if (upstream != null) {
            upstream.close();
        }
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    private interface Script {
        void serve(RawConnection connection, Http2Frames frames) throws IOException;
    }

    private Endpoint upstream(Script script) {
        upstream = RawUpstream.start(connection -> script.serve(connection, Http2Frames.accept(connection)));
        return upstream.endpoint();
    }

    /** The first connection does what is special, the others answer. */
    private Endpoint upstreamThatFirst(Script first) {
        AtomicInteger connections = new AtomicInteger();
        return upstream((connection, frames) -> {
            if (connections.incrementAndGet() == 1) {
                first.serve(connection, frames);
            } else {
                answerAll(frames);
            }
        });
    }

    private static void answerAll(Http2Frames frames) throws IOException {
        while (true) {
            answer(frames, frames.readUntil(Http2Frames.HEADERS).stream());
        }
    }

    private static void answer(Http2Frames frames, int stream) throws IOException {
        frames.write(
                Http2Frames.HEADERS, Http2Frames.END_HEADERS | Http2Frames.END_STREAM, stream, Http2Frames.STATUS_200);
    }

    private Answer send(Endpoint endpoint, Request.Builder request) {
        Answer answer = new Answer();
        send(endpoint, request, LONG, answer);
        return answer;
    }

    private Transport.Handle send(
            Endpoint endpoint, Request.Builder request, Duration idle, Transport.Callback callback) {
        return transport.send(new Call(endpoint, request.build(), Call.Protocol.HTTP_2, LONG, idle), callback);
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                ending("closed", (connection, frames) -> connection.close()),
                ending("reset", (connection, frames) -> connection.reset()),
                ending("a protocol error", (connection, frames) -> frames.write(WINDOW_UPDATE, 0, 0, ZERO)),
                ending("going away", (connection, frames) -> frames.goAway(0, Http2Frames.NO_ERROR)));
    }

    private static Arguments ending(String what, Script script) {
        return Arguments.of(what, script);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void aRetryFromTheCallbackGetsAnotherConnection(String what, Script end) {
        Endpoint endpoint = upstreamThatFirst((connection, frames) -> {
            frames.readUntil(Http2Frames.HEADERS);
            end.serve(connection, frames);
        });
        Answer retried = new Answer();

        send(endpoint, get("/"), LONG, new Transport.Callback() {
            @Override
            public void response(Response response) {
                throw new AssertionError("answered");
            }

            @Override
            public void failed(GatewayException failure) {
                send(endpoint, get("/"), LONG, retried);
            }
        });

        assertThat(retried.awaitResponse().status()).isEqualTo(200);
        assertThat(retried.reports()).isEqualTo(1);
        assertThat(upstream.connections()).hasSize(2);
    }

    @Test
    void afterAProtocolErrorTheNextRequestGetsAnotherConnection() {
        Endpoint endpoint = upstreamThatFirst((connection, frames) -> {
            frames.readUntil(Http2Frames.HEADERS);
            frames.write(WINDOW_UPDATE, 0, 0, ZERO);
        });

        expect(send(endpoint, get("/")).awaitFailure(), Kind.UPSTREAM_PROTOCOL, RequestSent.YES);
        assertThat(send(endpoint, get("/")).awaitResponse().status()).isEqualTo(200);
    }

    /** Answers GET alone, and counts the requests that came before it. */
    private static void countUntilGet(Http2Frames frames, AtomicInteger seen) throws IOException {
        Http2Frames.Frame head = frames.readUntil(Http2Frames.HEADERS);
        while (head.payload().charAt(0) != GET) {
            seen.incrementAndGet();
            head = frames.readUntil(Http2Frames.HEADERS);
        }
        answer(frames, head.stream());
    }

    @Test
    void whatIsGivenUpAsUnsentIsNeverSeen() {
        AtomicInteger seen = new AtomicInteger();
        Endpoint endpoint = upstream((connection, frames) -> {
            countUntilGet(frames, seen);
            countUntilGet(frames, seen);
        });
        send(endpoint, get("/connects")).awaitResponse();
        int mayBeSeen = 0;

        for (int round = 0; round < 50; round++) {
            List<Answer> answers = new ArrayList<>();
            List<Transport.Handle> handles = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                Answer answer = new Answer();
                answers.add(answer);
                handles.add(send(endpoint, request("POST", "/"), LONG, answer));
            }
            // The loop is about to send some of them.
            handles.forEach(handle -> handle.abort(ENOUGH));
            for (Answer answer : answers) {
                mayBeSeen += answer.awaitFailure().requestSent() == RequestSent.NO ? 0 : 1;
            }
        }

        send(endpoint, get("/last")).awaitResponse();
        assertThat(seen.get()).isLessThanOrEqualTo(mayBeSeen);
    }

    /** What the loop has been told to send it has not sent yet while it is busy. */
    @Test
    void whatIsGivenUpByAnotherThreadWhileTheLoopIsBusyIsNeverSeen() {
        AtomicInteger seen = new AtomicInteger();
        Endpoint endpoint = upstream((connection, frames) -> {
            countUntilGet(frames, seen);
            countUntilGet(frames, seen);
        });
        Answer given = new Answer();

        send(endpoint, get("/connects"), LONG, new Transport.Callback() {
            @Override
            public void response(Response response) {
                Transport.Handle handle = send(endpoint, request("DELETE", "/"), LONG, given);
                CompletableFuture.runAsync(() -> handle.abort(ENOUGH)).join();
            }

            @Override
            public void failed(GatewayException failure) {
                given.failed(failure);
            }
        });

        RequestSent sent = given.awaitFailure().requestSent();
        send(endpoint, get("/last")).awaitResponse();
        assertThat(seen.get()).isEqualTo(sent == RequestSent.NO ? 0 : 1);
    }

    /** ALTSVC (RFC 7838 §4), what was BLOCKED, and ORIGIN (RFC 8336). */
    @ParameterizedTest
    @ValueSource(ints = {10, 11, 12})
    void framesOfExtensionsAreIgnored(int type) {
        Endpoint endpoint = upstream((connection, frames) -> {
            frames.write(type, 0, 0, "\u0000\u0001ah2=");
            frames.write(type, 0, 1, "\u0000\u0000h2=");
            answerAll(frames);
        });

        assertThat(send(endpoint, get("/")).awaitResponse().status()).isEqualTo(200);
        assertThat(send(endpoint, get("/")).awaitResponse().status()).isEqualTo(200);
        assertThat(upstream.connections()).hasSize(1);
    }

    @Test
    void aConnectionOnWhichNothingWasHeardUntilATimeoutTakesNothingNew() {
        Endpoint endpoint = upstreamThatFirst((connection, frames) -> {
            answer(frames, frames.readUntil(Http2Frames.HEADERS).stream());
            connection.readToEnd();
        });
        send(endpoint, get("/answered")).awaitResponse();
        Answer silent = new Answer();

        send(endpoint, get("/silent"), SHORT, silent);

        expect(silent.awaitFailure(), Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE);
        assertThat(send(endpoint, get("/next")).awaitResponse().status()).isEqualTo(200);
        assertThat(upstream.connections()).hasSize(2);
    }

    @Test
    void aConnectionThatWasHeardOfIsKeptAfterATimeout() {
        Endpoint endpoint = upstream((connection, frames) -> {
            answer(frames, frames.readUntil(Http2Frames.HEADERS).stream());
            frames.readUntil(Http2Frames.HEADERS);
            frames.write(PING, 0, 0, ZERO + ZERO);
            answerAll(frames);
        });
        send(endpoint, get("/answered")).awaitResponse();
        Answer silent = new Answer();

        send(endpoint, get("/silent"), SHORT, silent);

        expect(silent.awaitFailure(), Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE);
        assertThat(send(endpoint, get("/next")).awaitResponse().status()).isEqualTo(200);
        assertThat(upstream.connections()).hasSize(1);
    }

    /** An answer before the end of the request may be followed by a reset without an error (RFC 9113 §8.1). */
    @Test
    void manyEarlyAnswersKeepTheirConnection() {
        Endpoint endpoint = upstream((connection, frames) -> {
            while (true) {
                int stream = frames.readUntil(Http2Frames.HEADERS).stream();
                answer(frames, stream);
                frames.reset(stream, Http2Frames.NO_ERROR);
            }
        });

        for (int round = 0; round < 40; round++) {
            List<Answer> answers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                answers.add(send(endpoint, request("POST", "/")));
            }
            answers.forEach(
                    answer -> assertThat(answer.awaitResponse().status()).isEqualTo(200));
        }

        assertThat(upstream.connections()).hasSize(1);
    }

    @Test
    void whoWaitsForAConnectionThatCannotBeHadUsesThatOfAnotherLoop() throws Exception {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}));
        Endpoint endpoint = Endpoint.of("http://127.0.0.1:" + server.getLocalPort());
        Call call = new Call(endpoint, get("/").build(), Call.Protocol.HTTP_2, LONG, LONG);
        try (JettyTransport two = transport(2)) {
            Answer first = new Answer();
            two.send(call, first);
            try (RawConnection only = acceptNoOther(server)) {
                CompletableFuture.runAsync(() -> answerQuietly(only));
                assertThat(first.awaitResponse().status()).isEqualTo(200);

                // Each loop in its turn: one of them has no connection.
                for (int i = 0; i < 2; i++) {
                    Answer next = new Answer();
                    two.send(call, next);
                    assertThat(next.awaitResponse().status()).isEqualTo(200);
                }
            }
        }
    }

    private static RawConnection acceptNoOther(ServerSocket server) throws IOException {
        try (server) {
            return new RawConnection(server.accept());
        }
    }

    private static void answerQuietly(RawConnection connection) {
        try {
            answerAll(Http2Frames.accept(connection));
        } catch (IOException closed) {
            // The test is over.
        }
    }

    @Test
    void anEndpointWhoseFirstSettingsAreInvalidMayHaveActed() {
        upstream = RawUpstream.start(connection -> {
            connection.readUntil("SM\r\n\r\n");
            int type;
            do {
                String head = connection.read(9);
                connection.read(head.charAt(1) << 8 | head.charAt(2));
                type = head.charAt(3);
            } while (type != Http2Frames.HEADERS);
            // SETTINGS_MAX_FRAME_SIZE of 1.
            connection.write("\u0000\u0000\u0006\u0004\u0000" + ZERO + "\u0000\u0005\u0000\u0000\u0000\u0001");
        });

        GatewayException failure =
                send(upstream.endpoint(), request("POST", "/")).awaitFailure();

        assertThat(failure.requestSent()).as("%s", failure).isNotEqualTo(RequestSent.NO);
    }

    @Test
    void anEndpointMayNotAllowPushing() {
        CompletableFuture<String> goAway = new CompletableFuture<>();
        Endpoint endpoint = upstream((connection, frames) -> {
            frames.readUntil(Http2Frames.HEADERS);
            frames.write(Http2Frames.SETTINGS, 0, 0, "\u0000\u0002\u0000\u0000\u0000\u0001");
            goAway.complete(frames.readUntil(Http2Frames.GOAWAY).payload());
        });

        assertThat(send(endpoint, get("/")).awaitFailure().kind()).isEqualTo(Kind.UPSTREAM_PROTOCOL);
        // The last stream, and PROTOCOL_ERROR.
        assertThat(Patience.await(goAway, "no GOAWAY came")).startsWith(ZERO + "\u0000\u0000\u0000\u0001");
    }
}
