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
import dev.gatehouse.internal.forward.LatencyQuantile;
import dev.gatehouse.internal.forward.ReplayBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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
 *   <li>The balancer leases an endpoint, not that of the attempt before while another is usable; the attempt may wait for
 *       it in the upstream's queue.
 *   <li>Attempt filters run, then the transport sends ({@link ForwardAttempt}).
 *   <li>If it is slow to be answered, another one may run beside it ({@link HedgePolicy}): the first good answer counts.
 *   <li>At the response's headers, or the failure, the policy decides whether to try again.
 *   <li>The lease ends with the response's body.
 * </ol>
 */
final class Forward {

    private final Upstream upstream;
    private final Route route;
    private final Exchange exchange;
    private final HostExchange host;
    private final StickyCall sticky;
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

    /** Runs beside the current one, which is slow. */
    private @Nullable ForwardAttempt hedge;

    /** The current attempt has been answered, and another one may follow it. */
    private boolean deciding;

    private TimeSource.@Nullable Timer hedgeTimer;
    private TimeSource.@Nullable Timer backOff;
    private @Nullable CompletableFuture<Lease> waiting;

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
        this.sticky = new StickyCall(upstream, exchange, request);
        this.request = sticky.toUpstream(request);
        this.done = done;
        RetryPolicy policy = route.retry();
        this.content = new ReplayBuffer(request.body(), policy.maxAttempts() > 1 ? policy.maxReplayBytes() : 0);
        this.repeatable = RetryPolicy.isRepeatable(request.method(), request.headers());
    }

    void start() {
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
        PickContext context = sticky.context(lastNode);
        Lease lease = upstream.balancer().tryAcquire(context);
        if (lease == null) {
            await(upstream.balancer().acquireAsync(context).toCompletableFuture());
        } else {
            attempt(lease);
        }
    }

    /** The attempt begins as soon as there is a lease; by whoever gives it, or ends the waiting. */
    private void await(CompletableFuture<Lease> place) {
        boolean tooLate;
        synchronized (this) {
            waiting = place;
            tooLate = isOver();
        }
        if (tooLate) {
            place.cancel(false);
        }
        var unused = place.whenComplete((lease, refused) -> {
            if (lease != null) {
                attempt(lease);
            } else if (!isOver()) {
                // Else the exchange has ended the waiting, and has its answer.
                settle(Errors.noEndpoint(upstream.name(), refused));
            }
        });
    }

    private void attempt(Lease lease) {
        ForwardAttempt attempt = begin(lease, null);
        if (attempt == null) {
            return;
        }
        LatencyQuantile slow = upstream.slow();
        if (slow != null && slow.nanos() > 0 && mayHedge()) {
            long delay = Math.max(slow.nanos(), upstream.minHedgeDelay().toNanos());
            synchronized (this) {
                if (hedgeTimer != null) {
                    hedgeTimer.cancel();
                }
                hedgeTimer = isOver()
                        ? null
                        : exchange.services().time().schedule(() -> hedge(attempt), Duration.ofNanos(delay));
            }
        }
        attempt.start(request.withBody(content.view()));
    }

    /**
     * Makes the next attempt.
     *
     * @param slow the one that it runs beside; null if there is none
     * @return null, and the lease is closed, if it is too late for an attempt
     */
    private @Nullable ForwardAttempt begin(Lease lease, @Nullable ForwardAttempt slow) {
        ForwardAttempt attempt =
                new ForwardAttempt(upstream, route, exchange, host, lease, slow != null, this::answered);
        synchronized (this) {
            if (!isOver() && (slow == null || isAlone(slow))) {
                attempts++;
                lastNode = lease.node();
                if (slow == null) {
                    current = attempt;
                    deciding = false;
                } else {
                    hedge = attempt;
                }
                return attempt;
            }
        }
        lease.close();
        return null;
    }

    /** Content is read once: two attempts cannot read it at their own pace. */
    private boolean mayHedge() {
        return repeatable
                && request.body().isEmpty()
                && attempts < route.retry().maxAttempts();
    }

    private synchronized boolean isAlone(ForwardAttempt attempt) {
        return current == attempt && hedge == null && !deciding;
    }

    /** The first attempt is slow: another one runs beside it. */
    private void hedge(ForwardAttempt slow) {
        synchronized (this) {
            if (isOver() || !isAlone(slow)) {
                return;
            }
        }
        Lease lease = upstream.balancer().tryAcquire(sticky.context(lastNode));
        if (lease == null || lease.node() == lastNode) {
            if (lease != null) {
                lease.close();
            }
            return;
        }
        if (!upstream.budget().tryRetry()) {
            lease.close();
            exchange.services().listeners().retryDenied(exchange, upstream.name());
            return;
        }
        ForwardAttempt attempt = begin(lease, slow);
        if (attempt != null) {
            exchange.services().listeners().hedged(exchange, upstream.name());
            attempt.start(request);
        }
    }

    private synchronized boolean isOver() {
        return settled || cancelled;
    }

    /** An attempt has its response, or failed. */
    private void answered(ForwardAttempt attempt, Response response) {
        ForwardAttempt other;
        boolean leaves;
        synchronized (this) {
            boolean late = settled || deciding || (attempt != current && attempt != hedge);
            other = attempt == current ? hedge : current;
            leaves = late || (other != null && isWorthARetry(response));
            if (!late) {
                current = leaves ? other : attempt;
                hedge = null;
                deciding = !leaves;
            }
        }
        if (leaves) {
            drop(attempt, response);
            return;
        }
        if (other != null) {
            other.lose();
        }
        Duration wait = retryAfter(response);
        if (wait == null) {
            settle(sticky.toClient(response, attempt.lease()));
            return;
        }
        drop(attempt, response);
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

    /** Another attempt is made, goes on, or was first, instead. */
    private static void drop(ForwardAttempt attempt, Response response) {
        // An attempt filter may have replaced the response: the transport's own goes too.
        GatewayException retried = new GatewayException(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, "retried", null);
        response.body().cancel(retried);
        attempt.abandon(retried);
    }

    private boolean isWorthARetry(Response response) {
        GatewayException failure = response.failure().orElse(null);
        return failure == null ? route.retry().statuses().contains(response.status()) : mayPass(failure.kind());
    }

    /** How long to wait before the next attempt, or null if there must be none. */
    private @Nullable Duration retryAfter(Response response) {
        RetryPolicy policy = route.retry();
        GatewayException failure = response.failure().orElse(null);
        if (!isWorthARetry(response) || attempts >= policy.maxAttempts() || !content.canReplay() || isOver()) {
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
        TimeSource.Timer timer;
        synchronized (this) {
            if (settled) {
                return;
            }
            settled = true;
            timer = hedgeTimer;
        }
        if (timer != null) {
            timer.cancel();
        }
        Services services = exchange.services();
        done.accept(response.failure()
                .map(failure -> services.error(exchange, failure))
                .orElse(response));
    }

    private void cancel(GatewayException reason) {
        ForwardAttempt attempt;
        ForwardAttempt second;
        TimeSource.Timer timer;
        CompletableFuture<Lease> place;
        synchronized (this) {
            cancelled = true;
            attempt = current;
            second = hedge;
            timer = backOff;
            place = waiting;
        }
        if (timer != null) {
            timer.cancel();
        }
        // In this order: the answer may end the exchange within the call, and what abandon() says then is not the
        // reason.
        if (second != null) {
            second.abort(reason);
        }
        if (attempt != null) {
            attempt.abort(reason);
        }
        settle(Errors.problem(reason));
        if (place != null) {
            place.cancel(false);
        }
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
