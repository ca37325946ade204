package dev.gatehouse.jetty.http2;

import java.util.Collection;
import org.eclipse.jetty.http2.frames.FrameType;

/**
 * How much either side of a connection may send (RFC 9113 §5.2): what the peer has allowed, and what it is allowed. On the
 * loop's thread only.
 */
final class FlowControl {

    /** What each stream may be sent before somebody reads it: enough for 10 Mbit/s at 100 ms from end to end. */
    static final int STREAM_WINDOW = 128 * 1024;

    /** The window of both before anybody has said something else (RFC 9113 §6.9.2). */
    private static final int DEFAULT_WINDOW = 65_535;

    private final SendQueue sending;
    private final int connectionWindow;
    private int sendWindow = DEFAULT_WINDOW;
    private int initialWindow = DEFAULT_WINDOW;
    private int receiveWindow;
    private int toCredit;

    /**
     * The windows of a new connection.
     *
     * @param sending where window updates go
     * @param connectionWindow what all streams may be sent together before somebody reads it
     */
    FlowControl(SendQueue sending, int connectionWindow) {
        this.sending = sending;
        this.connectionWindow = connectionWindow;
        this.receiveWindow = connectionWindow;
    }

    /** Tells the peer; it may send that much by the time it knows. */
    void begin() {
        update(0, connectionWindow - DEFAULT_WINDOW);
    }

    void opened(Http2Stream stream) {
        stream.sendWindow = initialWindow;
        stream.receiveWindow = STREAM_WINDOW;
    }

    /** Something has come for any stream; false if that was more than allowed. */
    boolean received(int bytes) {
        receiveWindow -= bytes;
        return receiveWindow >= 0;
    }

    /** Bytes for a stream have been read, or never will be: the peer may send as many again. */
    void credit(Http2Stream stream, int bytes) {
        credit(bytes);
        stream.toCredit += bytes;
        if (stream.toCredit >= STREAM_WINDOW / 2 && !stream.remoteEnded && !stream.closed) {
            stream.receiveWindow += stream.toCredit;
            update(stream.id(), stream.toCredit);
            stream.toCredit = 0;
        }
    }

    /** The same for bytes of a stream that is not open. */
    void credit(int bytes) {
        toCredit += bytes;
        if (toCredit >= STREAM_WINDOW / 2) {
            receiveWindow += toCredit;
            update(0, toCredit);
            toCredit = 0;
        }
    }

    private void update(int stream, int bytes) {
        sending.output().number(FrameType.WINDOW_UPDATE, stream, bytes);
        sending.later();
    }

    /** How much of a stream may be sent. */
    int windowOf(Http2Stream stream) {
        return Math.min(sendWindow, stream.sendWindow);
    }

    void sent(Http2Stream stream, int bytes) {
        sendWindow -= bytes;
        stream.sendWindow -= bytes;
    }

    /** The peer allows more on the connection; false if that is more than there can be. */
    boolean raise(int delta) {
        boolean possible = isPossible(sendWindow, delta);
        sendWindow += possible ? delta : 0;
        return possible;
    }

    /** The peer allows more on a stream; false if that is more than there can be. */
    static boolean raise(Http2Stream stream, int delta) {
        boolean possible = isPossible(stream.sendWindow, delta);
        stream.sendWindow += possible ? delta : 0;
        return possible;
    }

    /** The peer gives each stream another window, which may leave some below zero; false if that is more than there can be. */
    boolean initialWindow(int window, Collection<Http2Stream> streams) {
        int delta = window - initialWindow;
        initialWindow = window;
        for (Http2Stream stream : streams) {
            if (!raise(stream, delta)) {
                return false;
            }
        }
        return window >= 0;
    }

    private static boolean isPossible(int window, int delta) {
        return delta <= 0 || window <= Integer.MAX_VALUE - delta;
    }
}
