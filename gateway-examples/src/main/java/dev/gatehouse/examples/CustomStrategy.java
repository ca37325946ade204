package dev.gatehouse.examples;

import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.Picker;
import dev.gatehouse.balancer.Setup;
import dev.gatehouse.balancer.Strategy;
import dev.gatehouse.jetty.GatewayServer;
import java.net.URI;
import java.util.List;

/** A strategy of one's own: the endpoints of the own zone first, inside it the less loaded of two. Strategies compose. */
public final class CustomStrategy {

    private CustomStrategy() {}

    /**
     * Prefers one zone.
     *
     * @param zone the zone that this process runs in
     */
    record SameZoneFirst(String zone) implements Strategy {

        @Override
        public Picker newPicker(Setup setup) {
            List<Node> local = setup.nodes().stream()
                    .filter(node -> node.endpoint().zone().equals(zone))
                    .toList();
            return Strategy.leastRequest().newPicker(setup.withNodes(local.isEmpty() ? setup.nodes() : local));
        }
    }

    static Gateway gateway(String here, String there) {
        return Gateway.builder()
                .upstream(
                        "orders",
                        up -> up.endpoints(
                                        Endpoint.builder("here", URI.create(here))
                                                .zone("eu-1")
                                                .build(),
                                        Endpoint.builder("there", URI.create(there))
                                                .zone("eu-2")
                                                .build())
                                .strategy(new SameZoneFirst("eu-1")))
                .route("/orders/**", r -> r.to("orders"))
                .build();
    }

    /**
     * Runs a service in each of two zones, on 127.0.0.1:8080.
     *
     * @param args none
     * @throws InterruptedException if the wait ends
     */
    public static void main(String[] args) throws InterruptedException {
        try (OrderService here = OrderService.start("orders-here");
                OrderService there = OrderService.start("orders-there");
                Gateway gateway = gateway(here.uri(), there.uri());
                GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 8080)) {
            System.out.println("curl " + server.uri() + "/orders/42");
            server.join();
        }
    }
}
