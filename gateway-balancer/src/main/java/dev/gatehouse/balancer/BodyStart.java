package dev.gatehouse.balancer;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;

/** Keeps the start of a response's content; the rest is read and dropped, so that the connection can be used again. */
final class BodyStart implements BodySubscriber<BodyStart.Start> {

    private final int mostBytes;
    private final CompletableFuture<Start> result = new CompletableFuture<>();
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();
    private boolean whole = true;

    BodyStart(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** The first bytes, and whether they are all. */
    record Start(ByteBuffer bytes, boolean whole) {}

    @Override
    public CompletionStage<Start> getBody() {
        return result;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        for (ByteBuffer buffer : buffers) {
            byte[] bytes = new byte[Math.min(buffer.remaining(), mostBytes - start.size())];
            buffer.get(bytes);
            start.writeBytes(bytes);
            whole &= !buffer.hasRemaining();
        }
    }

    @Override
    public void onError(Throwable failure) {
        result.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        result.complete(new Start(ByteBuffer.wrap(start.toByteArray()), whole));
    }
}
