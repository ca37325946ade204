package dev.gatehouse.transport;

import dev.gatehouse.balancer.ProbeResponse;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One question of a health check on its way. Whoever cancels its result gives it up. */
final class ProbeExchange implements Transport.Callback {

    private final int maxContent;
    private final CompletableFuture<ProbeResponse> result = new CompletableFuture<>();
    private final ByteArrayOutputStream start = new ByteArrayOutputStream();

    /** How often reading was asked for and not done yet: a source may call back inside {@code demand}. */
    private final AtomicInteger wanted = new AtomicInteger();

    /** Guarded by this, as is the next one. */
    private Transport.@Nullable Handle handle;

    private @Nullable Body body;

    /** Read by one thread at a time, which {@link #wanted} sees to. */
    private int status;

    private Map<String, String> headers = Map.of();

    ProbeExchange(int maxContent) {
        this.maxContent = maxContent;
        var unused = result.whenComplete((answer, failure) -> {
            if (result.isCancelled()) {
                giveUp();
            }
        });
    }

    CompletableFuture<ProbeResponse> result() {
        return result;
    }

    /** The transport has it; it may have been cancelled, answered, or both, before. */
    void sent(Transport.Handle given) {
        synchronized (this) {
            handle = given;
        }
        if (result.isCancelled()) {
            giveUp();
        }
    }

    private void giveUp() {
        Transport.Handle sent;
        Body content;
        synchronized (this) {
            sent = handle;
            content = body;
        }
        GatewayException reason = new GatewayException(Kind.UPSTREAM_TIMEOUT, "the health check was given up");
        if (sent != null) {
            sent.abort(reason);
        }
        if (content != null) {
            // Its memory goes back even if nobody reads on.
            content.cancel(reason);
        }
    }

    @Override
    public void response(Response response) {
        status = response.status();
        headers = firstValues(response.headers());
        synchronized (this) {
            body = response.body();
        }
        if (result.isCancelled()) {
            giveUp();
        } else {
            read(response.body());
        }
    }

    @Override
    public void failed(GatewayException failure) {
        result.completeExceptionally(failure);
    }

    private void read(Body content) {
        if (wanted.getAndIncrement() > 0) {
            return;
        }
        do {
            try {
                readWhatIsThere(content);
            } catch (RuntimeException e) {
                content.cancel(e);
                result.completeExceptionally(e);
            }
        } while (wanted.decrementAndGet() > 0);
    }

    private void readWhatIsThere(Body content) {
        while (!result.isDone()) {
            Chunk chunk = content.read();
            if (chunk == null) {
                content.demand(() -> read(content));
                return;
            }
            Throwable failure = chunk.failure();
            boolean last = chunk.last();
            boolean kept = keep(chunk.data());
            chunk.release();
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (!kept) {
                content.cancel(new GatewayException(Kind.BODY_TOO_LARGE, "a health check reads no further"));
                end(false, Headers.empty());
            } else if (last) {
                end(true, content.trailers());
            }
        }
    }

    /** False if there was no place for all of it. */
    private boolean keep(ByteBuffer data) {
        byte[] bytes = new byte[Math.min(data.remaining(), maxContent - start.size())];
        data.get(bytes);
        start.writeBytes(bytes);
        return !data.hasRemaining();
    }

    private void end(boolean whole, Headers trailers) {
        result.complete(
                new ProbeResponse(status, headers, ByteBuffer.wrap(start.toByteArray()), whole, firstValues(trailers)));
    }

    private static Map<String, String> firstValues(Headers fields) {
        Map<String, String> values = new HashMap<>();
        for (Headers.Field field : fields) {
            values.putIfAbsent(field.name().toLowerCase(Locale.ROOT), field.value());
        }
        return values;
    }
}
