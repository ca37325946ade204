package dev.gatehouse.internal.rules;

import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.syntax.IpAddress;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The header section that an upstream gets. */
final class UpstreamFields {

    private static final String X_FOR = "X-Forwarded-For";
    private static final String X_PROTO = "X-Forwarded-Proto";
    private static final String X_HOST = "X-Forwarded-Host";
    private static final String FORWARDED = "Forwarded";

    private final boolean xForwarded;
    private final boolean forwarded;
    private final Via via;

    UpstreamFields(boolean xForwarded, boolean forwarded, Via via) {
        this.xForwarded = xForwarded;
        this.forwarded = forwarded;
        this.via = via;
    }

    Headers of(Request request, ClientInfo client) {
        Headers headers = request.headers();
        InetAddress peer = request.connection().remote().getAddress();
        boolean peerKnown = peer != null;
        boolean hostKnown = !client.host().isEmpty();
        int more = 1 + (forwarded ? 1 : 0);
        if (xForwarded) {
            more += 1 + (peerKnown ? 1 : 0) + (hostKnown ? 1 : 0);
        }
        Headers.Builder builder = kept(headers).toBuilder(more);
        builder.addParsed(Via.NAME, via.appendedTo(headers, request.connection().protocol()));
        String peerText =
                peer == null ? null : peer.equals(client.inetAddress()) ? client.address() : IpAddress.format(peer);
        if (xForwarded) {
            if (peerText != null) {
                builder.addParsed(X_FOR, ForwardingPolicy.append(headers, X_FOR, peerText));
            }
            builder.addParsed(X_PROTO, client.scheme());
            if (hostKnown) {
                builder.addParsed(X_HOST, client.host());
            }
        }
        if (forwarded) {
            builder.addParsed(FORWARDED, ForwardingPolicy.append(headers, FORWARDED, element(request, peer, peerText)));
        }
        return builder.build();
    }

    private static Selection kept(Headers headers) {
        Selection selection = new Selection(headers);
        Set<String> others = null;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            boolean trailers = name.length() == 2 && headers.value(i).equals("trailers");
            if ((HopByHop.isOne(name) && !trailers) || isWrittenAnew(name)) {
                selection.drop(i);
            } else if (FieldNames.folds(name)) {
                others = others == null ? namesThatDoNotFold(headers) : others;
                if (isTakenForAnother(name, others)) {
                    selection.drop(i);
                }
            }
        }
        return selection;
    }

    /** By this class, or by the transport: framing from the body, {@code Host} from the authority, {@code Expect} not at all. */
    private static boolean isWrittenAnew(String name) {
        return switch (name.length()) {
            case 3 -> name.equalsIgnoreCase(Via.NAME);
            case 4 -> name.equalsIgnoreCase("Host");
            case 6 -> name.equalsIgnoreCase("Expect");
            case 9 -> name.equalsIgnoreCase(FORWARDED);
            case 14 -> name.equalsIgnoreCase("Content-Length");
            case 15 -> name.equalsIgnoreCase(X_FOR);
            case 16 -> name.equalsIgnoreCase(X_HOST);
            case 17 -> name.equalsIgnoreCase(X_PROTO);
            default -> false;
        };
    }

    /**
     * Whether there is another field that this one can be taken for. A filter may have set that one, as proof of who the
     * client is, and a client may have sent this one to have it overlooked.
     */
    private static boolean isTakenForAnother(String name, Set<String> others) {
        return others.contains(FieldNames.unfold(name).toLowerCase(Locale.ROOT));
    }

    /** In lower case: once for all, since a client may send many names that fold. */
    private static Set<String> namesThatDoNotFold(Headers headers) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < headers.size(); i++) {
            if (!FieldNames.folds(headers.name(i))) {
                names.add(headers.name(i).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }

    private static String element(Request request, @Nullable InetAddress peer, @Nullable String peerText) {
        StringBuilder element = new StringBuilder(64);
        String host = request.authority().isEmpty() ? null : request.authority();
        ForwardedElement.write(
                element,
                ForwardedElement.node(peer, peerText),
                host,
                request.connection().scheme());
        return element.toString();
    }
}
