package dev.gatehouse.filters;

import java.io.IOException;

/** Collects the lines of an access log as bytes, and appends them to a file many at a time. */
final class FileLines implements LineSink<AccessRecord> {

    /** Hundreds of lines: a call of the system for each buffer costs nothing beside them, and it stays in a CPU's cache. */
    private static final int BUFFER = 64 * 1024;

    private final AccessFormat format;
    private final LogFile file;
    private final Losses losses;
    private final LineBuffer buffer = new LineBuffer(BUFFER);

    /** The end of the last line that is whole, and how many there are. */
    private int end;

    private int lines;

    FileLines(AccessFormat format, LogFile file, Losses losses) {
        this.format = format;
        this.file = file;
        this.losses = losses;
    }

    @Override
    public void write(AccessRecord exchange) {
        // A line that failed half-way is still there.
        buffer.truncate(end);
        format.append(buffer, exchange);
        buffer.append('\n');
        lines++;
        end = buffer.length();
        if (end >= BUFFER) {
            flush();
        }
    }

    @Override
    public void flush() {
        if (lines == 0) {
            return;
        }
        try {
            file.append(buffer.bytes(), end);
        } catch (IOException failure) {
            losses.failed(lines, failure);
        }
        lines = 0;
        end = 0;
    }

    @Override
    public void close() {
        file.close();
    }
}
