package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class BodyTest {

    private final IllegalStateException reason = new IllegalStateException("why");
    private final ScriptedSource source = new ScriptedSource();

    @Test
    void bytesInMemoryAreOneLastChunkAndThenTheEnd() {
        Body body = Body.of("hello");
        Chunk chunk = body.read();
        assertThat(StandardCharsets.UTF_8.decode(chunk.data()).toString()).isEqualTo("hello");
        assertThat(chunk.last()).isTrue();
        assertThat(body.read()).isEqualTo(Chunk.end());
        assertThat(body.inMemory()).isNull();
        assertThat(text(body.replay().bytes(10))).isEqualTo("hello");
    }

    @Test
    void cancelledBytesFail() {
        Body body = Body.of("hello");
        body.cancel(reason);
        assertThat(body.read().failure()).isSameAs(reason);
        assertThat(body.inMemory()).isNull();
    }

    @Test
    void cancellingTheSharedEmptyBodyHurtsNobody() {
        Body.empty().cancel(reason);
        assertThat(Body.empty().read().failure()).isNull();
        assertThat(Body.empty().inMemory()).isNotNull();
        assertThat(Body.empty().replay()).isSameAs(Body.empty());
    }

    @Test
    void aLengthBelowMinusOneIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Body.of(source, -2));
        assertThatIllegalArgumentException().isThrownBy(() -> Body.empty().limit(-1, n -> reason));
        assertThatIllegalArgumentException().isThrownBy(() -> Body.empty().bytes(-1));
    }

    @Test
    void allChunksAreCollectedAsTheyCome() {
        source.bytes("ab", false).nothingYet().bytes("", false).bytes("c", true);
        CompletionStage<byte[]> bytes = Body.of(source, -1).bytes(3);
        assertThat(future(bytes)).isNotDone();
        source.available();
        assertThat(text(bytes)).isEqualTo("abc");
        assertThat(source.released).isEqualTo(source.given).isEqualTo(3);
    }

    /** A stack frame or two for each chunk would overflow long before. */
    @Test
    void aSourceThatCallsBackInsideDemandDoesNotGrowTheStack() {
        source.callBackInside = true;
        for (int i = 0; i < 200_000; i++) {
            source.nothingYet().bytes("x", false);
        }
        source.bytes("", true);
        assertThat(text(Body.of(source, -1).bytes(1_000_000))).hasSize(200_000);
    }

    @Test
    void aBodyThatIsLargerThanWantedIsCancelled() {
        source.bytes("ab", false).bytes("cd", false);
        CompletionStage<byte[]> bytes = Body.of(source, -1).bytes(3);
        assertThat(failure(bytes))
                .isInstanceOfSatisfying(
                        BodyTooLargeException.class,
                        e -> assertThat(e.maxBytes()).isEqualTo(3));
        assertThat(source.events).hasSize(1);
        assertThat(source.released).isEqualTo(source.given);
    }

    @Test
    void aLyingLengthDoesNotDecideHowMuchIsKept() {
        source.bytes("abcdef", true);
        assertThat(text(Body.of(source, 2).bytes(Integer.MAX_VALUE))).isEqualTo("abcdef");
    }

    @Test
    void aBodyThatBreaksOffFailsItsCollector() {
        source.bytes("ab", false).failure(reason);
        assertThat(failure(Body.of(source, -1).bytes(9))).isSameAs(reason);
    }

    @Test
    void aSourceThatThrowsFailsItsCollectorAndIsCancelled() {
        List<Throwable> cancelled = new ArrayList<>();
        Body body = Body.of(
                new Body.Source() {
                    @Override
                    public Chunk read() {
                        throw reason;
                    }

                    @Override
                    public void demand(Runnable onAvailable) {
                        throw new AssertionError("nothing was answered");
                    }

                    @Override
                    public void cancel(Throwable why) {
                        cancelled.add(why);
                    }
                },
                -1);
        assertThat(failure(body.bytes(9))).isSameAs(reason);
        assertThat(cancelled).containsExactly(reason);
    }

    @Test
    void aLimitLetsExactlySoManyBytesThrough() {
        source.bytes("ab", false).bytes("c", true);
        assertThat(text(Body.of(source, -1).limit(3, n -> reason).bytes(9))).isEqualTo("abc");
    }

    @Test
    void aByteBeyondTheLimitBreaksTheBodyOffAgainAndAgain() {
        List<Long> seen = new ArrayList<>();
        source.bytes("ab", false).bytes("cd", false);
        Body body = Body.of(source, -1).limit(3, n -> {
            seen.add(n);
            return reason;
        });
        body.read().release();
        assertThat(body.read().failure()).isSameAs(reason);
        assertThat(body.read().failure()).isSameAs(reason);
        assertThat(seen).containsExactly(4L);
        assertThat(source.events).containsExactly("cancelled: why");
        assertThat(source.released).isEqualTo(source.given).isEqualTo(2);
    }

    @Test
    void bytesInMemoryWithinALimitStayInMemory() {
        assertThat(Body.of("abc").limit(3, n -> reason).inMemory()).isNotNull();
        Body limited = Body.of("abc").limit(2, n -> reason);
        assertThat(limited.inMemory()).isNull();
        assertThat(limited.read().failure()).isSameAs(reason);
        assertThat(limited.replay().read().failure()).isSameAs(reason);
    }

    @Test
    void theEndIsToldOnceWithTheBytesRead() {
        List<String> ends = new ArrayList<>();
        source.bytes("ab", false).bytes("c", true);
        Body body = Body.of(source, 3).onEnd((n, failure, cancelled) -> ends.add(n + " " + failure + " " + cancelled));
        body.read();
        assertThat(ends).isEmpty();
        body.read();
        body.cancel(reason);
        assertThat(ends).containsExactly("3 null false");
    }

    @Test
    void aBreakIsToldWithItsCause() {
        List<Throwable> causes = new ArrayList<>();
        source.failure(reason);
        Body.of(source, -1)
                .onEnd((n, failure, cancelled) -> causes.add(failure))
                .read();
        assertThat(causes).containsExactly(reason);
    }

    /** The waiting reader meets the failure inside the cancellation; it must not pass for the source's. */
    @Test
    void aCancellationIsTheReadersEvenIfAReaderWaits() {
        List<String> ends = new ArrayList<>();
        Body body = Body.of(source, -1)
                .onEnd((n, failure, cancelled) -> ends.add(n + " " + failure.getMessage() + " " + cancelled));
        List<Chunk> read = new ArrayList<>();
        assertThat(body.read()).isNull();
        body.demand(() -> read.add(body.read()));
        body.cancel(reason);
        assertThat(ends).containsExactly("0 why true");
        assertThat(read).singleElement().extracting(Chunk::failure).isSameAs(reason);
        assertThat(source.events).containsExactly("cancelled: why");
    }

    @Test
    void aListenerThatThrowsKeepsNothingFromHappening() {
        Body cancelled = Body.of(source, -1).onEnd((n, failure, reader) -> {
            throw new IllegalStateException("a listener of this test, on purpose");
        });
        cancelled.cancel(reason);
        assertThat(source.events).containsExactly("cancelled: why");

        ScriptedSource other = new ScriptedSource().bytes("x", true);
        Body read = Body.of(other, 1).onEnd((n, failure, reader) -> {
            throw new IllegalStateException("a listener of this test, on purpose");
        });
        assertThat(read.read().last()).isTrue();
    }

    @Test
    void theEndOfAnEmptyBodyIsToldAtOnce() {
        List<Long> ends = new ArrayList<>();
        assertThat(Body.empty().onEnd((n, failure, cancelled) -> ends.add(n))).isSameAs(Body.empty());
        assertThat(ends).containsExactly(0L);
    }

    @Test
    void trailersCanBeMappedWithoutTouchingTheBytes() {
        source.bytes("x", true);
        source.trailers = Headers.of("A", "1", "B", "2");
        Body body = Body.of(source, -1).mapTrailers(trailers -> trailers.without("A"));
        assertThat(text(body.bytes(9))).isEqualTo("x");
        assertThat(body.trailers()).isEqualTo(Headers.of("B", "2"));
        assertThat(body.replay()).isNull();
    }

    @Test
    void bytesInMemoryHaveNoTrailersToMap() {
        Body body = Body.of("x");
        assertThat(body.mapTrailers(trailers -> Headers.of("A", "1"))).isSameAs(body);
        assertThat(body.trailers()).isSameAs(Headers.empty());
    }

    private static CompletableFuture<byte[]> future(CompletionStage<byte[]> stage) {
        return stage.toCompletableFuture();
    }

    private static String text(CompletionStage<byte[]> stage) {
        assertThat(future(stage)).isCompleted();
        return new String(future(stage).join(), StandardCharsets.UTF_8);
    }

    private static Throwable failure(CompletionStage<byte[]> stage) {
        assertThat(future(stage)).isCompletedExceptionally();
        return future(stage).handle((bytes, failure) -> failure).join();
    }
}
