package dev.gatehouse.filters;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file of lines that is only ever appended to, and can be opened anew meanwhile. Safe for use by several threads. */
final class LogFile implements LineSink {

    private static final Logger LOG = LoggerFactory.getLogger(AccessLogFilter.class);

    private final Path path;

    /** Guarded by this, as everything below. */
    private OutputStream out;

    private boolean closed;

    /** Whether the file may end in a part of a line. */
    private boolean torn;

    private LogFile(Path path) {
        this.path = path;
        this.out = open(path);
    }

    /**
     * Opens a file, and makes it if there is none.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    static LogFile at(Path path) {
        return new LogFile(path);
    }

    /**
     * Writes whole lines, by one call of the system if it takes them all.
     *
     * @throws IOException if that fails; some of the lines may be in the file
     */
    @Override
    public synchronized void write(LineBuffer lines) throws IOException {
        if (torn) {
            out.write('\n');
        }
        torn = true;
        out.write(lines.bytes(), 0, lines.length());
        torn = false;
    }

    /**
     * Opens what is at the path now, and goes on there. Does nothing once this is closed.
     *
     * @throws UncheckedIOException if that cannot be written; lines go where they went
     */
    synchronized void reopen() {
        if (closed) {
            return;
        }
        OutputStream before = out;
        out = open(path);
        closeQuietly(before);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            closeQuietly(out);
        }
    }

    private static OutputStream open(Path path) {
        try {
            // Such a stream survives an interrupt of the thread that writes, unlike a channel.
            return Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw new UncheckedIOException("access log: cannot append to " + path + " (" + failure + ")", failure);
        }
    }

    private void closeQuietly(OutputStream stream) {
        try {
            stream.close();
        } catch (IOException failure) {
            LOG.warn("closing the access log {} failed: its last lines may be missing", path, failure);
        }
    }
}
