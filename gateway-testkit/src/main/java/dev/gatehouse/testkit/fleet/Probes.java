package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.balancer.TimeSource;
import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a client asks servers beside its calls: answered without a worker, after the network's delay both ways. */
final class Probes {

    private final TimeSource time;
    private final Network network;
    private final Map<String, SimulatedServer> servers;
    private final String zone;

    Probes(TimeSource time, Network network, Map<String, SimulatedServer> servers, String zone) {
        this.time = time;
        this.network = network;
        this.servers = servers;
        this.zone = zone;
    }

    /** Ends normally if the server is up, whatever it answers to calls. */
    CompletionStage<Void> check(Endpoint endpoint) {
        return ask(endpoint, server -> null);
    }

    /** Ends with the server's load when it was asked, if it is up. */
    CompletionStage<LoadReport> load(Endpoint endpoint) {
        return ask(endpoint, SimulatedServer::load);
    }

    private <T extends @Nullable Object> CompletionStage<T> ask(
            Endpoint endpoint, Function<SimulatedServer, T> question) {
        SimulatedServer server = SimulatedServer.of(endpoint, servers);
        Duration delay = network.delay(server, zone);
        CompletableFuture<T> result = new CompletableFuture<>();
        time.schedule(() -> answer(server, question, delay, result), delay);
        return result;
    }

    private <T extends @Nullable Object> void answer(
            SimulatedServer server,
            Function<SimulatedServer, T> question,
            Duration delay,
            CompletableFuture<T> result) {
        if (server.isDown()) {
            time.schedule(() -> result.completeExceptionally(new ConnectException("the server is down")), delay);
            return;
        }
        T said = question.apply(server);
        time.schedule(() -> result.complete(said), delay);
    }
}
