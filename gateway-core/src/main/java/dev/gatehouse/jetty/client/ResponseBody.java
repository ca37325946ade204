package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyChunks;
import dev.gatehouse.jetty.internal.JettyFields;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;

/** The content of a response, read straight from Jetty's connection. */
final class ResponseBody implements Body.Source {

    /**
     * How many chunks that have arrived already a cancelled body reads to save its connection. A chunk is at most
     * Jetty's read buffer of 16 KiB, so that this is less work than a TLS handshake.
     */
    static final int MAX_CHUNKS_TO_SAVE_A_CONNECTION = 16;

    private final Exchange exchange;
    private final Response response;
    private final Content.Source source;

    /** Guards the source's reading: a cancel may come from another thread than the reader's. */
    private final AtomicBoolean reading = new AtomicBoolean();

    /** The thread that is still in Jetty's parser, from where the response was reported; then null. */
    private volatile @Nullable Thread opener;

    /** Waits for the opener to leave. */
    private final AtomicReference<@Nullable Runnable> early = new AtomicReference<>();

    private final AtomicReference<@Nullable Throwable> cancelled = new AtomicReference<>();
    private volatile boolean waiting;
    private volatile @Nullable Chunk end;

    /** A body that only this thread reads until it is {@link #open}. */
    ResponseBody(Exchange exchange, Response response, Content.Source source) {
        this.exchange = exchange;
        this.response = response;
        this.source = source;
        this.opener = Thread.currentThread();
    }

    /** Lets every thread read. */
    void open() {
        opener = null;
        demandWhatIsEarly();
        Throwable reason = cancelled.get();
        if (reason != null) {
            giveUp(reason);
        }
    }

    /** Whether there is nothing more to read. */
    boolean isComplete() {
        return end != null;
    }

    private boolean isEarly() {
        Thread first = opener;
        return first != null && first != Thread.currentThread();
    }

    private void demandWhatIsEarly() {
        Runnable reader = early.getAndSet(null);
        if (reader != null && cancelled.get() != null) {
            reader.run();
        } else if (reader != null) {
            source.demand(reader);
        }
    }

    /** Whether the reader has asked for more than it got, so that silence is the endpoint's. */
    boolean isWaiting() {
        return waiting;
    }

    /** Reads content that must be empty to its end, so that the connection is free at once. */
    void drain() {
        for (Chunk chunk = read(); ; chunk = read()) {
            if (chunk == null) {
                demand(this::drain);
                return;
            }
            chunk.release();
            if (chunk.last()) {
                return;
            }
        }
    }

    @Override
    public @Nullable Chunk read() {
        Throwable reason = cancelled.get();
        if (reason != null) {
            return Chunk.failed(exchange.bodyFailure(reason));
        }
        Chunk known = end;
        if (known != null) {
            return known;
        }
        if (isEarly()) {
            return null;
        }
        if (!reading.compareAndSet(false, true)) {
            // Whoever else is in there is putting an end to it.
            return Chunk.failed(exchange.ended());
        }
        try {
            return next();
        } finally {
            stopReading();
        }
    }

    /** Runs a task unless somebody is reading, who sees to it afterwards. */
    void unlessReading(Runnable task) {
        if (reading.compareAndSet(false, true)) {
            task.run();
            reading.set(false);
        }
    }

    private void stopReading() {
        reading.set(false);
        exchange.readerLeft();
    }

    private @Nullable Chunk next() {
        Content.Chunk chunk = source.read();
        if (chunk == null) {
            return null;
        }
        Throwable failure = chunk.getFailure();
        if (failure != null) {
            Chunk broken = Chunk.failed(exchange.bodyFailure(failure));
            end = broken;
            if (!chunk.isLast()) {
                // Jetty would let a reader go on after such a failure; for us it is the end.
                exchange.giveUp(failure);
            }
            return broken;
        }
        waiting = false;
        Chunk ours = JettyChunks.fromJetty(chunk);
        if (ours.last()) {
            end = Chunk.end();
            exchange.responseComplete();
        }
        return ours;
    }

    @Override
    public void demand(Runnable onAvailable) {
        if (end != null || cancelled.get() != null) {
            onAvailable.run();
            return;
        }
        waiting = true;
        if (isEarly()) {
            early.set(onAvailable);
            if (!isEarly()) {
                demandWhatIsEarly();
            }
        } else {
            source.demand(onAvailable);
        }
    }

    @Override
    public void cancel(Throwable reason) {
        if (end == null && cancelled.compareAndSet(null, reason) && !isEarly()) {
            giveUp(reason);
        }
    }

    /** Ends what was cancelled: quietly if the rest has arrived, else with its connection. */
    private void giveUp(Throwable reason) {
        if (end == null && !waiting && reading.compareAndSet(false, true)) {
            try {
                skipWhatHasArrived();
            } finally {
                stopReading();
            }
        }
        if (end == null) {
            exchange.giveUp(reason);
        }
    }

    private void skipWhatHasArrived() {
        for (int i = 0; i < MAX_CHUNKS_TO_SAVE_A_CONNECTION; i++) {
            Chunk chunk = next();
            if (chunk == null) {
                return;
            }
            chunk.release();
            if (chunk.last()) {
                return;
            }
        }
    }

    @Override
    public Headers trailers() {
        @Nullable HttpFields trailers = end == null ? null : response.getTrailers();
        return trailers == null ? Headers.empty() : JettyFields.fromJetty(trailers);
    }
}
