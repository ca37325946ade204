package dev.gatehouse.jetty.http2;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * The streams that were reset last from this side. What the peer had sent before it knew is ignored (RFC 9113 §5.4.2); of
 * those reset long ago it must know by now.
 */
final class ResetStreams {

    private static final int MOST = 256;

    private final Deque<Integer> inOrder = new ArrayDeque<>();
    private final Set<Integer> all = new HashSet<>();

    void add(int id) {
        if (all.add(id)) {
            inOrder.add(id);
            if (inOrder.size() > MOST) {
                all.remove(inOrder.remove());
            }
        }
    }

    boolean contains(int id) {
        return all.contains(id);
    }
}
