package dev.gatehouse.jetty.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.junit.jupiter.api.Test;

final class LoopMemoryTest {

    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final LoopMemory memory = new LoopMemory();

    @Test
    void theBufferThatBecameFreeIsTheNext() {
        RetainableByteBuffer first = memory.acquire(pool);
        memory.release(first);

        assertThat(memory.acquire(pool)).isSameAs(first);
        assertThat(first.hasRemaining()).isFalse();
    }

    @Test
    void aBufferInUseIsNobodyElses() {
        RetainableByteBuffer first = memory.acquire(pool);
        first.retain();
        memory.release(first);

        assertThat(memory.acquire(pool)).isNotSameAs(first);
        memory.release(first);
        assertThat(memory.acquire(pool)).isSameAs(first);
    }

    @Test
    void aChunkIsReleasedOnce() {
        RetainableByteBuffer buffer = memory.acquire(pool);
        BufferChunk chunk = new BufferChunk(ByteBuffer.allocate(1), true, buffer, memory);
        chunk.release();

        assertThatThrownBy(chunk::release).isInstanceOf(IllegalStateException.class);
        assertThat(memory.acquire(pool)).isSameAs(buffer);
        assertThat(memory.acquire(pool)).isNotSameAs(buffer);
    }

    @Test
    void onlyOneIsKeptAndNoneAfterTheEnd() {
        RetainableByteBuffer first = memory.acquire(pool);
        RetainableByteBuffer second = memory.acquire(pool);
        memory.release(first);
        memory.release(second);
        assertThat(pool.getLeaks()).hasSize(1);

        memory.close();
        assertThat(pool.getLeaks()).isEmpty();

        memory.release(memory.acquire(pool));
        assertThat(pool.getLeaks()).isEmpty();
    }
}
