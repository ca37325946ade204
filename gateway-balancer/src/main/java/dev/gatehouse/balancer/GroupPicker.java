package dev.gatehouse.balancer;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A picker made of pickers for groups of nodes, each of which gets a share of the calls, drawn by chance. */
final class GroupPicker implements Picker {

    private final List<Object> names;
    private final Picker[] pickers;

    /** Sums of the shares up to each group. */
    private final double[] ends;

    private final IdentityHashMap<Node, Picker> owners = new IdentityHashMap<>();
    private final RandomSource random;
    private final boolean reserves;

    /**
     * Makes a picker for each group that has usable nodes.
     *
     * @param shares of the calls, 0 or more, 1 together; groups without usable nodes have none
     */
    static <K> Picker of(Setup setup, Strategy within, Function<Node, K> group, SortedMap<K, Double> shares) {
        Map<K, List<Node>> usable = setup.nodes().stream().collect(Collectors.groupingBy(group));
        return usable.isEmpty() ? context -> null : new GroupPicker(setup, within, group, shares, usable);
    }

    private <K> GroupPicker(
            Setup setup,
            Strategy within,
            Function<Node, K> group,
            SortedMap<K, Double> shares,
            Map<K, List<Node>> usable) {
        List<K> groups = shares.keySet().stream().filter(usable::containsKey).toList();
        Map<K, List<Node>> known = setup.known().stream().collect(Collectors.groupingBy(group));
        this.names = List.copyOf(groups);
        this.pickers = new Picker[groups.size()];
        this.ends = new double[groups.size()];
        this.random = setup.random();
        GroupPicker before = setup.previous() instanceof GroupPicker groupPicker ? groupPicker : null;
        double sum = 0;
        for (int i = 0; i < pickers.length; i++) {
            K name = groups.get(i);
            List<Node> nodes = usable.getOrDefault(name, List.of());
            Picker previous = before == null ? null : before.picker(name);
            Picker made = within.newPicker(
                    setup.within(nodes, known.getOrDefault(name, nodes)).withPrevious(previous));
            nodes.forEach(node -> owners.put(node, made));
            pickers[i] = made;
            sum += shares.getOrDefault(name, 0.0);
            ends[i] = sum;
        }
        boolean any = false;
        for (Picker picker : pickers) {
            any |= picker.reserves();
        }
        this.reserves = any;
    }

    private @Nullable Picker picker(Object name) {
        int index = names.indexOf(name);
        return index < 0 ? null : pickers[index];
    }

    @Override
    public @Nullable Node pick(PickContext context) {
        int last = pickers.length - 1;
        int first = 0;
        if (ends[0] < 1) {
            double drawn = random.nextDouble();
            while (first < last && drawn >= ends[first]) {
                first++;
            }
        }
        Node node = pickFrom(first, context);
        // A group that wants none of its nodes leaves the call to the others.
        for (int i = 0; node == null && i <= last; i++) {
            node = i == first ? null : pickFrom(i, context);
        }
        return node;
    }

    private @Nullable Node pickFrom(int group, PickContext context) {
        Picker picker = pickers[group];
        Node node = picker.pick(context);
        if (node != null && reserves && !picker.reserves() && !node.tryReserve(Integer.MAX_VALUE)) {
            return null;
        }
        return node;
    }

    @Override
    public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
        Picker owner = owners.get(node);
        if (owner != null) {
            owner.completed(node, context, outcome, latencyNanos);
        }
    }

    @Override
    public boolean reserves() {
        return reserves;
    }

    @Override
    public void close() {
        for (Picker picker : pickers) {
            picker.close();
        }
    }
}
