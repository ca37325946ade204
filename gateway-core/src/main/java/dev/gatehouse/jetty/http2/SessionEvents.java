package dev.gatehouse.jetty.http2;

import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.EndPoint;

/** What happens on a connection that its two sides see differently. Called on the loop's thread. */
abstract class SessionEvents extends AbstractConnection {

    SessionEvents(EndPoint socket, Executor executor) {
        super(socket, executor);
    }

    /**
     * A field section has come for a stream that is not open.
     *
     * @param id of which stream
     * @param section the section
     * @param end whether nothing follows
     */
    protected abstract void onSection(int id, FieldSection section, boolean end);

    /**
     * A section is not as it has to be (RFC 9113 §8.1.1).
     *
     * @param id of which stream, open or not
     * @param code what is wrong
     */
    protected abstract void onMalformed(int id, ErrorCode code);

    /**
     * The peer takes nothing new.
     *
     * @param last the last stream of ours that it has looked at
     */
    protected abstract void onGoAway(int last);

    /**
     * The peer has said how it wants to be spoken to.
     *
     * @param settings what was changed
     */
    protected void onSettings(Map<Integer, Integer> settings) {}

    /**
     * Whether a stream has never been open.
     *
     * @param id its number
     * @return true if what comes for it makes no sense
     */
    protected abstract boolean isIdle(int id);

    /**
     * What GOAWAY says.
     *
     * @return the last stream of the peer's that we have looked at
     */
    protected abstract int lastStream();

    /** The connection comes to its end: nothing new may be begun on it. Called before anybody is told, and perhaps again. */
    protected void ending() {}

    /**
     * Nothing was sent or received for as long as that may be.
     *
     * @param timeout what readers may be told
     */
    protected abstract void idle(TimeoutException timeout);
}
