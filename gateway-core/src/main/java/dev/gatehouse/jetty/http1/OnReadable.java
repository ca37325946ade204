package dev.gatehouse.jetty.http1;

import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.util.Callback;

/**
 * Lets the thread that selects read, which never blocks here.
 *
 * @param connection what has become readable
 */
public record OnReadable(AbstractConnection connection) implements Callback {

    @Override
    public void succeeded() {
        connection.onFillable();
    }

    @Override
    public void failed(Throwable cause) {
        connection.onFillInterestedFailed(cause);
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
