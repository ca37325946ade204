package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FakeTransportTest {

    private final Answer answer = new Answer();

    private Transport.Handle send(FakeTransport transport, Request.Builder request) {
        Call call = new Call(
                Endpoint.of("http://a.example:1"),
                request.build(),
                Call.Protocol.HTTP_1_1,
                Duration.ofSeconds(1),
                Duration.ZERO);
        return transport.send(call, answer);
    }

    private static GatewayException enough() {
        return new GatewayException(Kind.DEADLINE, "the test gives up");
    }

    @Test
    void aRequestIsAnsweredAndKept() {
        FakeTransport transport = FakeTransport.answering(
                call -> Reply.of(Response.text(200, "for " + call.request().path())));

        send(transport, Request.builder("POST", "/a").body(Body.of("hello")));

        assertThat(answer.awaitText()).isEqualTo("for /a");
        assertThat(transport.sent()).hasSize(1);
        assertThat(transport.last().text()).isEqualTo("hello");
        assertThat(transport.last().isComplete()).isTrue();
        assertThat(transport.last().call().endpoint().id()).isEqualTo("a.example:1");
    }

    @Test
    void theAnswerWaitsForTheContent() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.of(204));
        PushedBody body = new PushedBody();

        send(transport, Request.builder("POST", "/").body(body.body()));
        assertThat(answer.isSettled()).isFalse();
        body.give("x").end(Headers.of("T", "1"));

        assertThat(answer.awaitResponse().status()).isEqualTo(204);
        assertThat(transport.last().trailers()).isEqualTo(Headers.of("T", "1"));
    }

    @Test
    void anEarlyAnswerDoesNotReadTheContent() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.of(413).early());
        PushedBody body = new PushedBody().give("much");

        send(transport, Request.builder("POST", "/").body(body.body()));

        assertThat(answer.awaitResponse().status()).isEqualTo(413);
        assertThat(body.bytesRead()).isZero();
    }

    @Test
    void anAnswerComesWhenItsTimeHasCome() {
        VirtualTime time = new VirtualTime();
        FakeTransport transport = FakeTransport.answering(
                call -> Reply.of(200)
                        .withInterim(103, Headers.of("Link", "</a>"))
                        .after(Duration.ofSeconds(5)),
                time);

        send(transport, Request.get("/"));
        time.advance(Duration.ofSeconds(4));
        assertThat(answer.isSettled()).isFalse();
        assertThat(answer.interims()).containsExactly(new Answer.Interim(103, Headers.of("Link", "</a>")));
        time.advance(Duration.ofSeconds(1));

        assertThat(answer.awaitResponse().status()).isEqualTo(200);
    }

    @Test
    void aFailureThatSentNothingLeavesTheContentUnread() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.failure(Kind.CONNECT_FAILED, RequestSent.NO));
        PushedBody body = new PushedBody().give("x").end();

        send(transport, Request.builder("POST", "/").body(body.body()));

        TransportFixture.expect(answer.awaitFailure(), Kind.CONNECT_FAILED, RequestSent.NO);
        assertThat(body.bytesRead()).isZero();
    }

    @Test
    void contentThatBreaksOffFailsTheRequest() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.of(200));
        PushedBody body = new PushedBody().give("x").fail(new IllegalStateException("client"));

        send(transport, Request.builder("POST", "/").body(body.body()));

        TransportFixture.expect(answer.awaitFailure(), Kind.REQUEST_BODY_CLIENT, RequestSent.MAYBE);
        assertThat(transport.last().isComplete()).isFalse();
    }

    @Test
    void silenceEndsWhenTheRequestIsGivenUp() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.never());
        Transport.Handle handle = send(transport, Request.get("/"));
        assertThat(answer.isSettled()).isFalse();

        handle.abort(enough());
        handle.abort(enough());

        TransportFixture.expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.MAYBE);
        assertThat(answer.reports()).isEqualTo(1);
        assertThat(transport.last().aborted()).isNotNull();
    }

    @Test
    void givingUpBreaksAStreamOff() {
        PushedBody body = new PushedBody().give("first");
        FakeTransport transport = FakeTransport.answering(call -> Reply.streaming(200, body));
        Transport.Handle handle = send(transport, Request.get("/"));
        Answer.awaitChunk(answer.awaitResponse().body()).release();

        handle.abort(enough());

        TransportFixture.expect(answer.awaitBrokenBody(), Kind.DEADLINE, RequestSent.YES);
    }

    @Test
    void aReaderThatCancelsIsSeen() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.of(Response.text(200, "x")));
        send(transport, Request.get("/"));

        answer.awaitResponse().body().cancel(new IllegalStateException("not wanted"));

        assertThat(transport.last().responseCancelled()).hasMessage("not wanted");
    }

    @Test
    void aClosedTransportRefuses() {
        FakeTransport transport = FakeTransport.answering(call -> Reply.of(200));
        transport.close();

        send(transport, Request.get("/"));

        TransportFixture.expect(answer.awaitFailure(), Kind.CLOSING, RequestSent.NO);
        assertThat(transport.isClosed()).isTrue();
    }
}
