package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Transport} must do over HTTP/1.1, told byte by byte by servers on plain sockets. Extend it, make your
 * transport in {@link #newTransport}, and run it with JUnit 5.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class TransportContract extends TransportFailures {

    /** Nothing to set up. */
    protected TransportContract() {}

    @Test
    void aConnectionIsUsedAgain() {
        RawUpstream upstream = upstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");

        for (int i = 0; i < 20; i++) {
            send(upstream, request("POST", "/").body(Body.of("content"))).awaitText();
        }

        assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(FEW);
    }

    @Test
    void aConnectionThatItsEndpointWillCloseIsNotUsedAgain() {
        RawUpstream upstream = upstream("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

        send(upstream, get("/")).awaitText();
        send(upstream, get("/")).awaitText();

        // A transport may open one more than it comes to need.
        assertThat(upstream.connections())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(connection ->
                        assertThat(connection.received().split("GET ", -1)).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void aConnectionThatItsEndpointClosedIsNotUsedAgain() {
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            connection.write(OK);
            connection.close();
        });
        // Without a request in between, the transport may learn of a close only when it uses the connection.
        for (int i = 0; i < 5; i++) {
            Answer answer = send(upstream, get("/" + i));
            if (answer.awaitSettled()) {
                Answer.readAll(answer.awaitResponse().body());
            }
        }

        // As above: a connection that was opened and not needed carries none.
        assertThat(upstream.connections())
                .hasSizeGreaterThanOrEqualTo(2)
                .allSatisfy(connection ->
                        assertThat(connection.received().split("GET ", -1)).hasSizeLessThanOrEqualTo(2));
    }

    @Test
    void anUnusedConnectionIsClosed() {
        use(TransportSetup.usual().withIdleTimeout(SHORT));
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            connection.write(OK);
            connection.readToEnd();
        });

        send(upstream, get("/")).awaitText();

        upstream.connection(0).awaitClosed();
    }

    @Test
    void theIdleTimeoutOfConnectionsIsNotThatOfExchanges() {
        use(TransportSetup.usual().withIdleTimeout(SHORT));
        RawUpstream upstream = upstream(connection -> {
            connection.readRequest();
            // Three times as long as an unused connection would be kept.
            awaitQuietly(new CountDownLatch(1), SHORT.multipliedBy(3));
            connection.write(OK);
        });

        assertThat(send(upstream, get("/")).awaitText()).isEqualTo("ok");
    }

    @Test
    void thereAreNoMoreConnectionsThanAllowed() {
        use(TransportSetup.usual().withConnections(3, 64));
        CountDownLatch goOn = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                connection.readRequest();
                awaitQuietly(goOn);
                connection.write(OK);
            }
        });
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(send(upstream, get("/" + i)));
        }
        upstream.connection(2);
        goOn.countDown();

        answers.forEach(answer -> assertThat(answer.awaitText()).isEqualTo("ok"));
        assertThat(upstream.connections()).hasSize(3);
    }

    @Test
    void aRequestTooManyInTheQueueIsRejectedAtOnce() {
        use(TransportSetup.usual().withConnections(1, 2));
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        send(upstream, get("/served"));
        upstream.connection(0);
        awaitRequest(upstream.connection(0));
        List<Answer> queued = List.of(send(upstream, get("/1")), send(upstream, get("/2")));

        GatewayException failure = send(upstream, get("/3")).awaitFailure();

        expect(failure, Kind.REJECTED_OVERLOAD, RequestSent.NO);
        assertThat(queued).noneMatch(Answer::isSettled);
    }

    @Test
    void waitingTooLongForAFreeConnectionIsOverload() {
        use(TransportSetup.usual().withConnections(1, 2));
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        send(upstream, get("/served"));
        awaitRequest(upstream.connection(0));
        Answer answer = new Answer();

        send(upstream.endpoint(), get("/waits"), SHORT, LONG, answer);

        expect(answer.awaitFailure(), Kind.REJECTED_OVERLOAD, RequestSent.NO);
    }

    @Test
    void aRequestGivenUpInTheQueueIsNeverSent() {
        use(TransportSetup.usual().withConnections(1, 2));
        CountDownLatch goOn = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                connection.readRequest();
                awaitQuietly(goOn);
                connection.write(OK);
            }
        });
        Answer served = send(upstream, get("/served"));
        awaitRequest(upstream.connection(0));
        Answer answer = new Answer();
        Transport.Handle handle = send(upstream.endpoint(), get("/given-up"), LONG, LONG, answer);

        handle.abort(enough());
        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.NO);

        goOn.countDown();
        served.awaitText();
        send(upstream, get("/after")).awaitText();
        assertThat(upstream.connection(0).received()).contains("/after").doesNotContain("/given-up");
        assertThat(answer.reports()).isEqualTo(1);
    }

    @Test
    void aRequestGivenUpWhileConnectingIsNeverSent() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer answer = new Answer();
        Transport.Handle handle = send(https(upstream), get("/"), LONG, LONG, answer);
        upstream.connection(0);

        handle.abort(enough());

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.NO);
        assertThat(answer.reports()).isEqualTo(1);
    }

    @Test
    void givingUpBeforeTheAnswerClosesTheConnection() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer answer = new Answer();
        PushedBody body = new PushedBody().give("some");
        Transport.Handle handle = send(upstream.endpoint(), request("POST", "/").body(body.body()), LONG, LONG, answer);
        body.awaitDemand();
        awaitRequest(upstream.connection(0));

        handle.abort(enough());
        handle.abort(enough());

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.MAYBE);
        upstream.connection(0).awaitClosed();
        body.give("more").end();
        assertThat(answer.reports()).isEqualTo(1);
        assertThat(body.cancelled()).as("the body is left to the exchange").isNull();
    }

    @Test
    void givingUpAnEndpointThatDoesNotReadClosesTheConnection() {
        CountDownLatch given = new CountDownLatch(1);
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 103 Early Hints\r\n\r\n");
            awaitQuietly(given);
            connection.readToEnd();
        });
        PushedBody body = new PushedBody();
        for (int i = 0; i < 32; i++) {
            body.give(new byte[1 << 20]);
        }
        Answer answer = new Answer();
        Transport.Handle handle = send(upstream.endpoint(), request("POST", "/").body(body.body()), LONG, LONG, answer);
        answer.awaitInterim();

        handle.abort(enough());
        given.countDown();

        expect(answer.awaitFailure(), Kind.DEADLINE, RequestSent.YES);
        upstream.connection(0).awaitClosed();
        assertThat(body.bytesRead()).isLessThan(32L << 20);
    }

    @Test
    void givingUpDuringTheAnswerBreaksItOff() {
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            connection.readToEnd();
        });
        Answer answer = new Answer();
        Transport.Handle handle = send(upstream.endpoint(), get("/"), LONG, LONG, answer);
        Response response = answer.awaitResponse();
        Answer.awaitChunk(response.body()).release();

        handle.abort(enough());

        expect(answer.awaitBrokenBody(), Kind.DEADLINE, RequestSent.YES);
        upstream.connection(0).awaitClosed();
        assertThat(answer.reports()).isEqualTo(1);
    }

    @Test
    void givingUpAfterTheEndDoesNothing() {
        RawUpstream upstream = upstream(OK);
        Answer answer = new Answer();
        Transport.Handle handle = send(upstream.endpoint(), get("/"), LONG, LONG, answer);
        answer.awaitText();

        handle.abort(enough());

        for (int i = 0; i < 10; i++) {
            send(upstream, get("/again")).awaitText();
        }
        assertThat(upstream.connections()).hasSizeLessThanOrEqualTo(FEW);
        assertThat(answer.reports()).isEqualTo(1);
    }

    @Test
    void closingFailsWhatIsUnderWayAndWhatComesLater() {
        RawUpstream upstream = upstream(RawConnection::readToEnd);
        Answer underWay = send(upstream, get("/"));
        awaitRequest(upstream.connection(0));

        transport().close();

        assertThat(underWay.awaitFailure().requestSent()).isEqualTo(RequestSent.MAYBE);
        upstream.connection(0).awaitClosed();
        expect(send(upstream, get("/")).awaitFailure(), Kind.CLOSING, RequestSent.NO);
    }

    @Test
    void manyRequestsAtOnceGetTheirOwnAnswers() {
        RawUpstream upstream = upstream(connection -> {
            while (true) {
                String path = connection.readRequest().split(" ", 3)[1];
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
            }
        });
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            answers.add(send(upstream, get("/" + i).headers(Headers.of("N", "" + i))));
        }

        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).awaitText()).isEqualTo("/" + i);
        }
    }

    private static GatewayException enough() {
        return new GatewayException(Kind.DEADLINE, "the test gives up");
    }

    /** Waits until a connection whose script reads everything has got a header section. */
    private static void awaitRequest(RawConnection connection) {
        Duration waited = Duration.ZERO;
        while (!connection.received().contains("\r\n\r\n")) {
            awaitQuietly(new CountDownLatch(1), Duration.ofMillis(5));
            waited = waited.plusMillis(5);
            assertThat(waited).as("waiting for a request").isLessThan(LONG);
        }
    }
}
