package dev.gatehouse;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One copy of a request under way. Its answer is read and thrown away, so that the connection can be used again. */
final class MirroredCall implements Transport.Callback {

    /** An answer that is longer ends with its connection. */
    private static final int MOST_READ = 64 * 1024;

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private final Upstream target;
    private final Lease lease;
    private final TimeSource time;
    private final Duration limit;
    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile TimeSource.@Nullable Timer timer;

    MirroredCall(Upstream target, Lease lease, Services services) {
        this.target = target;
        this.lease = lease;
        this.time = services.time();
        Timeouts timeouts = target.settings().timeouts();
        Duration attempt = timeouts.attempt().isZero() ? timeouts.total() : timeouts.attempt();
        this.limit = attempt.isZero() ? LONGEST : attempt;
    }

    /**
     * Sends.
     *
     * @param request makes what the endpoint gets; what it throws ends the call, and is thrown on
     */
    void start(Function<Endpoint, Request> request) {
        Timeouts timeouts = target.settings().timeouts();
        Transport.Handle handle;
        try {
            Call call = new Call(
                    lease.endpoint(),
                    request.apply(lease.endpoint()),
                    target.protocol(),
                    timeouts.connect(),
                    timeouts.idle());
            handle = target.transport().send(call, this);
        } catch (RuntimeException thrown) {
            end(Outcome.IGNORED);
            throw thrown;
        }
        timer = time.schedule(
                () -> handle.abort(new GatewayException(
                        Kind.UPSTREAM_TIMEOUT, RequestSent.MAYBE, "the copy took too long: " + limit, null)),
                limit);
        if (ended.get()) {
            cancelTimer();
        }
    }

    @Override
    public void response(Response response) {
        lease.report(Outcome.ofStatus(response.status()));
        response.body().bytes(MOST_READ).whenComplete((bytes, failure) -> end(Outcome.IGNORED));
    }

    @Override
    public void failed(GatewayException failure) {
        end(ForwardAttempt.outcome(failure.kind()));
    }

    private void end(Outcome outcome) {
        if (ended.compareAndSet(false, true)) {
            cancelTimer();
            lease.report(outcome);
            lease.close();
        }
    }

    private void cancelTimer() {
        TimeSource.Timer scheduled = timer;
        if (scheduled != null) {
            scheduled.cancel();
        }
    }
}
