package dev.gatehouse.filters;

import java.util.function.Consumer;

/** Hands the lines of an access log to somebody who takes text. */
final class TextLines implements LineSink<AccessRecord> {

    private static final int USUAL_LINE = 512;

    private final AccessFormat format;
    private final Consumer<String> lines;
    private final LineBuffer line = new LineBuffer(USUAL_LINE);

    TextLines(AccessFormat format, Consumer<String> lines) {
        this.format = format;
        this.lines = lines;
    }

    @Override
    public void write(AccessRecord exchange) {
        line.truncate(0);
        format.append(line, exchange);
        lines.accept(line.toString());
    }
}
