package dev.gatehouse.servlet;

import dev.gatehouse.internal.host.HostOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UnsupportedEncodingException;
import java.io.Writer;

/** Characters of the host's own code, encoded at once: what is not handed over yet can be reset, so it must be bytes. */
final class HostWriter extends Writer {

    private final HostOutput output;
    private final String charset;
    private final OutputStreamWriter encoder;
    private final PrintWriter printer = new PrintWriter(this);

    HostWriter(HostOutput output, String charset) throws UnsupportedEncodingException {
        this.output = output;
        this.charset = charset;
        this.encoder = new OutputStreamWriter(new Unflushed(output), charset);
    }

    PrintWriter printer() {
        return printer;
    }

    String charset() {
        return charset;
    }

    @Override
    public void write(char[] characters, int offset, int count) throws IOException {
        encoder.write(characters, offset, count);
        encoder.flush();
    }

    @Override
    public void flush() throws IOException {
        output.flush();
    }

    @Override
    public void close() throws IOException {
        output.close();
    }

    /** Takes what the encoder has, without sending it on its way. */
    private static final class Unflushed extends FilterOutputStream {

        Unflushed(HostOutput output) {
            super(output);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            out.write(bytes, offset, count);
        }

        @Override
        public void flush() {
            // Only when the host's code says so.
        }
    }
}
