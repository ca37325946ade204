package dev.gatehouse.servlet;

import dev.gatehouse.internal.host.HostOutput;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;

/** The stream that the host's own code writes its response to. */
final class HostServletOutput extends ServletOutputStream {

    private final HostOutput output;
    private final HostRun run;
    private boolean listening;

    HostServletOutput(HostOutput output, HostRun run) {
        this.output = output;
        this.run = run;
    }

    @Override
    public boolean isReady() {
        return output.isReady();
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        if (listening) {
            throw new IllegalStateException("there is a listener already");
        }
        listening = true;
        Runnable tell = () -> run.onContainerThread(() -> possible(listener));
        output.listen(tell);
        tell.run();
    }

    private static void possible(WriteListener listener) {
        try {
            listener.onWritePossible();
        } catch (IOException | RuntimeException failure) {
            listener.onError(failure);
        }
    }

    @Override
    public void write(int value) throws IOException {
        output.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        output.write(bytes, offset, count);
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }

    @Override
    public void close() throws IOException {
        output.close();
    }
}
