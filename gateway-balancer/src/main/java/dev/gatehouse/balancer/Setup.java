package dev.gatehouse.balancer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link Strategy} gets to make a {@link Picker}. Immutable. */
public final class Setup {

    private final List<Node> nodes;
    private final List<Node> known;
    private final @Nullable Picker previous;
    private final TimeSource time;
    private final RandomSource random;

    Setup(List<Node> nodes, List<Node> known, @Nullable Picker previous, TimeSource time, RandomSource random) {
        this.nodes = List.copyOf(nodes);
        this.known = List.copyOf(known);
        this.previous = previous;
        this.time = time;
        this.random = random;
    }

    /**
     * A setup of fresh nodes, for tests of strategies.
     *
     * @param endpoints one for each node
     * @param time the time
     * @param random the chance
     * @return a setup without a previous picker
     */
    public static Setup of(List<Endpoint> endpoints, TimeSource time, RandomSource random) {
        List<Node> nodes = endpoints.stream().map(Node::new).toList();
        return new Setup(nodes, nodes, null, time, random);
    }

    /**
     * The nodes to choose from: those that are usable now, in the order of their endpoints.
     *
     * @return an immutable list, maybe empty
     */
    public List<Node> nodes() {
        return nodes;
    }

    /**
     * All nodes that are not draining, those included that are not usable now: what the usable ones are a part of.
     *
     * @return an immutable list, with all of {@link #nodes()} in it
     */
    public List<Node> known() {
        return known;
    }

    /** A setup for a group of nodes. */
    Setup within(List<Node> usableOfGroup, List<Node> knownOfGroup) {
        return new Setup(usableOfGroup, knownOfGroup, previous, time, random);
    }

    /**
     * The picker that the new one takes over from, to inherit what it has learnt. It may still be choosing, and it may be
     * of another kind: that of a strategy around this one, or beside it. Test its type. A picker that keeps it, or the setup,
     * keeps all before.
     *
     * @return null if there is none
     */
    public @Nullable Picker previous() {
        return previous;
    }

    /**
     * The time.
     *
     * @return the balancer's
     */
    public TimeSource time() {
        return time;
    }

    /**
     * The chance.
     *
     * @return the balancer's
     */
    public RandomSource random() {
        return random;
    }

    /**
     * A setup with some of the nodes, to hand on to another strategy whose picker becomes this one's.
     *
     * @param some nodes of this setup
     * @return the changed copy
     */
    public Setup withNodes(List<Node> some) {
        return new Setup(some, known, previous, time, random);
    }

    /**
     * A setup with another previous picker, for a picker that is made of others: each gets its own.
     *
     * @param other the picker to inherit from, or null
     * @return the changed copy
     */
    public Setup withPrevious(@Nullable Picker other) {
        return new Setup(nodes, known, other, time, random);
    }
}
