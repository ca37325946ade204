package dev.gatehouse.servlet;

import dev.gatehouse.internal.host.HostInput;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A request's content as the filters left it, for the host's own code. */
final class HostServletInput extends ServletInputStream {

    private final HostInput input;
    private final HostRun run;
    private @Nullable ReadListener listener;
    private boolean demanding;
    private boolean endTold;

    HostServletInput(HostInput input, HostRun run) {
        this.input = input;
        this.run = run;
    }

    @Override
    public boolean isFinished() {
        return input.isEnded();
    }

    @Override
    public boolean isReady() {
        synchronized (this) {
            if (demanding) {
                return false;
            }
            demanding = true;
        }
        boolean ready = input.isReady(this::ready);
        if (ready) {
            synchronized (this) {
                demanding = false;
            }
        }
        return ready;
    }

    @Override
    public void setReadListener(ReadListener readListener) {
        if (listener != null) {
            throw new IllegalStateException("there is a listener already");
        }
        listener = readListener;
        if (isReady()) {
            run.onContainerThread(() -> tell(readListener));
        }
    }

    private void ready() {
        ReadListener waiting;
        synchronized (this) {
            demanding = false;
            waiting = listener;
        }
        if (waiting != null) {
            run.onContainerThread(() -> tell(waiting));
        }
    }

    private void tell(ReadListener waiting) {
        try {
            if (isReady() && !isFinished()) {
                waiting.onDataAvailable();
            }
            if (isFinished() && !endTold) {
                endTold = true;
                waiting.onAllDataRead();
            }
        } catch (IOException | RuntimeException failure) {
            waiting.onError(failure);
        }
    }

    @Override
    public int read() throws IOException {
        return input.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        return input.read(bytes, offset, count);
    }

    @Override
    public int available() {
        return input.available();
    }

    @Override
    public void close() {
        input.close();
    }
}
