package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Weighted round robin by what the endpoints report (gRFC A58). See {@link Strategy#reportedWeights()}. */
record ReportedWeights() implements Strategy {

    private static final long UPDATE_NANOS = Duration.ofSeconds(1).toNanos();

    /**
     * A weight is at most so many times the mean, and at least the mean divided by it, as in gRPC: a report that is far off
     * neither draws all calls nor starves its node of those by which it could show that it was.
     */
    private static final double MOST_OF_MEAN = 10;

    @Override
    public Picker newPicker(Setup setup) {
        return new Weights(setup);
    }

    @Override
    public boolean usesLoadReports() {
        return true;
    }

    @Override
    public String toString() {
        return "reportedWeights";
    }

    private static final class Weights implements Picker {

        private final TimeSource time;
        private final RandomSource random;
        private final Node[] nodes;
        private final Map<Node, ReportedLoad> loads;
        private final AtomicLong updatedNanos;

        /** Guarded by this. */
        private double[] weights = {};

        private volatile WeightedSchedule schedule;

        Weights(Setup setup) {
            this.time = setup.time();
            this.random = setup.random();
            this.nodes = setup.nodes().toArray(Node[]::new);
            Map<Node, ReportedLoad> before = setup.previous() instanceof Weights previous ? previous.loads : Map.of();
            this.loads = PerNode.inherit(setup.nodes(), before, () -> new ReportedLoad(time.nanoTime()));
            this.updatedNanos = new AtomicLong(time.nanoTime());
            this.schedule = new WeightedSchedule(weights, random);
            update();
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return nodes.length == 0 ? null : nodes[schedule.next()];
        }

        /** Weights are updated by a timer, not on this thread, and only while calls come: an idle balancer needs none. */
        @Override
        public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
            long now = time.nanoTime();
            long updated = updatedNanos.get();
            if (now - updated >= UPDATE_NANOS && updatedNanos.compareAndSet(updated, now)) {
                time.schedule(this::update, Duration.ZERO);
            }
        }

        private synchronized void update() {
            double[] next = weights(time.nanoTime());
            if (!Arrays.equals(next, weights)) {
                weights = next;
                schedule = new WeightedSchedule(next, random);
            }
        }

        private double[] weights(long now) {
            double[] reported = new double[nodes.length];
            Arrays.setAll(reported, i -> {
                ReportedLoad load = loads.get(nodes[i]);
                return load == null ? 0 : load.weight(nodes[i], now);
            });
            double[] known =
                    Arrays.stream(reported).filter(weight -> weight > 0).toArray();
            if (known.length < 2) {
                return Arrays.stream(nodes).mapToDouble(Node::effectiveWeight).toArray();
            }
            double mean = Arrays.stream(known).sum() / known.length;
            Arrays.setAll(reported, i -> {
                double weight = reported[i] == 0 ? mean : reported[i];
                double clipped = Math.min(mean * MOST_OF_MEAN, Math.max(mean / MOST_OF_MEAN, weight));
                // Less of it during a slow start.
                return clipped
                        * nodes[i].effectiveWeight()
                        / nodes[i].endpoint().weight();
            });
            return reported;
        }
    }
}
