package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a transport reports of failures: what went wrong, and whether the request may have arrived. */
abstract class TransportFailures extends TransportResponses {

    @Test
    void aRefusedConnectionHasSentNothing() {
        expect(send(RawUpstream.refusing(), get("/")).awaitFailure(), Kind.CONNECT_FAILED, RequestSent.NO);
    }

    @Test
    void aHostThatDoesNotExistHasSentNothing() {
        Endpoint nowhere = Endpoint.of("http://no-such-host.invalid:8080");

        expect(send(nowhere, get("/")).awaitFailure(), Kind.CONNECT_FAILED, RequestSent.NO);
    }

    @Test
    void tlsWorksWithATrustedCertificateForTheHost() {
        RawUpstream upstream = tlsUpstream(TestTls.localhost(), RawUpstream.answering(OK));

        assertThat(send(upstream, request("POST", "/").body(Body.of("secret"))).awaitText())
                .isEqualTo("ok");
        assertThat(upstream.connection(0).received()).endsWith("\r\n\r\nsecret");
    }

    @Test
    void aCertificateForAnotherHostIsRefused() {
        RawUpstream upstream = tlsUpstream(TestTls.elsewhere(), RawUpstream.answering(OK));

        expect(send(upstream, get("/")).awaitFailure(), Kind.TLS_FAILED, RequestSent.NO);
        assertThat(upstream.connection(0).received()).isEmpty();
    }

    @Test
    void anUntrustedCertificateIsRefused() {
        use(TransportSetup.usual().withTrust(TestTls.trustElsewhereOnly()));
        RawUpstream upstream = tlsUpstream(TestTls.localhost(), RawUpstream.answering(OK));

        expect(send(upstream, get("/")).awaitFailure(), Kind.TLS_FAILED, RequestSent.NO);
        assertThat(upstream.connection(0).received()).isEmpty();
    }

    @Test
    void anEndpointThatDoesNotSpeakTlsIsRefused() {
        RawUpstream upstream = upstream(connection -> {
            connection.read(5);
            connection.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
            connection.readToEnd();
        });

        expect(send(https(upstream), get("/")).awaitFailure(), Kind.TLS_FAILED, RequestSent.NO);
    }

    @Test
    void anEndpointThatClosesDuringTheHandshakeHasSeenNothing() {
        RawUpstream upstream = upstream(connection -> {
            connection.read(5);
            connection.close();
        });

        expect(send(https(upstream), get("/")).awaitFailure(), Kind.TLS_FAILED, RequestSent.NO);
    }

    @Test
    void aHandshakeThatTakesTooLongIsAConnectTimeout() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer answer = new Answer();

        send(https(upstream), get("/"), SHORT, LONG, answer);

        expect(answer.awaitFailure(), Kind.CONNECT_TIMEOUT, RequestSent.NO);
    }

    @Test
    void aConnectionClosedBeforeAnAnswerMayHaveCarriedTheRequest() {
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            connection.close();
        });

        expect(send(upstream, get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.MAYBE);
        assertThat(upstream.connections()).as("nothing is sent twice").hasSize(1);
    }

    @Test
    void aConnectionResetBeforeAnAnswerMayHaveCarriedTheRequest() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.reset();
        });

        expect(send(upstream, get("/")).awaitFailure(), Kind.UPSTREAM_CLOSED, RequestSent.MAYBE);
    }

    @Test
    void aKeptConnectionThatIsClosedWhenItIsUsedAgainIsNotTriedTwice() {
        AtomicInteger requests = new AtomicInteger();
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            requests.incrementAndGet();
            connection.write(OK);
            connection.readRequest();
            requests.incrementAndGet();
            connection.close();
        });
        send(upstream, get("/1")).awaitText();

        GatewayException failure = send(upstream, get("/2")).awaitFailure();

        expect(failure, Kind.UPSTREAM_CLOSED, RequestSent.MAYBE);
        assertThat(requests).hasValue(2);
    }

    @Test
    void anAnswerThatBreaksOffInItsHeaderSectionHasBegun() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Le");
            connection.close();
        });

        GatewayException failure = send(upstream, get("/")).awaitFailure();

        assertThat(failure.requestSent()).isEqualTo(RequestSent.YES);
        // It is closed and it is no valid HTTP: both names are right.
        assertThat(failure.kind()).isIn(Kind.UPSTREAM_CLOSED, Kind.UPSTREAM_PROTOCOL);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n",
                "HTTP/1.1 abc\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nab",
                "HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\r\n folded\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nA: b\u0000c\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 650 Beyond\r\nContent-Length: 0\r\n\r\n"
            })
    void anInvalidAnswerIsRefused(String answer) {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write(answer);
            connection.readToEnd();
        });

        expect(send(upstream, get("/")).awaitFailure(), Kind.UPSTREAM_PROTOCOL, RequestSent.YES);
        upstream.connection(0).awaitClosed();
    }

    @Test
    void anAnswerWithTooLargeAHeaderSectionIsRefused() {
        RawUpstream upstream =
                upstream("HTTP/1.1 200 OK\r\nA: " + "x".repeat(20_000) + "\r\nContent-Length: 0\r\n\r\n");

        // A transport may close the connection before it has told why, and then meet its own end.
        GatewayException failure = send(upstream, get("/")).awaitFailure();
        assertThat(failure.kind()).isIn(Kind.UPSTREAM_PROTOCOL, Kind.UPSTREAM_CLOSED);
        assertThat(failure.requestSent()).isEqualTo(RequestSent.YES);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n",
                "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nTrailer"
            })
    void contentThatBreaksOffIsNeverTakenForComplete(String rest) {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\n" + rest);
            connection.close();
        });

        expect(send(upstream, get("/")).awaitBrokenBody(), Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES);
    }

    @Test
    void aResetBreaksContentOff() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            connection.readUntil("go");
            connection.reset();
        });
        PushedBody body = new PushedBody();

        Answer answer = send(upstream, request("POST", "/").body(body.body(100)));
        answer.awaitResponse();
        body.give("go");

        expect(answer.awaitBrokenBody(), Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES);
    }

    @Test
    void aSilentEndpointTimesOut() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer answer = new Answer();

        send(upstream.endpoint(), get("/"), LONG, SHORT, answer);

        expect(answer.awaitFailure(), Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE);
        upstream.connection(0).awaitClosed();
    }

    @Test
    void anEndpointThatFallsSilentInItsAnswerBreaksItOff() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            connection.readToEnd();
        });
        Answer answer = new Answer();

        send(upstream.endpoint(), get("/"), LONG, SHORT, answer);

        expect(answer.awaitBrokenBody(), Kind.RESPONSE_BODY_UPSTREAM, RequestSent.YES);
        upstream.connection(0).awaitClosed();
    }

    @Test
    void contentOfTheRequestThatIsBrokenFromTheStartSendsNothing() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        PushedBody body = new PushedBody().fail(new IllegalStateException("client"));

        Answer answer = send(upstream, request("POST", "/").body(body.body()));

        expect(answer.awaitFailure(), Kind.REQUEST_BODY_CLIENT, RequestSent.NO);
        upstream.connection(0).awaitClosed();
        assertThat(upstream.connection(0).received()).isEmpty();
    }

    @Test
    void contentOfTheRequestThatBreaksOffIsNeverMadeToLookComplete() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        PushedBody body = new PushedBody().give("half");

        Answer answer = send(upstream, request("POST", "/").body(body.body()));
        body.awaitDemand();
        body.fail(new GatewayException(Kind.BODY_TOO_LARGE, "more than allowed"));

        expect(answer.awaitFailure(), Kind.BODY_TOO_LARGE, RequestSent.MAYBE);
        upstream.connection(0).awaitClosed();
        assertThat(upstream.connection(0).received()).contains("half").doesNotContain("\r\n0\r\n");
    }

    @Test
    void aClientThatStopsSendingIsNotTheEndpointsFault() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer answer = new Answer();

        send(upstream.endpoint(), request("POST", "/").body(new PushedBody().body()), LONG, SHORT, answer);

        expect(answer.awaitFailure(), Kind.REQUEST_BODY_CLIENT, RequestSent.MAYBE);
    }

    @Test
    void aReaderThatStopsReadingIsNotTheEndpointsFault() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            connection.readToEnd();
        });
        Answer answer = new Answer();

        send(upstream.endpoint(), get("/"), LONG, SHORT, answer);
        answer.awaitResponse();
        upstream.connection(0).awaitClosed();

        expect(answer.awaitBrokenBody(), Kind.CLIENT_GONE, RequestSent.YES);
    }

    static Endpoint https(RawUpstream clear) {
        return Endpoint.of("https://localhost:" + clear.port());
    }
}
