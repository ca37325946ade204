package dev.gatehouse.testkit;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Transport;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What a transport reported of one request, for a test that waits for it: 10 seconds at most, or what the system property
 * {@code gatehouse.testkit.patience} says, in milliseconds. Safe for use by several threads.
 */
public final class Answer implements Transport.Callback {

    private static final String NOTHING = "neither a response nor a failure came";

    private final CompletableFuture<Settled> result = new CompletableFuture<>();
    private final BlockingQueue<Interim> coming = new LinkedBlockingQueue<>();
    private final List<Interim> interims = new CopyOnWriteArrayList<>();
    private final AtomicInteger reports = new AtomicInteger();

    /** Nothing reported yet. */
    public Answer() {}

    /**
     * An interim response.
     *
     * @param status 100 to 199
     * @param headers its header section
     */
    public record Interim(int status, Headers headers) {}

    /**
     * What a body held.
     *
     * @param text one character for each byte
     * @param failure why it broke off, or null if it is complete
     */
    public record Content(String text, @Nullable Throwable failure) {}

    private record Settled(
            @Nullable Response response, @Nullable GatewayException failure) {

        @Override
        public String toString() {
            return failure == null ? "a response with status " + response : describe(failure);
        }
    }

    @Override
    public void interim(int status, Headers headers) {
        Interim interim = new Interim(status, headers);
        interims.add(interim);
        coming.add(interim);
    }

    @Override
    public void response(Response response) {
        reports.incrementAndGet();
        result.complete(new Settled(response, null));
    }

    @Override
    public void failed(GatewayException failure) {
        reports.incrementAndGet();
        result.complete(new Settled(null, failure));
    }

    /**
     * How often a response or a failure was reported, which must be once.
     *
     * @return the count
     */
    public int reports() {
        return reports.get();
    }

    /**
     * Whether a response or a failure was reported.
     *
     * @return true if there was one
     */
    public boolean isSettled() {
        return result.isDone();
    }

    /**
     * Waits for a response or a failure.
     *
     * @return true if it is a response
     */
    public boolean awaitSettled() {
        return Patience.await(result, NOTHING).response() != null;
    }

    /**
     * The interim responses so far.
     *
     * @return them, in order
     */
    public List<Interim> interims() {
        return List.copyOf(interims);
    }

    /**
     * Waits for an interim response.
     *
     * @return the next one
     */
    public Interim awaitInterim() {
        return Patience.await(coming, "no interim response came");
    }

    /**
     * Waits for the response.
     *
     * @return it, its body unread
     */
    public Response awaitResponse() {
        Settled settled = Patience.await(result, NOTHING);
        if (settled.response() == null) {
            throw new AssertionError("expected a response, got " + settled, settled.failure());
        }
        return settled.response();
    }

    /**
     * Waits for the failure.
     *
     * @return it
     */
    public GatewayException awaitFailure() {
        Settled settled = Patience.await(result, NOTHING);
        if (settled.failure() == null) {
            throw new AssertionError("expected a failure, got " + settled);
        }
        return settled.failure();
    }

    /**
     * Waits for the response and its content.
     *
     * @return the content, one character for each byte
     */
    public String awaitText() {
        Content content = readAll(awaitResponse().body());
        if (content.failure() != null) {
            throw new AssertionError("the content broke off: " + describe(content.failure()), content.failure());
        }
        return content.text();
    }

    /**
     * Waits for the response and for its content to break off.
     *
     * @return why it broke off
     */
    public GatewayException awaitBrokenBody() {
        Content content = readAll(awaitResponse().body());
        if (content.failure() instanceof GatewayException failure) {
            return failure;
        }
        throw new AssertionError("expected the content to break off, got " + content);
    }

    /**
     * Reads a body to its end, waiting for it.
     *
     * @param body the body
     * @return what it held
     */
    public static Content readAll(Body body) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            Chunk chunk = awaitChunk(body);
            byte[] some = new byte[chunk.data().remaining()];
            chunk.data().get(some);
            bytes.writeBytes(some);
            chunk.release();
            if (chunk.last()) {
                return new Content(bytes.toString(StandardCharsets.ISO_8859_1), chunk.failure());
            }
        }
    }

    /**
     * Reads a chunk, waiting for it.
     *
     * @param body the body
     * @return the chunk; the caller releases it
     */
    public static Chunk awaitChunk(Body body) {
        while (true) {
            Chunk chunk = body.read();
            if (chunk != null) {
                return chunk;
            }
            CompletableFuture<Boolean> available = new CompletableFuture<>();
            body.demand(() -> available.complete(true));
            Patience.await(available, "no content came");
        }
    }

    private static String describe(Throwable failure) {
        return failure instanceof GatewayException known
                ? known.kind() + "/" + known.requestSent() + " (" + known.getMessage() + ")"
                : failure.toString();
    }
}
