package dev.gatehouse.balancer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is known of a call when its node is chosen. Immutable. */
public final class PickContext {

    private static final PickContext NONE = new PickContext(null, null, null, null);

    private final @Nullable String key;
    private final @Nullable String clientAddress;
    private final @Nullable Node avoided;
    private final @Nullable String preferred;

    private PickContext(
            @Nullable String key, @Nullable String clientAddress, @Nullable Node avoided, @Nullable String preferred) {
        this.key = key;
        this.clientAddress = clientAddress;
        this.avoided = avoided;
        this.preferred = preferred;
    }

    /**
     * Nothing is known.
     *
     * @return a shared context
     */
    public static PickContext none() {
        return NONE;
    }

    /**
     * A call for something that shall stay together, such as a customer.
     *
     * @param key equal keys go to the same node, if the strategy hashes
     * @return a context
     */
    public static PickContext keyed(String key) {
        return new PickContext(Objects.requireNonNull(key), null, null, null);
    }

    /**
     * A call for a client.
     *
     * @param address the client's IP address, as text
     * @return a context
     */
    public static PickContext forClient(String address) {
        return new PickContext(null, Objects.requireNonNull(address), null, null);
    }

    /**
     * A copy with a key.
     *
     * @param newKey the key
     * @return the changed copy
     */
    public PickContext withKey(String newKey) {
        return new PickContext(Objects.requireNonNull(newKey), clientAddress, avoided, preferred);
    }

    /**
     * A copy with a client.
     *
     * @param address the client's IP address, as text
     * @return the changed copy
     */
    public PickContext withClientAddress(String address) {
        return new PickContext(key, Objects.requireNonNull(address), avoided, preferred);
    }

    /**
     * A copy for another attempt: a node is taken only if no other is usable. What the first attempt preferred has no part
     * in the choice any more.
     *
     * @param node the node that the last attempt went to
     * @return the changed copy
     */
    public PickContext avoiding(Node node) {
        return new PickContext(key, clientAddress, Objects.requireNonNull(node), preferred);
    }

    /**
     * A copy for a call that shall go where calls like it went before, such as those of one session. The balancer sees to
     * it before it asks the strategy: the call goes to that endpoint unless it is gone, down, ejected or at its limit of
     * calls in flight; then the strategy chooses. A draining endpoint takes such calls while the drain lasts, if the
     * balancer has {@link BalancerBuilder#stickyDrains}.
     *
     * @param endpointId the endpoint's id; one that there is not is as good as none
     * @return the changed copy
     */
    public PickContext preferring(String endpointId) {
        return new PickContext(key, clientAddress, avoided, Objects.requireNonNull(endpointId));
    }

    /**
     * The key.
     *
     * @return null if there is none
     */
    public @Nullable String key() {
        return key;
    }

    /**
     * The client's address.
     *
     * @return null if it is not known
     */
    public @Nullable String clientAddress() {
        return clientAddress;
    }

    /**
     * The endpoint that the call shall go to if it can.
     *
     * @return its id; null if none is preferred
     */
    public @Nullable String preferred() {
        return preferred;
    }

    /**
     * Whether a node shall be taken only if no other is usable. The balancer sees to it; a strategy
     * need not, unless it {@linkplain Picker#reserves() reserves}.
     *
     * @param node a node
     * @return true for the node of the last attempt
     */
    public boolean avoids(Node node) {
        return node == avoided;
    }

    /** The node to avoid; null if there is none. */
    @Nullable
    Node avoided() {
        return avoided;
    }

    /** Whether anything is avoided at all. */
    boolean avoidsAny() {
        return avoided != null;
    }
}
