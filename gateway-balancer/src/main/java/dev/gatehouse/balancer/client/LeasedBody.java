package dev.gatehouse.balancer.client;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.balancer.Outcome;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Reads content, and ends the lease of its call with it: an endpoint that still sends is still loaded. */
final class LeasedBody<T> implements BodySubscriber<T> {

    private final BodySubscriber<T> reader;
    private final Lease lease;

    LeasedBody(BodySubscriber<T> reader, Lease lease) {
        this.reader = reader;
        this.lease = lease;
    }

    @Override
    public CompletionStage<T> getBody() {
        return reader.getBody();
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        reader.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long n) {
                subscription.request(n);
            }

            @Override
            public void cancel() {
                lease.close();
                subscription.cancel();
            }
        });
    }

    @Override
    public void onNext(List<ByteBuffer> bytes) {
        reader.onNext(bytes);
    }

    @Override
    public void onError(Throwable failure) {
        lease.amend(Outcome.ofFailure(failure));
        lease.close();
        reader.onError(failure);
    }

    @Override
    public void onComplete() {
        lease.close();
        reader.onComplete();
    }
}
