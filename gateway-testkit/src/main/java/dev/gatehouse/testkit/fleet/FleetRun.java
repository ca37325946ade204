package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerBuilder;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.testkit.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** One run of a scenario. */
final class FleetRun {

    /** Points of a curve over the whole run: about one for each few pixels of a plot. */
    private static final int SAMPLES = 240;

    private final Scenario scenario;
    private final Strategy strategy;
    private final BiConsumer<FleetClient, BalancerBuilder> settings;
    private final VirtualTime time = new VirtualTime();
    private final Network network;
    private final Measurements measurements;
    private final Map<String, SimulatedServer> servers = new LinkedHashMap<>();
    private final List<SimulatedClient> clients = new ArrayList<>();
    private final List<FleetResult.Event> events = new ArrayList<>();
    private final List<int[]> samples = new ArrayList<>();
    private final Duration sampleInterval;

    // A source of its own for each purpose: what a strategy draws must not change the requests.
    private final RandomSource arrivals;
    private final RandomSource requests;
    private final RandomSource faults;
    private final RandomSource balancing;

    FleetRun(Scenario scenario, Strategy strategy, BiConsumer<FleetClient, BalancerBuilder> settings) {
        this.scenario = scenario;
        this.strategy = strategy;
        this.settings = settings;
        this.network = new Network(time, scenario);
        this.measurements = new Measurements(scenario.timeout().toNanos());
        this.sampleInterval = scenario.duration().dividedBy(SAMPLES);
        RandomSource seeds = RandomSource.seeded(scenario.seed());
        this.arrivals = RandomSource.seeded(seeds.nextLong());
        this.requests = RandomSource.seeded(seeds.nextLong());
        this.faults = RandomSource.seeded(seeds.nextLong());
        this.balancing = RandomSource.seeded(seeds.nextLong());
    }

    FleetResult play() {
        List<List<SimulatedServer>> groups = new ArrayList<>();
        for (ServerGroup group : scenario.groups()) {
            List<SimulatedServer> members = new ArrayList<>();
            for (int i = 1; i <= group.count(); i++) {
                SimulatedServer server = new SimulatedServer(time, group, i, network);
                servers.put(server.endpoint().id(), server);
                members.add(server);
            }
            groups.add(members);
        }
        for (int i = 0; i < scenario.clients(); i++) {
            clients.add(client(i));
        }
        List<Balancer> balancers =
                clients.stream().map(SimulatedClient::balancer).toList();
        Faults plan = new Faults(time, balancers, scenario.duration());
        for (int i = 0; i < groups.size(); i++) {
            plan.plan(scenario.groups().get(i), groups.get(i), faults);
        }
        new RequestStream(time, scenario, clients, arrivals, requests).begin();
        time.schedule(this::sample, Duration.ZERO);
        time.advance(scenario.duration());
        time.advance(lastAnswers());
        FleetResult result = result(balancers.get(0).strategy());
        balancers.forEach(Balancer::close);
        return result;
    }

    /** When the last attempt of the last call is over: none takes longer than its time-out. */
    private Duration lastAnswers() {
        ScenarioSettings.Retries retries = scenario.retries();
        return scenario.timeout().multipliedBy(retries == null ? 1 : retries.attempts());
    }

    private SimulatedClient client(int index) {
        String zone = scenario.zoneOf(index);
        List<Endpoint> endpoints =
                servers.values().stream().map(SimulatedServer::endpoint).toList();
        BalancerBuilder builder = Balancer.builder(EndpointSource.fixed(endpoints.toArray(Endpoint[]::new)))
                .strategy(strategy)
                .time(time)
                .random(RandomSource.seeded(balancing.nextLong()))
                .listener(event -> events.add(new FleetResult.Event(index, event)));
        OutlierDetection outliers = scenario.outlierDetection();
        if (outliers != null) {
            builder.outlierDetection(outliers);
        }
        Probes probes = new Probes(time, network, servers, zone);
        HealthCheckSettings checks = scenario.healthChecks();
        if (checks != null) {
            builder.healthCheck(probes::check, checks);
        }
        settings.accept(new FleetClient(index, scenario.clients(), zone, probes::load), builder);
        return new SimulatedClient(time, builder.build(), servers, network, measurements, zone, scenario);
    }

    private void sample() {
        samples.add(
                servers.values().stream().mapToInt(SimulatedServer::inFlight).toArray());
        if (samples.size() < SAMPLES) {
            time.schedule(this::sample, sampleInterval);
        }
    }

    private FleetResult result(Strategy played) {
        List<FleetResult.Server> figures = new ArrayList<>();
        int index = 0;
        for (SimulatedServer server : servers.values()) {
            int[] inFlight = new int[samples.size()];
            for (int i = 0; i < inFlight.length; i++) {
                inFlight[i] = samples.get(i)[index];
            }
            index++;
            figures.add(new FleetResult.Server(
                    server.endpoint().id(), server.group().capacity(), server.calls(), inFlight));
        }
        return new FleetResult(scenario, played.toString(), measurements, figures, sampleInterval, events);
    }
}
