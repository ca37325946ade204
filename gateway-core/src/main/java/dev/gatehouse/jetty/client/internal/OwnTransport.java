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
 * The transport of a gateway that was given none. It is made when something is first sent, of what the gateway's server
 * lends, or of parts of its own.
 *
 * <p>What is lent goes back when the server stops: what is under way over it fails then, and what comes later goes over
 * parts of our own. So that no server's exchanges end with another server, nothing is borrowed while there are two: when
 * the second one starts, a transport that lives on the first one's parts is left to what is under way.
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

    /** What new calls go over. */
    private volatile @Nullable JettyTransport current;

    /** A transport that has no parts yet. */
    public OwnTransport() {}

    /**
     * A server has started.
     *
     * @param parts what it lends, until they are {@linkplain #takeBack taken back}
     */
    public synchronized void lend(ServerParts parts) {
        lenders.add(parts);
        if (lender != null && !parts.equals(lender) && current == onLoan) {
            current = null;
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
                current = current == ended ? null : current;
                onLoan = null;
                lender = null;
            }
        }
        if (ended != null) {
            ended.close();
        }
    }

    @Override
    public Handle send(Call call, Callback callback) {
        JettyTransport known = current;
        if (known == null) {
            known = make();
        }
        if (known == null) {
            callback.failed(new GatewayException(Kind.CLOSING, "the transport is closed"));
            return reason -> {};
        }
        return known.send(call, callback);
    }

    /** One for new calls; null if there must not be any. */
    private synchronized @Nullable JettyTransport make() {
        if (current == null && !closed) {
            current = mayBorrow() ? borrow(lenders.get(0)) : JettyTransport.create();
        }
        return current;
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
            first = current;
            second = onLoan == first ? null : onLoan;
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
