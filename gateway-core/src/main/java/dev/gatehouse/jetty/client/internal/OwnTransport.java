package dev.gatehouse.jetty.client.internal;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The transport of a gateway that was given none. Its parts are made when something is first sent.
 *
 * <p>Clear text, which runs on loops, lives on what the gateway's server lends. That goes back when the server
 * stops: what is under way over it fails then, and what comes later goes over parts of our own. So that no server's
 * exchanges end with another server, nothing is borrowed while there are two: when the second one starts, what lives on the
 * first one's parts is left to the exchanges under way.
 *
 * <p>TLS has parts of our own in any case: Jetty's client hands work to its pool all the time, and would stand
 * still where all threads of a server wait for its answers.
 *
 * <p>Safe for use by several threads.
 */
public final class OwnTransport implements Transport {

    /** Of running servers, once for each handler in them. Guarded by this, as are the three below. */
    private final List<ServerParts> lenders = new ArrayList<>();

    /** Whose parts {@link #onLoan} lives on. */
    private @Nullable ServerParts lender;

    private @Nullable JettyTransport onLoan;
    private boolean closed;

    /** On parts of its own. */
    private volatile @Nullable JettyTransport own;

    /** What new calls go over that need only loops: one of the two above. */
    private volatile @Nullable JettyTransport forLoops;

    /** A transport that has no parts yet. */
    public OwnTransport() {}

    /**
     * A server has started.
     *
     * @param parts what it lends, until they are {@linkplain #takeBack taken back}
     */
    public synchronized void lend(ServerParts parts) {
        lenders.add(parts);
        // Without a lender this may be on our own parts: a health check does not wait for a server.
        if (lender == null || (!parts.equals(lender) && forLoops == onLoan)) {
            forLoops = null;
        }
    }

    /**
     * A server stops. Nothing uses its parts when this returns.
     *
     * @param parts what it has lent
     */
    public void takeBack(ServerParts parts) {
        JettyTransport ended = null;
        synchronized (this) {
            lenders.remove(parts);
            if (parts.equals(lender) && !lenders.contains(parts)) {
                ended = onLoan;
                forLoops = forLoops == ended ? null : forLoops;
                onLoan = null;
                lender = null;
            }
        }
        close(ended);
    }

    @Override
    public Handle send(Call call, Callback callback) {
        JettyTransport over = needsLoopsOnly(call) ? forLoops() : own();
        if (over == null) {
            callback.failed(new GatewayException(Kind.CLOSING, "the transport is closed"));
            return reason -> {};
        }
        return over.send(call, callback);
    }

    private static boolean needsLoopsOnly(Call call) {
        return "http".equals(call.endpoint().uri().getScheme());
    }

    /** Null if there must not be any. */
    private @Nullable JettyTransport forLoops() {
        JettyTransport known = forLoops;
        if (known == null) {
            synchronized (this) {
                known = forLoops;
                if (known == null && !closed) {
                    known = mayBorrow() ? borrow(lenders.get(0)) : own();
                    forLoops = known;
                }
            }
        }
        return known;
    }

    /** Null if there must not be any. */
    private @Nullable JettyTransport own() {
        JettyTransport known = own;
        if (known == null) {
            synchronized (this) {
                known = own;
                if (known == null && !closed) {
                    known = JettyTransport.create();
                    own = known;
                }
            }
        }
        return known;
    }

    private boolean mayBorrow() {
        return onLoan == null
                && lenders.stream().distinct().count() == 1
                && lenders.get(0).suffice();
    }

    private JettyTransport borrow(ServerParts parts) {
        JettyTransport borrowing = JettyTransport.builder()
                .executor(parts.threads())
                .scheduler(parts.timers())
                .byteBufferPool(parts.buffers())
                .build();
        lender = parts;
        onLoan = borrowing;
        return borrowing;
    }

    @Override
    public void close() {
        JettyTransport first;
        JettyTransport second;
        synchronized (this) {
            closed = true;
            first = own;
            second = onLoan;
        }
        close(first);
        close(second);
    }

    private static void close(@Nullable JettyTransport transport) {
        if (transport != null) {
            transport.close();
        }
    }
}
