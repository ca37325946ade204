package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.TransportFixture.LONG;
import static dev.gatehouse.testkit.TransportFixture.OK;
import static dev.gatehouse.testkit.TransportFixture.expect;
import static dev.gatehouse.testkit.TransportFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.jetty.client.JettyTransportBuilder;
import dev.gatehouse.transport.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the contract does not ask of every transport. */
final class JettyTransportTest {

    private final VirtualTime time = new VirtualTime();
    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = JettyTransport.builder()
            .trustStore(TestTls.trust())
            .byteBufferPool(buffers)
            .time(time)
            .build();

    @AfterEach
    void nothingIsLeftBehind() {
        transport.close();
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    private Answer send(Endpoint endpoint, Request.Builder request) {
        return send(endpoint, request, Call.Protocol.HTTP_1_1);
    }

    private Answer send(Endpoint endpoint, Request.Builder request, Call.Protocol protocol) {
        Answer answer = new Answer();
        transport.send(new Call(endpoint, request.build(), protocol, LONG, LONG), answer);
        return answer;
    }

    @Test
    void theConnectTimeoutPassesWithTheTimeSource() {
        try (RawUpstream silent = RawUpstream.start(RawConnection::readToEnd)) {
            Answer answer = send(Endpoint.of("https://localhost:" + silent.port()), get("/"));
            silent.connection(0);

            time.advance(LONG.minusMillis(1));
            assertThat(answer.isSettled()).isFalse();
            time.advance(Duration.ofMillis(1));

            expect(answer.awaitFailure(), Kind.CONNECT_TIMEOUT, RequestSent.NO);
        }
    }

    @Test
    void noTimerIsLeftBehind() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            for (int i = 0; i < 100; i++) {
                send(upstream.endpoint(), get("/")).awaitText();
            }

            // One for the silence of the connection, one for the time that it is unused.
            assertThat(time.pending()).isLessThanOrEqualTo(2);
            transport.close();
            await().until(() -> time.pending() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeaderSectionThatIsTooLargeToSendIsNotSent(Call.Protocol protocol) {
        try (RawUpstream upstream = RawUpstream.start(
                protocol == Call.Protocol.HTTP_1_1
                        ? RawConnection::readToEnd
                        : connection -> Http2Frames.accept(connection).readUntil(Http2Frames.HEADERS))) {
            Answer answer = send(upstream.endpoint(), get("/").header("X", "x".repeat(100_000)), protocol);

            expect(answer.awaitFailure(), Kind.BAD_REQUEST, RequestSent.NO);
        }
    }

    @Test
    void aHeaderSectionOfTheUsualLimitsIsSent() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            assertThat(send(upstream.endpoint(), get("/").header("X", "x".repeat(32_000)))
                            .awaitText())
                    .isEqualTo("ok");
        }
    }

    @Test
    void chunksAreJettysOwnBuffers() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            Response response = send(upstream.endpoint(), get("/")).awaitResponse();

            Chunk chunk = Answer.awaitChunk(response.body());

            assertThat(chunk.data().isDirect()).isTrue();
            chunk.release();
            assertThat(Answer.readAll(response.body()).failure()).isNull();
        }
    }

    @Test
    void aBodyCancelledWhenItHasAllArrivedKeepsItsConnection() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            for (int i = 0; i < 10; i++) {
                Response response = send(upstream.endpoint(), get("/")).awaitResponse();
                response.body().cancel(new IllegalStateException("replaced"));
                assertThat(Answer.readAll(response.body()).failure()).isNotNull();
            }

            assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(TransportFixture.FEW);
        }
    }

    @Test
    void contentThatEndsWithTheConnectionIsBrokenOffByAReset() {
        try (RawUpstream upstream = RawUpstream.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\n\r\npart");
            connection.readUntil("never");
        })) {
            Response response = send(upstream.endpoint(), get("/")).awaitResponse();
            Chunk chunk = Answer.awaitChunk(response.body());
            assertThat(chunk.last()).isFalse();
            chunk.release();
            reset(upstream.connection(0));

            assertThat(Answer.readAll(response.body()).failure()).isNotNull();
        }
    }

    private static void reset(RawConnection connection) {
        try {
            connection.reset();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    @Test
    void eachExchangeHasItsOwnIdleTimeout() {
        try (RawUpstream upstream = RawUpstream.start(connection -> {
            connection.readRequest();
            connection.write(OK);
            connection.readToEnd();
        })) {
            send(upstream.endpoint(), get("/patient")).awaitText();
            Answer answer = new Answer();
            Call call = new Call(
                    upstream.endpoint(), get("/hasty").build(), Call.Protocol.HTTP_1_1, LONG, Duration.ofMillis(300));
            transport.send(call, answer);
            await().until(() -> upstream.connection(0).received().contains("GET /hasty"));

            time.advance(Duration.ofMillis(300));

            expect(answer.awaitFailure(), Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE);
        }
    }

    @Test
    void aRefusedRequestLeavesItsConnectionToTheNext() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            Answer tooLarge = send(upstream.endpoint(), get("/").header("X", "x".repeat(100_000)));
            expect(tooLarge.awaitFailure(), Kind.BAD_REQUEST, RequestSent.NO);

            assertThat(send(upstream.endpoint(), get("/")).awaitText()).isEqualTo("ok");
        }
    }

    @Test
    void aSlowReaderIsNoSilenceOfTheEndpoint() {
        byte[] large = new byte[4 << 20];
        try (RawUpstream upstream = RawUpstream.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + large.length + "\r\n\r\n");
            connection.write(large);
            connection.readToEnd();
        })) {
            Answer answer = new Answer();
            Call call = new Call(
                    upstream.endpoint(), get("/").build(), Call.Protocol.HTTP_1_1, LONG, Duration.ofMillis(300));
            transport.send(call, answer);
            Response response = answer.awaitResponse();
            for (int i = 0; i < 20; i++) {
                Chunk chunk = Answer.awaitChunk(response.body());
                assertThat(chunk.failure()).isNull();
                chunk.release();
                time.advance(Duration.ofMillis(100));
            }
            assertThat(Answer.readAll(response.body()).failure()).isNull();
        }
    }

    @Test
    void endpointsWithTheSameAddressShareConnections() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            URI uri = upstream.endpoint().uri();
            for (int i = 0; i < 10; i++) {
                send(Endpoint.builder("e" + i, uri).weight(i + 1).build(), get("/"))
                        .awaitText();
            }

            assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(TransportFixture.FEW);
        }
    }

    @Test
    void whatIsSharedOutlivesTheTransport() throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool();
        ScheduledExecutorScheduler scheduler = new ScheduledExecutorScheduler();
        threads.start();
        scheduler.start();
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            JettyTransport sharing = JettyTransport.builder()
                    .executor(threads)
                    .scheduler(scheduler)
                    .selectors(1)
                    .build();
            Answer answer = new Answer();
            sharing.send(new Call(upstream.endpoint(), get("/").build(), Call.Protocol.HTTP_1_1, LONG, LONG), answer);
            assertThat(answer.awaitText()).isEqualTo("ok");

            sharing.close();

            assertThat(threads.isRunning()).isTrue();
            assertThat(scheduler.isRunning()).isTrue();
        } finally {
            threads.stop();
            scheduler.stop();
        }
    }

    @Test
    void aContextOfOnesOwnIsUsedAndHostNamesAreStillVerified() {
        try (JettyTransport own =
                        JettyTransport.builder().sslContext(TestTls.client()).build();
                RawUpstream right = RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(OK));
                RawUpstream wrong = RawUpstream.startTls(TestTls.elsewhere(), RawUpstream.answering(OK))) {
            Answer accepted = new Answer();
            Answer refused = new Answer();
            own.send(new Call(right.endpoint(), get("/").build(), Call.Protocol.HTTP_1_1, LONG, LONG), accepted);
            own.send(new Call(wrong.endpoint(), get("/").build(), Call.Protocol.HTTP_1_1, LONG, LONG), refused);

            assertThat(accepted.awaitText()).isEqualTo("ok");
            expect(refused.awaitFailure(), Kind.TLS_FAILED, RequestSent.NO);
        }
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        JettyTransportBuilder builder = JettyTransport.builder();

        assertThatThrownBy(() -> builder.maxConnectionsPerEndpoint(0))
                .hasMessage("maxConnectionsPerEndpoint: 0 (expected: >= 1)");
        assertThatThrownBy(() -> builder.maxQueuedPerEndpoint(0))
                .hasMessage("maxQueuedPerEndpoint: 0 (expected: >= 1)");
        assertThatThrownBy(() -> builder.maxResponseHeaderBytes(10))
                .hasMessage("maxResponseHeaderBytes: 10 (expected: >= 1024)");
        assertThatThrownBy(() -> builder.selectors(0)).hasMessage("selectors: 0 (expected: >= 1)");
        assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout: PT0S (expected: >= 1 ms)");
        assertThatThrownBy(() -> builder.trustStore(TestTls.trust())
                        .sslContext(TestTls.client())
                        .build())
                .hasMessageContaining("trustStore has no effect");
    }
}
