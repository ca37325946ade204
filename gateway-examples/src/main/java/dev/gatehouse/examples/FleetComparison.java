package dev.gatehouse.examples;

import dev.gatehouse.balancer.PrequalSettings;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.testkit.fleet.Fleet;
import dev.gatehouse.testkit.fleet.FleetClient;
import dev.gatehouse.testkit.fleet.FleetResult;
import dev.gatehouse.testkit.fleet.Scenario;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Plays a scenario with several strategies in the fleet simulator, prints their figures as a table and writes them to a page
 * with plots.
 */
public final class FleetComparison {

    static final String USAGE = """
        usage: java -jar fleet-comparison.jar SCENARIO PAGE.html [STRATEGY...]
          SCENARIO   a file, or one of: antagonist, fail-fast, fail-fast-ejected, heterogeneous, homogeneous, hot-keys,
                     many-clients, one-slow-server, shared-generations, shared-generations-small,
                     stragglers
          STRATEGY   %s\
        """.formatted(String.join(", ", strategies().keySet()));

    private static final List<String> BY_LOAD = List.of(
            "roundRobin", "random", "leastRequest", "leastRequestFullScan", "peakEwma", "reportedWeights", "prequal");
    private static final List<String> BY_KEY =
            List.of("leastRequest", "ringHash", "maglev", "rendezvous", "boundedMaglev");

    private FleetComparison() {}

    private static Map<String, Function<FleetClient, Strategy>> strategies() {
        Map<String, Function<FleetClient, Strategy>> known = new LinkedHashMap<>();
        known.put("roundRobin", client -> Strategy.roundRobin());
        known.put("weightedRoundRobin", client -> Strategy.weightedRoundRobin());
        known.put("random", client -> Strategy.random());
        known.put("leastRequest", client -> Strategy.leastRequest());
        known.put("leastRequestFullScan", client -> Strategy.leastRequestFullScan());
        known.put("peakEwma", client -> Strategy.peakEwma());
        known.put("reportedWeights", client -> Strategy.reportedWeights());
        known.put("prequal", client -> Strategy.prequal(client.prober()));
        PrequalSettings cooler = PrequalSettings.defaults().withHotQuantile(0.6);
        known.put("prequal0.6", client -> Strategy.prequal(client.prober(), cooler));
        known.put("ringHash", client -> Strategy.ringHash());
        known.put("maglev", client -> Strategy.maglev());
        known.put("rendezvous", client -> Strategy.rendezvous());
        known.put("boundedMaglev", client -> Strategy.boundedLoad(Strategy.maglev(), 1.25));
        return known;
    }

    /**
     * Compares. Exits with 2 if the command line or the scenario is wrong, with 1 if a file cannot be read or written.
     *
     * @param args a scenario, the page to write, and maybe strategies
     */
    public static void main(String[] args) {
        try {
            run(args);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.println(USAGE);
            System.exit(2);
        } catch (IOException e) {
            System.err.println("cannot read or write: " + e);
            System.exit(1);
        }
    }

    private static void run(String... args) throws IOException {
        if (args.length < 2) {
            throw new IllegalArgumentException("a scenario and a page are needed");
        }
        Map<String, FleetResult> results =
                compare(scenario(args[0]), List.of(args).subList(2, args.length));
        System.out.print(table(results));
        Path page = Path.of(args[1]);
        Files.writeString(page, FleetPage.of(results));
        System.out.println("plots: " + page.toAbsolutePath().toUri());
    }

    static Scenario scenario(String name) throws IOException {
        Path file = Path.of(name);
        if (Files.isRegularFile(file)) {
            return Scenario.read(file);
        }
        try (InputStream ours = FleetComparison.class.getResourceAsStream("/fleet/" + name + ".scenario")) {
            if (ours == null) {
                throw new IllegalArgumentException("scenario: " + name + " (expected: a file, or one of ours)");
            }
            return Scenario.parse(new String(ours.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static Map<String, FleetResult> compare(Scenario scenario, List<String> names) {
        Map<String, Function<FleetClient, Strategy>> known = strategies();
        List<String> unknown = new ArrayList<>(names);
        unknown.removeAll(known.keySet());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "strategy: " + String.join(", ", unknown) + " (known: " + String.join(", ", known.keySet()) + ")");
        }
        List<String> wanted = names.isEmpty() ? scenario.keyed() ? BY_KEY : BY_LOAD : names;
        Map<String, FleetResult> results = new LinkedHashMap<>();
        for (String name : wanted) {
            Function<FleetClient, Strategy> strategy = known.get(name);
            if (strategy != null) {
                Fleet fleet =
                        Fleet.of(scenario).balancers((client, builder) -> builder.strategy(strategy.apply(client)));
                results.put(name, fleet.run(Strategy.random()));
            }
        }
        return results;
    }

    /** In Markdown, which can be read as it is. */
    static String table(Map<String, FleetResult> results) {
        StringBuilder table = new StringBuilder("""
            | strategy | p50 ms | p90 ms | p99 ms | p99.9 ms | success % | imbalance | attempts |
            |---|---|---|---|---|---|---|---|
            """);
        results.forEach((name, result) -> table.append(String.format(
                Locale.ROOT,
                "| %s | %.1f | %.1f | %.1f | %.1f | %.3f | %.2f | %.3f |%n",
                name,
                millis(result, 50),
                millis(result, 90),
                millis(result, 99),
                millis(result, 99.9),
                result.successRate() * 100,
                result.imbalance(),
                result.attemptsPerRequest())));
        return table.toString();
    }

    static double millis(FleetResult result, double percent) {
        return result.percentile(percent).toNanos() / 1e6;
    }
}
