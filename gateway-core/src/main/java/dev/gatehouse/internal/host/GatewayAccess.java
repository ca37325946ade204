package dev.gatehouse.internal.host;

import dev.gatehouse.Gateway;
import dev.gatehouse.jetty.client.internal.OwnTransport;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The way to what a gateway shows to its adapters, but not to its users. */
public final class GatewayAccess {

    /** Set before there is any gateway. */
    private static volatile @Nullable Function<Gateway, OwnTransport> ownTransport;

    private GatewayAccess() {}

    /**
     * Opens the way. Called once, by the gateway's class.
     *
     * @param way from a gateway to the transport that it has if it was given none
     */
    public static void open(Function<Gateway, OwnTransport> way) {
        ownTransport = way;
    }

    static OwnTransport ownTransport(Gateway gateway) {
        return Objects.requireNonNull(ownTransport).apply(gateway);
    }
}
