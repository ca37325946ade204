package dev.gatehouse.jetty;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.internal.host.HostBody;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** A body that a test feeds by hand. */
final class FeedBody {

    private final HostBody source = new HostBody();

    Body body() {
        return Body.of(source, -1);
    }

    Body body(long length) {
        return Body.of(source, length);
    }

    CompletableFuture<Void> feed(String text) {
        CompletableFuture<Void> used = new CompletableFuture<>();
        source.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)), false, completing(used));
        return used;
    }

    CompletableFuture<Void> end(String... trailers) {
        CompletableFuture<Void> used = new CompletableFuture<>();
        source.end(Headers.of(trailers), completing(used));
        return used;
    }

    void fail(Throwable failure) {
        source.fail(failure);
    }

    private static Done completing(CompletableFuture<Void> used) {
        return failure -> {
            if (failure == null) {
                used.complete(null);
            } else {
                used.completeExceptionally(failure);
            }
        };
    }
}
