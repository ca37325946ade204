package dev.gatehouse.internal.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Streams that block on one side, and bodies that do not on the other. */
final class HostStreamsTest {

    private final HostThread thread = new HostThread(failure -> {});
    private final HostBody body = new HostBody();
    private final List<Long> commits = new ArrayList<>();
    private final HostOutput output = new HostOutput(thread, body, 8, commits::add);

    /** Reads the body as soon as there is something, on the thread that wrote it. */
    private final StringBuilder read = new StringBuilder();

    private Throwable broken;
    private boolean ended;

    private void readAll() {
        while (!ended) {
            Chunk chunk = body.read();
            if (chunk == null) {
                body.demand(this::readAll);
                return;
            }
            read.append(StandardCharsets.US_ASCII.decode(chunk.data().duplicate()));
            broken = chunk.failure();
            ended = chunk.last();
            chunk.release();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Test
    void whatFitsTheBufferIsHandedOverAtTheEndWithItsLength() throws IOException {
        readAll();
        output.write(bytes("abc"));
        output.write('d');
        assertThat(commits).isEmpty();

        output.close();
        output.close();

        assertThat(commits).containsExactly(4L);
        assertThat(read).hasToString("abcd");
        assertThat(ended).isTrue();
    }

    @Test
    void aFullBufferIsHandedOverWithoutKnowingTheLength() throws IOException {
        readAll();

        output.write(bytes("12345678"));
        assertThat(commits).containsExactly(-1L);
        assertThat(read).hasToString("12345678");
        output.write(bytes("larger than the buffer"));
        output.write(bytes("x"));
        output.flush();
        assertThat(read).hasToString("12345678larger than the bufferx");

        output.close();
        assertThat(ended).isTrue();
    }

    @Test
    void aFlushCommitsAndAResetForgetsWhatWasNotCommitted() throws IOException {
        readAll();
        output.write(bytes("old"));
        output.reset();
        output.flush();

        assertThat(commits).containsExactly(-1L);
        assertThat(output.isCommitted()).isTrue();
        assertThatIllegalStateException().isThrownBy(output::reset);
        assertThatIllegalStateException().isThrownBy(() -> output.bufferBytes(100));
        output.close();
        assertThat(read).isEmpty();
    }

    @Test
    void theAnnouncedLengthEndsTheResponse() throws IOException {
        readAll();
        output.length(3);

        output.write(bytes("abc"));

        assertThat(ended).isTrue();
        assertThat(output.isClosed()).isTrue();
        assertThatIOException().isThrownBy(() -> output.write('d'));
    }

    @Test
    void moreThanAnnouncedIsRefusedAndLessBreaksOff() throws IOException {
        readAll();
        output.length(3);
        assertThatIOException().isThrownBy(() -> output.write(bytes("abcd")));
        output.write('a');

        assertThatIOException().isThrownBy(output::close);

        assertThat(broken).hasMessageContaining("1 of 3 bytes");
    }

    @Test
    void aWriterIsToldThatNobodyReads() throws IOException {
        body.cancel(new IOException("gone"));

        assertThatIOException()
                .isThrownBy(() -> output.write(bytes("12345678")))
                .withMessageContaining("not wanted");
        assertThat(output.isClosed()).isTrue();
    }

    @Test
    void aWriterThatListensNeverWaits() throws IOException {
        List<String> told = new ArrayList<>();
        output.listen(() -> told.add("possible"));
        output.write(bytes("12345678"));
        assertThat(output.isReady()).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> output.write('x'));
        output.close();

        readAll();

        assertThat(read).hasToString("12345678");
        assertThat(ended).isTrue();
        assertThat(told).isEmpty();
    }

    @Test
    void aWriterThatListensIsToldWhenItMayWriteAgain() throws IOException {
        List<String> told = new ArrayList<>();
        output.listen(() -> told.add("possible"));
        output.write(bytes("12345678 and more"));
        assertThat(output.isReady()).isFalse();

        readAll();

        assertThat(told).containsExactly("possible");
        assertThat(output.isReady()).isTrue();
        output.close();
        assertThat(read).hasToString("12345678 and more");
    }

    @Test
    void trailersComeWithTheEnd() throws IOException {
        readAll();
        output.trailers(() -> Headers.of("X-Sum", "1"));
        output.write(bytes("abc"));

        output.close();

        assertThat(body.trailers()).isEqualTo(Headers.of("X-Sum", "1"));
    }

    @Test
    void aStreamIsReadOnlyWhenSomebodyAsks() {
        StreamBody source = new StreamBody(thread, () -> new ByteArrayInputStream(bytes("content")), 7, Headers::empty);
        assertThat(source.read()).isNull();
        assertThat(source.isTouched()).isFalse();
        List<String> called = new ArrayList<>();
        source.demand(() -> called.add("available"));
        assertThat(called).isEmpty();

        thread.runPosted();

        assertThat(called).hasSize(1);
        Chunk chunk = source.read();
        assertThat(StandardCharsets.US_ASCII.decode(chunk.data()).toString()).isEqualTo("content");
        assertThat(chunk.last()).isTrue();
        chunk.release();
        assertThat(source.isAtEnd()).isTrue();
        assertThat(source.read().last()).isTrue();
    }

    @Test
    void aStreamThatEndsTooEarlyIsBroken() {
        StreamBody source = new StreamBody(thread, () -> new ByteArrayInputStream(bytes("short")), 10, Headers::empty);
        CompletableFuture<byte[]> all = Body.of(source, 10).bytes(100).toCompletableFuture();

        thread.runPosted();

        assertThat(all).isCompletedExceptionally();
        assertThat(source.read().failure())
                .isInstanceOf(GatewayException.class)
                .hasRootCauseMessage("the content ended after 5 of 10 bytes");
    }

    @Test
    void aCancelledStreamAnswersTheReasonAndKeepsNothing() {
        StreamBody source =
                new StreamBody(thread, () -> new ByteArrayInputStream(bytes("content")), -1, Headers::empty);
        List<String> called = new ArrayList<>();
        source.demand(() -> called.add("available"));
        source.cancel(new IOException("enough"));
        assertThat(called).hasSize(1);

        thread.runPosted();

        assertThat(source.read().failure()).hasMessage("enough");
        source.demand(() -> called.add("again"));
        assertThat(called).hasSize(2);
    }

    @Test
    void contentIsReadAsAStreamThatWaits() throws IOException {
        StreamBody source = new StreamBody(thread, () -> slowly("content"), -1, () -> Headers.of("X-Sum", "1"));
        Body wrapped = Body.of(source, -1);
        HostInput input = new HostInput(thread, wrapped);

        assertThat(input.read()).isEqualTo('c');
        byte[] two = new byte[2];
        assertThat(input.readNBytes(two, 0, 2)).isEqualTo(2);
        assertThat(input.available()).isZero();
        assertThat(new String(input.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo("tent");
        assertThat(input.read()).isEqualTo(-1);
        assertThat(input.isEnded()).isTrue();
        assertThat(wrapped.trailers()).isEqualTo(Headers.of("X-Sum", "1"));
    }

    @Test
    void contentThatBreaksOffIsAnErrorOfTheStream() {
        HostInput input = new HostInput(
                thread,
                Body.of(
                        new StreamBody(
                                thread,
                                () -> {
                                    throw new IOException("no stream");
                                },
                                -1,
                                Headers::empty),
                        -1));

        assertThatIOException().isThrownBy(input::read).withRootCauseInstanceOf(IOException.class);
        assertThatIOException().isThrownBy(input::read);
    }

    @Test
    void aReaderThatAsksFirstIsToldWhenThereIsSomething() {
        StreamBody source = new StreamBody(thread, () -> slowly("ab"), -1, Headers::empty);
        HostInput input = new HostInput(thread, Body.of(source, -1));
        List<String> told = new ArrayList<>();
        assertThat(input.isReady(() -> told.add("ready"))).isFalse();

        thread.runPosted();

        assertThat(told).containsExactly("ready");
        assertThat(input.isReady(() -> told.add("again"))).isTrue();
        input.close();
        assertThat(input.isEnded()).isTrue();
        assertThat(source.read().failure()).isNotNull();
    }

    @Test
    void aSinkWritesOnTheExchangesThread() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        List<String> calls = new ArrayList<>();
        StreamSink sink = new StreamSink(thread, new StreamSink.Out() {
            @Override
            public void begin() {
                calls.add("begin");
            }

            @Override
            public void write(byte[] bytes, int offset, int count) {
                written.write(bytes, offset, count);
            }

            @Override
            public void flush() {
                calls.add("flush");
            }

            @Override
            public void end() throws IOException {
                throw new IOException("gone");
            }
        });
        List<Throwable> done = new ArrayList<>();
        ByteBuffer direct = ByteBuffer.allocateDirect(40_000);
        sink.write(direct, false, done::add);
        assertThat(calls).isEmpty();
        thread.runPosted();
        sink.write(ByteBuffer.wrap(bytes("xabcx"), 1, 3), true, done::add);
        thread.runPosted();

        assertThat(calls).containsExactly("begin", "flush");
        assertThat(written.size()).isEqualTo(40_003);
        assertThat(done.get(0)).isNull();
        assertThat(done.get(1)).hasMessage("gone");
    }

    /** One byte at a time. */
    private static InputStream slowly(String text) {
        return new ByteArrayInputStream(bytes(text)) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int count) {
                return super.read(buffer, offset, Math.min(1, count));
            }
        };
    }
}
