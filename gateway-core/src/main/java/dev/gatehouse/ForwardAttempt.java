package dev.gatehouse;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.forward.LatencyQuantile;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One try on one endpoint: the attempt filters, the transport, its timers, and the lease. The lease is reported at the
 * response's headers or the failure, and closed at the end of the body, in every case.
 */
final class ForwardAttempt implements Transport.Callback {

    private static final int CONTINUE = 100;

    /** How far it has come; the step away from FILTERS is taken once, by whoever is first. */
    private enum Phase {
        /** Attempt filters run, or wait. */
        FILTERS,
        /** The transport has the request, and will answer. */
        SENT,
        /** A filter has answered by itself, or the attempt was given up: nothing is sent. */
        UNSENT
    }

    private final Upstream upstream;
    private final Route route;
    private final Exchange exchange;
    private final HostExchange host;

    /** Whether it runs beside another one: one of two tells the client of interim responses. */
    private final boolean isHedge;

    private final Lease lease;
    private final BiConsumer<ForwardAttempt, Response> answered;
    private final long startNanos;

    private volatile Phase phase;

    /** What the transport's answer goes to: the innermost end of the attempt filters. */
    private @Nullable Consumer<Response> sink;

    private String method = "";
    private @Nullable RequestTarget target;

    /** Guarded by this. */
    private Transport.@Nullable Handle handle;

    private @Nullable GatewayException aborted;
    private TimeSource.@Nullable Timer attemptTimer;
    private TimeSource.@Nullable Timer firstByteTimer;
    private boolean settled;
    private @Nullable Body content;
    private boolean ended;

    ForwardAttempt(
            Upstream upstream,
            Route route,
            Exchange exchange,
            HostExchange host,
            Lease lease,
            boolean isHedge,
            BiConsumer<ForwardAttempt, Response> answered) {
        this.upstream = upstream;
        this.route = route;
        this.exchange = exchange;
        this.host = host;
        this.lease = lease;
        this.isHedge = isHedge;
        this.answered = answered;
        this.startNanos = exchange.services().time().nanoTime();
        this.phase = route.attemptFilters().isEmpty() ? Phase.SENT : Phase.FILTERS;
    }

    Lease lease() {
        return lease;
    }

    void start(Request request) {
        target = request.target();
        attemptTimer = schedule(route.timeouts().attempt(), "the attempt took too long");
        route.attemptFilters().run(request, exchange, "transport", this::send, this::filtersDone);
    }

    private void filtersDone(Response response) {
        if (phase == Phase.FILTERS && leaveFilters(Phase.UNSENT)) {
            // A filter that answers by itself leaves nothing to wait for.
            end();
        } else if (phase == Phase.UNSENT) {
            response.body().cancel(new GatewayException(Kind.UPSTREAM_TIMEOUT, "the attempt was given up before"));
            return;
        }
        answered.accept(this, response);
    }

    /** Takes the step away from the filters, unless it was taken before. */
    private synchronized boolean leaveFilters(Phase next) {
        if (phase != Phase.FILTERS) {
            return false;
        }
        phase = next;
        return true;
    }

    private void send(Request filtered, Consumer<Response> done) {
        sink = done;
        if (phase != Phase.SENT && !leaveFilters(Phase.SENT)) {
            // The attempt has its answer without this; the filters that led here may wait for theirs.
            done.accept(Errors.problem(
                    new GatewayException(Kind.UPSTREAM_TIMEOUT, RequestSent.NO, "the attempt was given up", null)));
            return;
        }
        Transport.Handle sent;
        try {
            sent = upstream.transport().send(call(filtered), this);
        } catch (RuntimeException thrown) {
            failed(Errors.ofFilter("the transport", thrown));
            return;
        }
        GatewayException reason;
        synchronized (this) {
            handle = sent;
            reason = aborted;
        }
        if (reason != null) {
            sent.abort(reason);
        }
    }

    private Call call(Request filtered) {
        GatewayException refused = FilteredTarget.refuse(filtered, Objects.requireNonNull(target), route);
        if (refused != null) {
            throw refused;
        }
        Request toSend = route.forwarding()
                .toUpstream(filtered, exchange.client(), lease.endpoint().authority());
        method = toSend.method();
        toSend = toSend.withBody(toSend.body().onEnd((bytes, failure, cancelled) -> awaitFirstByte()));
        Timeouts timeouts = route.timeouts();
        return new Call(lease.endpoint(), toSend, upstream.protocol(), timeouts.connect(), timeouts.idle());
    }

    private synchronized boolean isGivenUp() {
        return aborted != null;
    }

    @Override
    public void interim(int status, Headers headers) {
        // The host has answered the client's Expect by itself: a 100 of the upstream is news to nobody.
        if (status == CONTINUE || isHedge || isGivenUp()) {
            return;
        }
        Headers clean;
        try {
            clean = route.forwarding().interimToClient(headers, upstream.protocolName());
        } catch (GatewayException refused) {
            // The client can do without an interim response (RFC 9110 §15.2): the final one is judged by itself.
            return;
        }
        host.interim(status, clean);
    }

    @Override
    public void response(Response raw) {
        synchronized (this) {
            if (settled) {
                return;
            }
            settled = true;
            cancel(firstByteTimer);
            firstByteTimer = null;
        }
        Response clean;
        try {
            clean = route.forwarding().toClient(raw, method, upstream.protocolName());
        } catch (GatewayException refused) {
            abort(refused);
            fail(refused);
            return;
        }
        if (upstream.readsLoadReports()) {
            clean = withoutLoadReport(clean);
        }
        lease.report(Outcome.ofStatus(clean.status()));
        record(clean.status(), null);
        Body body = clean.body().onEnd(this::bodyEnded);
        synchronized (this) {
            content = body;
        }
        deliver(clean.withBody(body));
    }

    /** The endpoint's load is for whoever chooses among endpoints; clients need not know it. */
    private Response withoutLoadReport(Response response) {
        String field = response.headers().first(LoadReport.FIELD).orElse(null);
        if (field == null) {
            return response;
        }
        LoadReport report = LoadReport.ofField(field);
        if (report != null) {
            lease.report(report);
        }
        return response.withoutHeader(LoadReport.FIELD);
    }

    private void bodyEnded(long bytes, @Nullable Throwable failure, boolean cancelled) {
        if (failure instanceof GatewayException broken) {
            boolean byUpstream = !cancelled && broken.source() == GatewayException.Source.UPSTREAM;
            if (byUpstream || broken.kind() == Kind.DEADLINE) {
                lease.amend(broken.kind() == Kind.UPSTREAM_TIMEOUT ? Outcome.TIMEOUT : Outcome.ABORTED);
            }
        }
        end();
    }

    @Override
    public void failed(GatewayException failure) {
        synchronized (this) {
            if (settled) {
                return;
            }
            settled = true;
        }
        fail(failure);
    }

    private void fail(GatewayException failure) {
        lease.report(outcome(failure.kind()));
        record(null, failure);
        end();
        deliver(Errors.problem(failure));
    }

    /** Gives up: what was begun is aborted, and the lease ends. */
    void abort(GatewayException reason) {
        Transport.Handle sent;
        synchronized (this) {
            if (aborted != null || ended) {
                return;
            }
            aborted = reason;
            sent = handle;
        }
        if (sent != null) {
            sent.abort(reason);
        } else if (phase == Phase.FILTERS && leaveFilters(Phase.UNSENT)) {
            // The endpoint was told nothing: the lease ends without a report.
            record(null, reason);
            end();
            answered.accept(this, Errors.problem(reason));
        }
    }

    /** Nobody reads the content any more, if anybody ever did. */
    void abandon(GatewayException reason) {
        abort(reason);
        Body unread;
        synchronized (this) {
            unread = ended ? null : content;
        }
        if (unread != null) {
            unread.cancel(reason);
        }
    }

    /** Another attempt of the same request was answered first. */
    void lose() {
        abandon(new GatewayException(Kind.CLIENT_GONE, RequestSent.YES, "another attempt was answered first", null));
    }

    private void deliver(Response response) {
        Consumer<Response> to = sink;
        if (to != null) {
            to.accept(response);
        }
    }

    private void end() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            cancel(firstByteTimer);
            cancel(attemptTimer);
        }
        lease.close();
    }

    /** Whether nothing is left of it that anybody could give up. */
    synchronized boolean isEnded() {
        return ended;
    }

    /** The request is on its way in full: from now on the endpoint is to blame. */
    private void awaitFirstByte() {
        synchronized (this) {
            if (!settled && !ended && firstByteTimer == null) {
                firstByteTimer = schedule(route.timeouts().firstByte(), "no answer began in time");
            }
        }
    }

    private TimeSource.@Nullable Timer schedule(Duration limit, String message) {
        return limit.isZero()
                ? null
                : exchange.services()
                        .time()
                        .schedule(
                                () -> abort(new GatewayException(
                                        Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE, message + ": " + limit, null)),
                                limit);
    }

    private static void cancel(TimeSource.@Nullable Timer timer) {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void record(@Nullable Integer status, @Nullable GatewayException failure) {
        long nanos = exchange.services().time().nanoTime() - startNanos;
        LatencyQuantile slow = upstream.slow();
        if (slow != null && (failure == null || gaveUp(failure.kind()))) {
            slow.add(nanos);
        }
        Attempt attempt = new Attempt(lease.endpoint().id(), status, failure, Duration.ofNanos(nanos));
        exchange.attempted(attempt);
        exchange.services().listeners().attempt(exchange, upstream.name(), attempt);
    }

    /** It took at least so long: without those that were not waited for, slow answers would seem rarer than they are. */
    private static boolean gaveUp(Kind kind) {
        return kind == Kind.CLIENT_GONE || kind == Kind.UPSTREAM_TIMEOUT || kind == Kind.DEADLINE;
    }

    static Outcome outcome(Kind kind) {
        return switch (kind) {
            case CONNECT_FAILED, CONNECT_TIMEOUT, TLS_FAILED -> Outcome.CONNECT_FAILED;
            case UPSTREAM_TIMEOUT, DEADLINE -> Outcome.TIMEOUT;
            case UPSTREAM_CLOSED, UPSTREAM_PROTOCOL, RESPONSE_BODY_UPSTREAM -> Outcome.ABORTED;
            default -> Outcome.IGNORED;
        };
    }
}
