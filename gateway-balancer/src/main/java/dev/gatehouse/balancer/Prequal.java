package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Prequal (Wydrowski et al., NSDI 2024). See {@link Strategy#prequal(LoadProber, PrequalSettings)}. */
record Prequal(LoadProber prober, PrequalSettings settings) implements Strategy {

    Prequal {
        Objects.requireNonNull(prober, "prober");
        Objects.requireNonNull(settings, "settings");
    }

    @Override
    public Picker newPicker(Setup setup) {
        return setup.nodes().isEmpty() ? context -> null : new Probed(setup);
    }

    @Override
    public Strategy through(ProbeClient client) {
        return new Prequal(prober.through(client), settings);
    }

    @Override
    public boolean usesLoadReports() {
        return true;
    }

    @Override
    public String toString() {
        return "prequal(" + prober + ", " + settings + ")";
    }

    private final class Probed implements Picker {

        private final TimeSource time;
        private final Node[] nodes;
        private final WeightedChoice chance;
        private final Map<Node, Probing.Conduct> conduct;
        private final InFlightQuantile hotAbove;
        private final ProbePool pool;
        private final Probing probing;

        /** Whether somebody was told of a question that failed: once is enough. */
        private final AtomicBoolean told;

        Probed(Setup setup) {
            Probed before = setup.previous() instanceof Probed previous ? previous : null;
            this.told = before == null ? new AtomicBoolean() : before.told;
            this.time = setup.time();
            this.nodes = setup.nodes().toArray(Node[]::new);
            this.chance = new WeightedChoice(nodes, setup.random());
            this.conduct =
                    PerNode.inherit(setup.nodes(), before == null ? Map.of() : before.conduct, Probing.Conduct::new);
            this.hotAbove = before != null && before.hotAbove.quantile() == settings.hotQuantile()
                    ? before.hotAbove
                    : new InFlightQuantile(settings.hotQuantile());
            int size = Math.max(ProbePool.FEWEST, Math.min(settings.poolSize(), nodes.length));
            this.pool = new ProbePool(size, settings.maxAge().toNanos(), settings.removesOf(nodes.length), hotAbove);
            this.probing = new Probing(settings, prober, setup, conduct, pool, hotAbove, told);
            if (before != null) {
                before.pool.copyTo(pool, conduct::containsKey, time.nanoTime());
            }
            time.schedule(probing::askFirst, Duration.ZERO);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            Node chosen = nodes.length == 1 ? nodes[0] : pool.choose(context, time.nanoTime());
            return chosen == null ? nodes[chance.next()] : chosen;
        }

        /** Questions go out when a call is answered, not when it begins: a choice makes no garbage and no input or output. */
        @Override
        public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
            probing.observe(node, outcome);
            Node.Loaded loaded = node.loaded();
            if (loaded != null && time.nanoTime() - loaded.atNanos() <= latencyNanos) {
                probing.refresh(node, loaded);
            }
            if (nodes.length > 1) {
                probing.ask();
            }
        }

        @Override
        public void close() {
            probing.close();
        }
    }
}
