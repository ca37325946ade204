package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Content streams in both directions, at the pace of whoever reads it. */
abstract class HostBodies extends HostMessages {

    private static final byte[] BLOCK = new byte[1 << 16];

    @Test
    void contentOfKnownLengthKeepsItsLength() {
        RawUpstream upstream = upstream(response("known"));
        proxy(upstream);

        HttpSocket.Answer answer = client().send(post("/x", "content")).answer();

        assertThat(answer.headers().get("Content-Length")).isEqualTo("5");
        assertThat(answer.content()).isEqualTo("known");
        assertThat(upstream.connection(0).received())
                .containsIgnoringCase("\r\nContent-Length: 7\r\n")
                .endsWith("\r\n\r\ncontent");
    }

    @Test
    void contentInChunksStaysInChunks() {
        RawUpstream upstream =
                upstream("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
        proxy(upstream);

        HttpSocket.Answer answer = client().send(
                        request("POST", "/x") + "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
                .answer();

        assertThat(answer.headers().get("Transfer-Encoding")).isEqualToIgnoringCase("chunked");
        assertThat(answer.content()).isEqualTo("abcde");
        assertThat(upstream.connection(0).received())
                .containsIgnoringCase("\r\nTransfer-Encoding: chunked\r\n")
                .doesNotContainIgnoringCase("\r\nContent-Length:")
                .endsWith("\r\n0\r\n\r\n");
    }

    @Test
    void requestContentArrivesAsItIsSent() throws IOException {
        CountDownLatch first = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readHead();
            connection.readUntil("first");
            first.countDown();
            connection.readUntil("second");
            connection.write(response("ok"));
        }));
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: 11\r\n\r\nfirst");

        Patience.await(first, "the first part waits for the second");
        client.send("second");

        assertThat(client.answer().content()).isEqualTo("ok");
    }

    @Test
    void responseContentArrivesAsItIsSent() {
        CountDownLatch goOn = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            connection.write("6\r\nevent1\r\n");
            Patience.await(goOn, "the client never said that it had the first event");
            connection.write("6\r\nevent2\r\n0\r\n\r\n");
        }));
        HttpSocket client = client().send(get("/x"));

        assertThat(client.head().status()).isEqualTo(200);
        assertThat(client.chunk()).isEqualTo("event1");
        goOn.countDown();

        assertThat(client.chunk()).isEqualTo("event2");
        assertThat(client.chunk()).isNull();
    }

    @Test
    void aHeaderSectionDoesNotWaitForContent() {
        CountDownLatch goOn = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
            Patience.await(goOn, "the client never said that it had the header section");
            connection.write("ok");
        }));
        HttpSocket client = client().send(get("/x"));

        assertThat(client.head().status()).isEqualTo(200);
        goOn.countDown();

        assertThat(client.read(2)).isEqualTo("ok");
    }

    @Test
    void tenMegabytesGoUpAndDown() {
        int size = 10 << 20;
        RawUpstream upstream = upstream(connection -> {
            connection.readHead();
            connection.read(size);
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
            writeMuch(connection, size);
        });
        proxy(upstream);
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: " + size + "\r\n\r\n");

        for (int sent = 0; sent < size; sent += BLOCK.length) {
            client.send(BLOCK);
        }

        assertThat(client.answer().content()).hasSize(size);
    }

    @Test
    void anUpstreamThatDoesNotReadHoldsTheClientUp() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        proxy(upstream(connection -> {
            connection.readHead();
            Patience.await(read, "nobody let the upstream read");
            connection.read(MUCH);
            connection.write(response("ok"));
        }));
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: " + MUCH + "\r\n\r\n");

        CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
            for (int count = 0; count < MUCH; count += BLOCK.length) {
                client.send(BLOCK);
            }
        });

        assertThat(sent).as("all was taken, though nobody reads it").isNotDone();
        assertThat(isDoneSoon(sent)).as("all was taken, though nobody reads it").isFalse();
        read.countDown();
        assertThat(client.answer().content()).isEqualTo("ok");
    }

    @Test
    void aClientThatDoesNotReadHoldsTheUpstreamUp() throws Exception {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        proxy(upstream(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + MUCH + "\r\n\r\n");
            writeMuch(connection, MUCH);
            sent.complete(null);
        }));
        HttpSocket client = client().send(get("/x"));
        HttpSocket.Head head = client.head();

        assertThat(isDoneSoon(sent)).as("all was taken, though nobody reads it").isFalse();

        assertThat(client.content("GET", head).content()).hasSize(MUCH);
        sent.get(Patience.millis(), TimeUnit.MILLISECONDS);
    }

    @Test
    void contentIsAskedForIfTheClientWaitsForThat() {
        RawUpstream upstream = upstream(response("ok"));
        proxy(upstream);
        HttpSocket client = client().send(request("POST", "/x") + "Expect: 100-continue\r\nContent-Length: 7\r\n\r\n");

        assertThat(client.head().status()).isEqualTo(100);
        client.send("content");

        assertThat(client.answer().content()).isEqualTo("ok");
        assertThat(upstream.connection(0).received()).endsWith("content");
    }

    @Test
    void contentThatNobodyWantsIsNotWaitedFor() {
        run(gateway -> gateway.route("/**", route -> route.respond(Response.text(403, "no"))));
        HttpSocket client = client().send(request("POST", "/x") + "Expect: 100-continue\r\nContent-Length: 7\r\n\r\n");

        assertThat(client.answer().status()).isEqualTo(403);
    }

    @Test
    void anAnswerBeforeTheEndOfTheContentReachesTheClient() {
        proxy(upstream(connection -> {
            connection.readHead();
            connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            connection.readToEnd();
        }));
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: 1048576\r\n\r\nsome");

        HttpSocket.Head head = client.head();

        assertThat(head.status()).isEqualTo(413);
        assertThat(client.content("POST", head).content()).isEqualTo("big");
    }

    @Test
    void anAnswerIsNotLostOnAClientThatStillSends() {
        run(gateway -> gateway.route("/**", route -> route.respond(Response.text(413, "too large"))));
        int size = 2 << 20;
        HttpSocket client = client().send(request("POST", "/x") + "Content-Length: " + size + "\r\n\r\n");

        for (int count = 0; count < size && client.trySend(BLOCK); count += BLOCK.length) {
            // Reads the answer only when it has sent all of it, or cannot.
        }

        HttpSocket.Answer answer = client.answer();
        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.content()).isEqualTo("too large");
    }

    /** A constant that many responses begin with, say; a host that has to copy copies into memory of its own. */
    @Test
    void contentThatResponsesShareIsReadAndNeverWrittenInto() {
        byte[] shared = "shared, ".getBytes(StandardCharsets.US_ASCII);
        run(gateway -> gateway.route(
                "/**",
                route -> route.handle((request, exchange) -> {
                    byte[] own = request.target().raw().getBytes(StandardCharsets.US_ASCII);
                    Pieces pieces = new Pieces(
                            Chunk.of(ByteBuffer.wrap(shared), false),
                            Chunk.of(
                                    ByteBuffer.allocateDirect(own.length)
                                            .put(own)
                                            .flip(),
                                    true));
                    return CompletableFuture.completedFuture(
                            Response.of(200, Headers.empty(), Body.of(pieces, shared.length + own.length)));
                })));

        for (String target : List.of("/1", "/22", "/3")) {
            assertThat(client().send(get(target)).answer().content()).isEqualTo("shared, " + target);
        }

        assertThat(shared).asString(StandardCharsets.US_ASCII).isEqualTo("shared, ");
    }

    /** Content in chunks that are all there. */
    private static final class Pieces implements Body.Source {

        private final Queue<Chunk> chunks;

        Pieces(Chunk... chunks) {
            this.chunks = new ConcurrentLinkedQueue<>(List.of(chunks));
        }

        @Override
        public Chunk read() {
            Chunk chunk = chunks.poll();
            return chunk == null ? Chunk.end() : chunk;
        }

        @Override
        public void demand(Runnable onAvailable) {
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {
            chunks.clear();
        }
    }

    static void writeMuch(RawConnection connection, int size) {
        try {
            for (int written = 0; written < size; written += BLOCK.length) {
                connection.write(BLOCK);
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    /** Whether something that must not end ends soon after all. */
    static boolean isDoneSoon(CompletableFuture<?> future) throws Exception {
        try {
            future.get(Duration.ofMillis(500).toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (java.util.concurrent.TimeoutException asItMust) {
            return false;
        }
    }
}
