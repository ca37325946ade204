package dev.gatehouse.filters;

/** Where a {@link LineWriter} puts what it takes. Called by one thread at a time, and may block it. */
@FunctionalInterface
interface LineSink<T> {

    /** Takes one line, and may keep it until {@link #flush}. If it throws, the line is lost. */
    void write(T line);

    /** Writes what was kept: nothing more is waiting for now. */
    default void flush() {}

    /** The end, after the last {@link #flush}. */
    default void close() {}
}
