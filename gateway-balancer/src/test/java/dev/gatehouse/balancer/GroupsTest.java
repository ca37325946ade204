package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Strategies for endpoints in groups: by priority and by zone. */
class GroupsTest {

    private static Endpoint endpoint(String id, int priority, String zone, int weight) {
        return Endpoint.builder(id, URI.create("http://" + id + ".test"))
                .priority(priority)
                .zone(zone)
                .weight(weight)
                .build();
    }

    private static List<Node> level(int priority, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Node(endpoint("p" + priority + "-" + i, priority, "", 1)))
                .toList();
    }

    /** Percents, rounded down as in Envoy; what is a whole number must not fall below it for a last bit. */
    private static List<Integer> loads(int... usable) {
        List<Node> all = new ArrayList<>();
        List<Node> left = new ArrayList<>();
        for (int priority = 0; priority < usable.length; priority++) {
            List<Node> nodes = level(priority, 100);
            all.addAll(nodes);
            left.addAll(nodes.subList(0, usable[priority]));
        }
        return ByPriority.shares(left, all).values().stream()
                .map(share -> (int) Math.floor(100 * share + 1e-9))
                .toList();
    }

    /** The examples of Envoy's documentation, where the rest of a rounded percent goes to the next level. */
    @ParameterizedTest
    @CsvSource({"100, 100, 0", "72, 100, 0", "71, 99, 0", "50, 70, 30", "25, 35, 65", "0, 0, 100"})
    void levelsTakeWhatTheyCan(int usable, int first, int second) {
        assertThat(loads(usable, 100)).containsExactly(first, second);
    }

    @Test
    void threeLevelsShareTheLoad() {
        assertThat(loads(100, 100, 100)).containsExactly(100, 0, 0);
        assertThat(loads(50, 50, 100)).containsExactly(70, 30, 0);
        assertThat(loads(25, 25, 100)).containsExactly(35, 35, 30);
        assertThat(loads(25, 100, 100)).containsExactly(35, 65, 0);
        // Together they could take 70 %: each takes half of all.
        assertThat(loads(25, 25)).containsExactly(50, 50);
        assertThat(loads(0, 20, 0)).containsExactly(0, 100, 0);
    }

    @Test
    void loadFlowsToTheNextLevelAsNodesFallOutAndComesBack() {
        Strategy strategy = Strategy.byPriority(Strategy.random());
        VirtualClock clock = new VirtualClock();
        ScriptedChecker checker = new ScriptedChecker(clock);
        try (Watched watched = Watched.of(
                clock, builder -> builder.strategy(strategy).healthCheck(checker, health -> health.jitter(0)), "x")) {
            List<Endpoint> endpoints = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                endpoints.add(endpoint("a" + i, 0, "", 1));
                endpoints.add(endpoint("b" + i, 1, "", 1));
            }
            watched.source.set(endpoints);
            watched.seconds(10);
            assertThat(first(watched)).isEqualTo(10_000);
            checker.sick.addAll(List.of("a0", "a1"));
            watched.seconds(20);
            // 70 % of 10 000, within five standard deviations of √(10 000 · 0.7 · 0.3) = 46.
            assertThat(first(watched)).isCloseTo(7_000, within(230));
            // Half of all nodes are down, then more: the second level can take all, so that is no reason for panic.
            checker.sick.addAll(List.of("a2", "a3"));
            watched.seconds(20);
            assertThat(first(watched)).isZero();
            checker.sick.add("b0");
            watched.seconds(20);
            assertThat(watched.told()).doesNotContain("PANIC");
            assertThat(first(watched)).isZero();
            checker.sick.addAll(List.of("b1", "b2"));
            watched.seconds(20);
            assertThat(watched.told()).contains("PANIC");
            checker.sick.clear();
            watched.seconds(20);
            assertThat(first(watched)).isEqualTo(10_000);
        }
    }

    private static int first(Watched watched) {
        int count = 0;
        for (int i = 0; i < 10_000; i++) {
            try (Lease lease = watched.balancer.acquire(PickContext.none())) {
                count += lease.endpoint().id().startsWith("a") ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void whatIsKnownCountsThoughItIsNotUsable() {
        try (Watched watched = Watched.of(builder -> builder.strategy(Strategy.byPriority(Strategy.random()))
                .outlierDetection(outliers -> outliers.maxEjectedShare(1)))) {
            watched.source.set(List.of(endpoint("a0", 0, "", 1), endpoint("a1", 0, "", 1), endpoint("b0", 1, "", 1)));
            OutlierDetectionTest.calls(watched, "a0", 5, Outcome.ABORTED);
            assertThat(first(watched)).isCloseTo(7_000, within(230));
            // A node that drains is no longer one that could take something.
            watched.balancer.drain("a0", Duration.ZERO);
            assertThat(first(watched)).isEqualTo(10_000);
        }
    }

    private static List<Node> zones(Map<String, Integer> weights) {
        List<Node> nodes = new ArrayList<>();
        weights.forEach((zone, weight) -> nodes.add(new Node(endpoint(zone + "1", 0, zone, weight))));
        return nodes;
    }

    @Test
    void aZoneThatCanTakeItsOwnCallsKeepsThem() {
        List<Node> nodes = zones(new TreeMap<>(Map.of("a", 2, "b", 1, "c", 1)));
        assertThat(ZoneAware.shares("a", nodes, nodes)).isEqualTo(Map.of("a", 1.0, "b", 0.0, "c", 0.0));
        // b has a quarter of all for a third of the calls, so it keeps three quarters of them; only a has room.
        SortedMap<String, Double> shares = ZoneAware.shares("b", nodes, nodes);
        assertThat(shares.get("b")).isCloseTo(0.75, within(1e-9));
        assertThat(shares.get("a")).isCloseTo(0.25, within(1e-9));
        assertThat(shares.get("c")).isZero();
    }

    @Test
    void overAllClientsEachZoneGetsLoadByItsWeight() {
        for (List<Integer> weights : List.of(List.of(1, 1, 1), List.of(5, 2, 1), List.of(1, 9, 1), List.of(3, 3, 1))) {
            Map<String, Integer> named =
                    new TreeMap<>(Map.of("a", weights.get(0), "b", weights.get(1), "c", weights.get(2)));
            List<Node> nodes = zones(named);
            Map<String, Double> load = new TreeMap<>();
            named.keySet()
                    .forEach(client -> ZoneAware.shares(client, nodes, nodes)
                            .forEach((zone, share) -> load.merge(zone, share / named.size(), Double::sum)));
            double total = named.values().stream().mapToInt(Integer::intValue).sum();
            load.forEach((zone, share) ->
                    assertThat(share).as("%s of %s", zone, named).isCloseTo(named.get(zone) / total, within(1e-9)));
        }
    }

    @Test
    void aZoneWithoutUsableNodesSpillsByWhatOthersHaveToSpare() {
        List<Node> nodes = zones(new TreeMap<>(Map.of("a", 1, "b", 1, "c", 2)));
        List<Node> left = nodes.subList(1, 3);
        SortedMap<String, Double> shares = ZoneAware.shares("a", left, nodes);
        // b and c are a third and two thirds of what is left, and have 0 and 1/3 beyond the third of their own clients.
        assertThat(shares.get("a")).isZero();
        assertThat(shares.get("b")).isCloseTo(0, within(1e-9));
        assertThat(shares.get("c")).isCloseTo(1, within(1e-9));
    }

    @Test
    void callsStayInTheZone() {
        Strategy strategy = Strategy.zoneAware("a", Strategy.leastRequest());
        Setup setup = Picks.setup(
                1, List.of(endpoint("a1", 0, "a", 1), endpoint("a2", 0, "a", 1), endpoint("b1", 0, "b", 2)));
        assertThat(Picks.counts(strategy.newPicker(setup), 1_000)).containsOnlyKeys("a1", "a2");
    }

    @Test
    void groupsCompose() {
        Strategy strategy = Strategy.byPriority(Strategy.zoneAware("a", Strategy.roundRobin()));
        assertThat(strategy)
                .hasToString("byPriority(zoneAware(a, roundRobin))")
                .isEqualTo(Strategy.byPriority(Strategy.zoneAware("a", Strategy.roundRobin())));
        Setup setup = Picks.setup(
                1, List.of(endpoint("a0", 0, "a", 1), endpoint("b0", 0, "b", 1), endpoint("a1", 1, "a", 1)));
        assertThat(Picks.counts(strategy.newPicker(setup), 100)).isEqualTo(Map.of("a0", 100));
        assertThat(strategy.newPicker(Picks.setup(1, List.of())).pick(PickContext.none()))
                .isNull();
    }

    @Test
    void eachGroupInheritsLearnsAndEndsForItself() {
        List<String> told = new ArrayList<>();
        Strategy within = setup -> {
            String name = setup.nodes() + (setup.previous() == null ? "" : " after " + setup.previous());
            told.add("new " + name);
            return new Picker() {
                @Override
                public Node pick(PickContext context) {
                    return setup.nodes().get(0);
                }

                @Override
                public void completed(Node node, PickContext context, Outcome outcome, long nanos) {
                    told.add(node + " by " + setup.nodes());
                }

                @Override
                public void close() {
                    told.add("end " + setup.nodes());
                }

                @Override
                public String toString() {
                    return setup.nodes().toString();
                }
            };
        };
        try (Watched watched = Watched.of(builder -> builder.strategy(Strategy.byPriority(within)))) {
            watched.source.set(List.of(endpoint("a", 0, "", 1), endpoint("b", 1, "", 1)));
            OutlierDetectionTest.calls(watched, "a", 1, Outcome.SUCCESS);
            watched.source.set(List.of(endpoint("a", 0, "", 1), endpoint("c", 1, "", 1)));
        }
        assertThat(told)
                .containsExactly(
                        "new [a]",
                        "new [b]",
                        "a by [a]",
                        "new [a] after [a]",
                        "new [c] after [b]",
                        "end [a]",
                        "end [b]",
                        "end [a]",
                        "end [c]");
    }

    @Test
    void aGroupThatWantsNoneLeavesTheCallToTheNext() {
        Strategy wantsNoA = setup -> context -> {
            Node first = setup.nodes().get(0);
            return first.endpoint().id().equals("a") ? null : first;
        };
        Setup setup = Picks.setup(1, List.of(endpoint("a", 0, "", 1), endpoint("b", 1, "", 1)));
        assertThat(Picks.counts(Strategy.byPriority(wantsNoA).newPicker(setup), 10))
                .isEqualTo(Map.of("b", 10));
    }

    @Test
    void aZoneNeedsAName() {
        assertThatThrownBy(() -> Strategy.zoneAware("", Strategy.random()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("zone: empty (expected: the name of a zone)");
    }
}
