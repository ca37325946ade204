package dev.gatehouse;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.forward.ReplayBuffer;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends one exchange's request to an upstream, as often as it takes and is allowed.
 *
 * <pre>
 *   start ─► attempt ─► answered ─┬─► worth a retry? ─► back-off ─► attempt …
 *                                 └─► response, or the failure, to the filters
 *   cancelled at any point ─► the failure to the filters, the attempt aborted
 * </pre>
 *
 * <ol>
 *   <li>The balancer leases an endpoint, not that of the attempt before while another is usable.
 *   <li>Attempt filters run, then the transport sends ({@link ForwardAttempt}).
 *   <li>At the response's headers, or the failure, the policy decides whether to try again.
 *   <li>The lease ends with the response's body.
 * </ol>
 */
final class Forward {

    private final Upstream upstream;
    private final Route route;
    private final Exchange exchange;
    private final HostExchange host;
    private final Request request;
    private final Consumer<Response> done;
    private final ReplayBuffer content;
    private final boolean repeatable;

    private int attempts;
    private @Nullable Node lastNode;

    /** Guarded by this; once {@code settled}, the filters have their answer and no attempt begins. */
    private boolean settled;

    /** Once it is, no attempt begins, whatever becomes of the one that is aborted. */
    private boolean cancelled;

    private @Nullable ForwardAttempt current;
    private TimeSource.@Nullable Timer backOff;

    Forward(
            Upstream upstream,
            Route route,
            Exchange exchange,
            HostExchange host,
            Request request,
            Consumer<Response> done) {
        this.upstream = upstream;
        this.route = route;
        this.exchange = exchange;
        this.host = host;
        this.request = request;
        this.done = done;
        RetryPolicy policy = route.retry();
        this.content = new ReplayBuffer(request.body(), policy.maxAttempts() > 1 ? policy.maxReplayBytes() : 0);
        this.repeatable = RetryPolicy.isRepeatable(request.method(), request.headers());
    }

    void start() {
        upstream.budget().request();
        exchange.onCancel(this::cancel);
        exchange.onComplete(completion -> abandon());
        attempt();
    }

    private void attempt() {
        synchronized (this) {
            if (isOver()) {
                return;
            }
            backOff = null;
        }
        PickContext context = pickContext();
        Lease lease = upstream.balancer().tryAcquire(context);
        if (lease == null) {
            settle(Errors.problem(
                    new GatewayException(Kind.NO_ENDPOINT, "no usable endpoint in upstream " + upstream.name())));
            return;
        }
        attempts++;
        lastNode = lease.node();
        ForwardAttempt attempt = new ForwardAttempt(upstream, route, exchange, host, lease, this::answered);
        boolean tooLate;
        synchronized (this) {
            tooLate = isOver();
            if (!tooLate) {
                current = attempt;
            }
        }
        if (tooLate) {
            lease.close();
        } else {
            attempt.start(request.withBody(content.view()));
        }
    }

    /** Whether no attempt may begin any more. */
    private synchronized boolean isOver() {
        return settled || cancelled;
    }

    private PickContext pickContext() {
        String address = exchange.client().address();
        PickContext context = address == null ? PickContext.none() : PickContext.forClient(address);
        Node last = lastNode;
        return last == null ? context : context.avoiding(last);
    }

    /** An attempt has its response, or failed. */
    private void answered(ForwardAttempt attempt, Response response) {
        synchronized (this) {
            if (settled || attempt != current) {
                response.body().cancel(new GatewayException(Kind.CLIENT_GONE, "nobody waits for this response"));
                return;
            }
        }
        Duration wait = retryAfter(response);
        if (wait == null) {
            settle(response);
            return;
        }
        // An attempt filter may have replaced the response: the transport's own goes too.
        GatewayException retried = new GatewayException(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, "retried", null);
        response.body().cancel(retried);
        attempt.abandon(retried);
        if (wait.isZero()) {
            attempt();
            return;
        }
        synchronized (this) {
            if (!isOver()) {
                backOff = exchange.services().time().schedule(this::attempt, wait);
            }
        }
    }

    /** How long to wait before the next attempt, or null if there must be none. */
    private @Nullable Duration retryAfter(Response response) {
        RetryPolicy policy = route.retry();
        GatewayException failure = response.failure().orElse(null);
        boolean worthIt = failure == null ? policy.statuses().contains(response.status()) : mayPass(failure.kind());
        if (!worthIt || attempts >= policy.maxAttempts() || !content.canReplay() || isOver()) {
            return null;
        }
        if (failure != null && failure.requestSent() == RequestSent.NO) {
            return content.tryReplay() ? Duration.ZERO : null;
        }
        if (!repeatable) {
            return null;
        }
        Duration wait = RetryDelay.of(policy, response, attempts, upstream::random);
        if (wait != null && !upstream.budget().tryRetry()) {
            exchange.services().listeners().retryDenied(exchange, upstream.name());
            return null;
        }
        return wait != null && content.tryReplay() ? wait : null;
    }

    /** Whether another endpoint may do better. */
    private static boolean mayPass(Kind kind) {
        return switch (kind) {
            case CONNECT_FAILED,
                    CONNECT_TIMEOUT,
                    TLS_FAILED,
                    UPSTREAM_TIMEOUT,
                    UPSTREAM_CLOSED,
                    UPSTREAM_PROTOCOL,
                    REJECTED_OVERLOAD -> true;
            default -> false;
        };
    }

    /** Gives the filters their answer, unless they have one. */
    private void settle(Response response) {
        synchronized (this) {
            if (settled) {
                return;
            }
            settled = true;
        }
        Services services = exchange.services();
        done.accept(response.failure()
                .map(failure -> services.error(exchange, failure))
                .orElse(response));
    }

    private void cancel(GatewayException reason) {
        ForwardAttempt attempt;
        TimeSource.Timer timer;
        synchronized (this) {
            cancelled = true;
            attempt = current;
            timer = backOff;
        }
        if (timer != null) {
            timer.cancel();
        }
        // In this order: the answer may end the exchange within the call, and what abandon() says then is not the
        // reason.
        if (attempt != null) {
            attempt.abort(reason);
        }
        settle(Errors.problem(reason));
    }

    /** The exchange is over: a response that a filter has replaced, or nobody has read to its end, goes. */
    private void abandon() {
        ForwardAttempt attempt;
        boolean answered;
        synchronized (this) {
            attempt = current;
            answered = settled;
        }
        if (answered && (attempt == null || attempt.isEnded())) {
            return;
        }
        GatewayException over = new GatewayException(Kind.CLIENT_GONE, RequestSent.YES, "the exchange is over", null);
        cancel(over);
        if (attempt != null) {
            attempt.abandon(over);
        }
    }
}
