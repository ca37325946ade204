package dev.gatehouse.internal.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostBodyTest {

    private final HostBody body = new HostBody();
    private final List<Object> told = new ArrayList<>();

    @Test
    void theWriterIsHeldUntilItsBytesAreUsed() {
        write("one", false);
        Chunk chunk = body.read();
        assertThat(US_ASCII.decode(chunk.data()).toString()).isEqualTo("one");
        assertThat(told).isEmpty();
        chunk.release();
        chunk.release();
        assertThat(told).containsExactly("used");
        assertThat(body.read()).isNull();
    }

    @Test
    void aReaderThatWaitsIsCalledByTheNextWrite() {
        List<String> calls = new ArrayList<>();
        body.demand(() -> calls.add("available"));
        assertThat(calls).isEmpty();
        write("one", true);
        assertThat(calls).containsExactly("available");
        assertThat(body.read().last()).isTrue();
        assertThat(body.read()).isSameAs(Chunk.end());
    }

    @Test
    void anEndBringsTrailers() {
        body.end(Headers.of("X-Sum", "7"), failure -> told.add("ended"));
        Chunk end = body.read();
        assertThat(end.last()).isTrue();
        end.release();
        assertThat(told).containsExactly("ended");
        assertThat(body.trailers().get("X-Sum")).isEqualTo("7");
    }

    @Test
    void anEndAfterALastWriteIsNothing() {
        write("one", true);
        body.end(Headers.of("X-Sum", "7"), failure -> told.add(failure == null ? "fine" : failure));
        assertThat(told).containsExactly("fine");
        assertThat(body.trailers().size()).isZero();
    }

    @Test
    void oneWriteAtATimeAndNoneAfterTheEnd() {
        write("one", false);
        write("two", false);
        assertThat(told).hasSize(1).first().isInstanceOf(IllegalStateException.class);
        body.read().release();
        write("three", true);
        body.read().release();
        write("four", true);
        assertThat(told.get(told.size() - 1)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aReaderThatGivesUpFailsTheWriteThatWaitsAndTheLaterOnes() {
        IllegalStateException gone = new IllegalStateException("client gone");
        write("one", false);
        body.cancel(gone);
        write("two", false);
        assertThat(told).containsExactly(gone, gone);
        assertThat(body.read().failure()).isSameAs(gone);
    }

    @Test
    void aWriteWhoseReaderGaveUpMeanwhileIsNoSuccessEvenIfItWasTheLast() {
        IllegalStateException gone = new IllegalStateException("client gone");
        write("one", true);
        Chunk chunk = body.read();
        body.cancel(gone);
        assertThat(told).isEmpty();
        chunk.release();
        assertThat(told).containsExactly(gone);
    }

    @Test
    void givingUpWakesAReaderThatWaits() {
        List<String> calls = new ArrayList<>();
        body.demand(() -> calls.add("called"));
        body.cancel(new IllegalStateException("over"));
        assertThat(calls).containsExactly("called");
    }

    @Test
    void aFailureComesAfterWhatWasWritten() {
        IllegalStateException broken = new IllegalStateException("broke off");
        write("one", false);
        body.fail(broken);
        assertThat(body.read().failure()).isNull();
        assertThat(body.read().failure()).isSameAs(broken);
    }

    private void write(String text, boolean last) {
        body.write(
                ByteBuffer.wrap(text.getBytes(US_ASCII)),
                last,
                failure -> told.add(failure == null ? "used" : failure));
    }
}
