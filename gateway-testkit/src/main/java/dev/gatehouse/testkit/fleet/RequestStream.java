package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** The requests of all clients: a Poisson process whose rate changes in steps. */
final class RequestStream {

    private final TimeSource time;
    private final Scenario scenario;
    private final List<SimulatedClient> clients;
    private final RandomSource arrivals;
    private final RandomSource requests;
    private final long startNanos;
    private final long warmNanos;
    private final long endNanos;
    private final PickContext[] contexts;

    /** For each key, which share of the calls have this one or one before it. */
    private final double[] keyShares;

    private int step;

    /** The instant of the next request, exact: rounded steps would add up. */
    private double next;

    RequestStream(
            TimeSource time,
            Scenario scenario,
            List<SimulatedClient> clients,
            RandomSource arrivals,
            RandomSource requests) {
        this.time = time;
        this.scenario = scenario;
        this.clients = clients;
        this.arrivals = arrivals;
        this.requests = requests;
        this.startNanos = time.nanoTime();
        this.warmNanos = scenario.warmUp().toNanos();
        this.endNanos = scenario.duration().toNanos();
        ScenarioSettings.Keys keys = scenario.keys();
        this.contexts = contexts(keys == null ? 0 : keys.count());
        this.keyShares = keys == null ? new double[0] : shares(keys);
    }

    private static PickContext[] contexts(int keys) {
        PickContext[] contexts = new PickContext[keys];
        Arrays.setAll(contexts, i -> PickContext.keyed("key-" + i));
        return contexts;
    }

    private static double[] shares(ScenarioSettings.Keys keys) {
        double[] sums = new double[keys.count()];
        double sum = 0;
        for (int i = 0; i < sums.length; i++) {
            sum += Math.pow(i + 1, -keys.exponent());
            sums[i] = sum;
        }
        double all = sum;
        Arrays.setAll(sums, i -> sums[i] / all);
        return sums;
    }

    void begin() {
        waitForNext();
    }

    /**
     * The time to the next event is exponential; where the rate changes before, it is drawn again from there, which a process
     * without memory allows.
     */
    private void waitForNext() {
        List<ScenarioSettings.Arrivals> steps = scenario.arrivals();
        next += ServiceTimes.exponential(arrivals) * 1e9 / steps.get(step).perSecond();
        while (step + 1 < steps.size() && next >= steps.get(step + 1).from().toNanos()) {
            step++;
            next = steps.get(step).from().toNanos()
                    + ServiceTimes.exponential(arrivals) * 1e9 / steps.get(step).perSecond();
        }
        if (next < endNanos) {
            long nanos = (long) next - (time.nanoTime() - startNanos);
            time.schedule(this::request, Duration.ofNanos(nanos));
        }
    }

    private void request() {
        SimulatedClient client = clients.get(requests.nextInt(clients.size()));
        PickContext context = context();
        boolean measured = time.nanoTime() - startNanos >= warmNanos;
        new SimulatedCall(client, context, requests.nextLong(), measured).begin();
        waitForNext();
    }

    private PickContext context() {
        if (contexts.length == 0) {
            return PickContext.none();
        }
        int found = Arrays.binarySearch(keyShares, requests.nextDouble());
        int key = found < 0 ? -found - 1 : found + 1;
        return contexts[Math.min(key, contexts.length - 1)];
    }
}
