package dev.gatehouse.testkit;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/**
 * An upstream in memory: a function answers each request, no socket is opened, and what was sent is kept. For tests of
 * filters, routes and retries.
 *
 * <p>Everything happens inside the calls that cause it: without a {@link Reply#after delay} a request is answered before
 * {@link #send} returns. Delays pass with the time source, so that a virtual one makes them exact. Safe for use by several
 * threads.
 */
public final class FakeTransport implements Transport {

    private final Function<Call, Reply> upstream;
    private final TimeSource time;
    private final List<SentRequest> sent = new CopyOnWriteArrayList<>();
    private volatile boolean closed;

    private FakeTransport(Function<Call, Reply> upstream, TimeSource time) {
        this.upstream = Objects.requireNonNull(upstream);
        this.time = Objects.requireNonNull(time);
    }

    /**
     * A transport whose delays take real time.
     *
     * @param upstream what each request is answered; called once for each, before its content is read
     * @return a transport
     */
    public static FakeTransport answering(Function<Call, Reply> upstream) {
        return answering(upstream, TimeSource.system());
    }

    /**
     * A transport.
     *
     * @param upstream what each request is answered; called once for each, before its content is read
     * @param time what delays pass with
     * @return a transport
     */
    public static FakeTransport answering(Function<Call, Reply> upstream, TimeSource time) {
        return new FakeTransport(upstream, time);
    }

    @Override
    public Handle send(Call call, Callback callback) {
        SentRequest request = new SentRequest(call);
        sent.add(request);
        Reply reply = closed ? Reply.closing() : upstream.apply(call);
        FakeExchange exchange = new FakeExchange(request, reply, time, callback);
        exchange.start();
        return exchange;
    }

    /**
     * What was sent so far.
     *
     * @return a copy, oldest first
     */
    public List<SentRequest> sent() {
        return List.copyOf(sent);
    }

    /**
     * What was sent last.
     *
     * @return the request
     * @throws IllegalStateException if nothing was sent
     */
    public SentRequest last() {
        List<SentRequest> all = sent();
        if (all.isEmpty()) {
            throw new IllegalStateException("nothing was sent");
        }
        return all.get(all.size() - 1);
    }

    /**
     * Whether it was closed.
     *
     * @return true after {@link #close}
     */
    public boolean isClosed() {
        return closed;
    }

    /** Answers later requests with {@code CLOSING}. Those under way go on. */
    @Override
    public void close() {
        closed = true;
    }
}
