package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.TransportFixture.LONG;
import static dev.gatehouse.testkit.TransportFixture.SHORT;
import static dev.gatehouse.testkit.TransportFixture.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a connection over HTTP/2 that is of no use any more, and of those who share it. */
final class JettyTransportHttp2EndingTest {

    private final JettyTransport transport = JettyTransport.builder()
            .selectors(1)
            .idleTimeout(Duration.ofSeconds(30))
            .build();

    @AfterEach
    void stop() {
        transport.close();
    }

    private void send(RawUpstream upstream, Transport.Callback callback) {
        transport.send(new Call(upstream.endpoint(), get("/").build(), Call.Protocol.HTTP_2, LONG, LONG), callback);
    }

    @Test
    void aCallbackThatThrowsDoesNotKeepOthersFromBeingTold() {
        try (RawUpstream upstream = RawUpstream.start(connection -> {
            Http2Frames frames = Http2Frames.accept(connection);
            frames.readUntil(Http2Frames.HEADERS);
            frames.readUntil(Http2Frames.HEADERS);
            connection.close();
        })) {
            send(upstream, new Transport.Callback() {
                @Override
                public void response(Response response) {}

                @Override
                public void failed(GatewayException failure) {
                    throw new IllegalStateException("a callback's defect");
                }
            });
            Answer other = new Answer();
            send(upstream, other);
            assertThat(other.awaitFailure().kind()).isEqualTo(Kind.UPSTREAM_CLOSED);
        }
    }

    @Test
    void aConnectionThatTakesNothingNewAfterATimeoutIsClosed() {
        try (RawUpstream upstream = RawUpstream.start(JettyTransportHttp2EndingTest::answerOnce)) {
            Answer first = new Answer();
            send(upstream, first);
            first.awaitResponse();
            Answer silent = new Answer();
            transport.send(new Call(upstream.endpoint(), get("/").build(), Call.Protocol.HTTP_2, LONG, SHORT), silent);
            assertThat(silent.awaitFailure().kind()).isEqualTo(Kind.UPSTREAM_TIMEOUT);
            upstream.connection(0).awaitClosed();
        }
    }

    private static void answerOnce(RawConnection connection) throws IOException {
        Http2Frames frames = Http2Frames.accept(connection);
        int stream = frames.readUntil(Http2Frames.HEADERS).stream();
        int flags = Http2Frames.END_HEADERS | Http2Frames.END_STREAM;
        frames.write(Http2Frames.HEADERS, flags, stream, Http2Frames.STATUS_200);
        connection.readToEnd();
    }
}
