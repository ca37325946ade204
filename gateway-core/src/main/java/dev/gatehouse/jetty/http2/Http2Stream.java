package dev.gatehouse.jetty.http2;

import dev.gatehouse.host.Done;
import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.loop.Loop;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.function.Supplier;
import org.eclipse.jetty.http2.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a connection (RFC 9113 §5): what is received, and what is to be sent. Its state is the loop's; it is written
 * to from any thread.
 */
public final class Http2Stream {

    /** Something to send: a section, then bytes, then perhaps the end with trailers. */
    private record Message(
            @Nullable Section section, ByteBuffer data, boolean last, Supplier<Headers> trailers, Done done) {}

    private final Http2Session session;
    private final int id;
    private final StreamContent content;
    private final StreamOwner owner;

    /** May fall below zero when the peer makes it smaller (RFC 9113 §6.9.2). */
    int sendWindow;

    int receiveWindow;
    int toCredit;

    /** Whether it is in the queue of those who have something to send. */
    boolean queued;

    /** Whether the section has come that begins the message; what comes after it are trailers. */
    boolean sectionReceived;

    boolean localEnded;
    boolean remoteEnded;
    boolean closed;

    /** What the peer has announced and not sent yet, or -1. */
    long contentLeft = -1;

    /** Whether the peer has begun it, or has been sent the section that begins it. */
    boolean known;

    /** Whether nothing of it was sent or received since somebody asked. */
    private boolean still;

    private @Nullable Message message;
    private boolean sectionSent;

    /**
     * A stream.
     *
     * @param session whose it is
     * @param id its number
     * @param owner told what becomes of it
     * @param known whether the peer has begun it
     */
    public Http2Stream(Http2Session session, int id, StreamOwner owner, boolean known) {
        this.session = session;
        this.id = id;
        this.owner = owner;
        this.known = known;
        this.content = new StreamContent(this::credit, owner);
    }

    /**
     * Its number.
     *
     * @return 1 or more
     */
    public int id() {
        return id;
    }

    /**
     * What is received.
     *
     * @return the content
     */
    public StreamContent content() {
        return content;
    }

    StreamOwner owner() {
        return owner;
    }

    /**
     * Whether everything has been sent; on the loop's thread.
     *
     * @return false while there may be more to send
     */
    public boolean isLocalEnded() {
        return localEnded;
    }

    private Loop loop() {
        return session.loop();
    }

    private void credit(int bytes) {
        loop().execute(() -> session.flow().credit(this, bytes));
    }

    /**
     * Sends something, from any thread; one such call at a time.
     *
     * @param section sent first, or null
     * @param data sent next; may be empty
     * @param last whether the stream ends with it
     * @param trailers asked for what is sent last, if this is
     * @param done told on the loop's thread when the bytes are no longer needed, or why they cannot be sent
     */
    public void send(@Nullable Section section, ByteBuffer data, boolean last, Supplier<Headers> trailers, Done done) {
        loop().execute(() -> {
            if (closed || localEnded) {
                done.done(new StreamClosedException("the stream has ended", false));
            } else {
                message = new Message(section, data, last, trailers, done);
                session.sending().ready(this);
            }
        });
    }

    /**
     * Sends a section before the one that a message begins with, from any thread; not if the peer leaves too much unread.
     *
     * @param section an interim response
     */
    public void interim(Section section) {
        loop().execute(() -> {
            if (!closed && !localEnded && !sectionSent) {
                session.sending().interim(this, section);
            }
        });
    }

    /**
     * Ends it at once (RFC 9113 §6.4), unless it has ended.
     *
     * @param code why
     */
    public void reset(ErrorCode code) {
        loop().execute(() -> session.reset(this, code));
    }

    /**
     * Ends it at once for a reason of its user's, unless it has ended; from any thread.
     *
     * @param code what the peer is told
     * @param cause what readers are told
     */
    public void reset(ErrorCode code, Throwable cause) {
        loop().execute(() -> session.reset(this, code, cause));
    }

    /**
     * Whether something is to be sent that was not yet; on the loop's thread.
     *
     * @return true if the peer has to take something
     */
    public boolean isSending() {
        return message != null;
    }

    /**
     * Puts as much of what is to be sent into the output as windows allow, but no more than one frame of content.
     *
     * @return whether there is more that can be sent
     */
    boolean sendSome(FrameOutput output, int maxFrame) {
        Message current = Objects.requireNonNull(message);
        ByteBuffer data = current.data();
        boolean last = current.last() && data.remaining() <= maxFrame;
        Headers trailers = last ? current.trailers().get() : Headers.empty();
        boolean endsWithData = last && trailers.size() == 0;
        if (current.section() != null && !sectionSent) {
            if (!owner.begins()) {
                return false;
            }
            sectionSent = true;
            known = true;
            boolean end = endsWithData && !data.hasRemaining();
            section(output, current.section(), end, maxFrame);
            if (end) {
                sent(current);
                return false;
            }
        }
        int window = Math.max(0, session.flow().windowOf(this));
        int length = Math.min(Math.min(data.remaining(), maxFrame), window);
        boolean all = length == data.remaining();
        if (length == 0 && !all) {
            return false;
        }
        if (length > 0 || endsWithData) {
            session.flow().sent(this, length);
            progress();
            output.data(id, data.slice(data.position(), length), all && endsWithData);
            data.position(data.position() + length);
        }
        if (all) {
            if (trailers.size() > 0) {
                section(output, encoder -> encoder.fields(trailers), true, maxFrame);
            }
            sent(current);
        }
        return !all;
    }

    void section(FrameOutput output, Section section, boolean end, int maxFrame) {
        FieldEncoder encoder = session.sending().encoder();
        encoder.begin();
        section.encode(encoder);
        output.section(id, encoder.end(), end, maxFrame);
    }

    private void sent(Message complete) {
        message = null;
        localEnded = complete.last();
        if (localEnded) {
            session.removeIfEnded(this);
        }
        complete.done().done(null);
    }

    /** Something of it was sent or received. */
    void progress() {
        still = false;
        owner.progress();
    }

    /**
     * Whether nothing of it was sent or received since this was asked the last time; on the loop's thread.
     *
     * @return false the first time
     */
    public boolean isStill() {
        boolean answer = still;
        still = true;
        return answer;
    }

    /** The peer sends nothing more. */
    void ended(Headers trailers) {
        remoteEnded = true;
        content.end(trailers);
        session.removeIfEnded(this);
        owner.remoteEnded();
    }

    /** It has come to its end before its time: all who have to do with it are told, also if one of them throws. */
    void broken(Throwable cause) {
        try {
            content.fail(cause);
        } finally {
            tell(cause);
        }
    }

    private void tell(Throwable cause) {
        Message current = message;
        message = null;
        try {
            owner.broken(cause);
        } finally {
            if (current != null) {
                current.done().done(cause);
            }
        }
    }
}
