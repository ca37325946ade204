package dev.gatehouse.filters;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Hands the lines of an access log to somebody who takes text, and counts each that is not taken. */
final class TextLines implements LineSink {

    private final Consumer<String> lines;
    private final Losses losses;

    TextLines(Consumer<String> lines, Losses losses) {
        this.lines = lines;
        this.losses = losses;
    }

    @Override
    public void write(LineBuffer some) {
        byte[] bytes = some.bytes();
        int start = 0;
        for (int i = 0; i < some.length(); i++) {
            if (bytes[i] == '\n') {
                write(new String(bytes, start, i - start, StandardCharsets.US_ASCII));
                start = i + 1;
            }
        }
    }

    private void write(String line) {
        try {
            lines.accept(line);
        } catch (RuntimeException e) {
            losses.failed(1, e);
        }
    }
}
