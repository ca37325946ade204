package dev.gatehouse.testkit;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link FakeTransport} makes of a request: a response, a failure or silence, at once or after a while. Immutable. */
public final class Reply {

    private final @Nullable Response response;
    private final @Nullable GatewayException failure;
    private final List<Answer.Interim> interims;
    private final Duration delay;
    private final boolean early;

    private Reply(
            @Nullable Response response,
            @Nullable GatewayException failure,
            List<Answer.Interim> interims,
            Duration delay,
            boolean early) {
        this.response = response;
        this.failure = failure;
        this.interims = interims;
        this.delay = delay;
        this.early = early;
    }

    /**
     * A response. Its body is read once, so make a new one for each request.
     *
     * @param response the response
     * @return a reply
     */
    public static Reply of(Response response) {
        return new Reply(response, null, List.of(), Duration.ZERO, false);
    }

    /**
     * A response without content.
     *
     * @param status 200 to 599
     * @return a reply
     */
    public static Reply of(int status) {
        return of(Response.of(status));
    }

    /**
     * A response whose content a test feeds by hand.
     *
     * @param status 200 to 599
     * @param body the content
     * @return a reply
     */
    public static Reply streaming(int status, PushedBody body) {
        return of(Response.of(status, Headers.empty(), Body.of(body, -1)));
    }

    /**
     * A failure.
     *
     * @param kind what goes wrong
     * @param sent whether the endpoint may have seen the request; for {@link RequestSent#NO} its content is not read
     * @return a reply
     */
    public static Reply failure(Kind kind, RequestSent sent) {
        GatewayException failure = new GatewayException(kind, sent, "a fake failure", null);
        return new Reply(null, failure, List.of(), Duration.ZERO, sent == RequestSent.NO);
    }

    /**
     * No answer, until the request is given up.
     *
     * @return a reply
     */
    public static Reply never() {
        return new Reply(null, null, List.of(), Duration.ZERO, false);
    }

    static Reply closing() {
        return failure(Kind.CLOSING, RequestSent.NO);
    }

    /**
     * The same, some time after the request's content has been read.
     *
     * @param time how long
     * @return a reply
     */
    public Reply after(Duration time) {
        return new Reply(response, failure, interims, time, early);
    }

    /**
     * The same, after an interim response. Several come in the order in which they are added, all before the delay.
     *
     * @param status 100 to 199
     * @param headers its header section
     * @return a reply
     */
    public Reply withInterim(int status, Headers headers) {
        List<Answer.Interim> more = new ArrayList<>(interims);
        more.add(new Answer.Interim(status, headers));
        return new Reply(response, failure, List.copyOf(more), delay, early);
    }

    /**
     * The same, without reading the request's content.
     *
     * @return a reply
     */
    public Reply early() {
        return new Reply(response, failure, interims, delay, true);
    }

    @Nullable
    Response response() {
        return response;
    }

    @Nullable
    GatewayException failure() {
        return failure;
    }

    List<Answer.Interim> interims() {
        return interims;
    }

    Duration delay() {
        return delay;
    }

    boolean isEarly() {
        return early;
    }
}
