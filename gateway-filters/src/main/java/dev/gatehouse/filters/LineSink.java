package dev.gatehouse.filters;

import java.io.IOException;

/** Where a {@link LineWriter} puts what it takes. Called by one thread at a time, and may block it. */
@FunctionalInterface
interface LineSink {

    /**
     * Takes whole lines, each ended by a line feed, which are in its hands until it returns.
     *
     * @throws IOException if that fails; all of the lines count as lost
     */
    void write(LineBuffer lines) throws IOException;

    /** The end, after the last {@link #write}. */
    default void close() {}
}
