package dev.gatehouse.examples;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Outcome;
import dev.gatehouse.balancer.PickContext;
import dev.gatehouse.balancer.client.BalancedHttpClient;
import dev.gatehouse.jetty.client.BalancedJettyClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** Balancing with the HTTP client that an application already has, without a gateway in between. */
public final class ClientSideBalancing {

    private ClientSideBalancing() {}

    /** Asks for some orders, each time from the endpoint that the balancer chooses. */
    static List<String> orders(Balancer orders, int count) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        List<String> answers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            String path = "/orders/" + i;
            answers.add(orders.call(
                            PickContext.none(),
                            endpoint -> http.send(
                                    HttpRequest.newBuilder(endpoint.resolve(path))
                                            .build(),
                                    BodyHandlers.ofString()),
                            answer -> Outcome.ofStatus(answer.statusCode()))
                    .body());
        }
        return answers;
    }

    /** The same by a name, for code that knows nothing of balancers. */
    static List<String> ordersByName(HttpClient http, int count) throws Exception {
        List<String> answers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            URI order = URI.create("http://orders/orders/" + i);
            answers.add(http.send(HttpRequest.newBuilder(order).build(), BodyHandlers.ofString())
                    .body());
        }
        return answers;
    }

    /** The same with Jetty's client. */
    static List<String> ordersByName(BalancedJettyClient http, int count) throws Exception {
        List<String> answers = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            answers.add(http.GET("http://orders/orders/" + i).getContentAsString());
        }
        return answers;
    }

    /**
     * Starts two services and asks them.
     *
     * @param args none
     * @throws Exception if a call fails
     */
    public static void main(String[] args) throws Exception {
        try (OrderService one = OrderService.start("orders-1");
                OrderService two = OrderService.start("orders-2");
                Balancer balancer = Balancer.builder(one.uri(), two.uri()).build()) {
            orders(balancer, 10).forEach(System.out::print);
            HttpClient http = BalancedHttpClient.over(HttpClient.newHttpClient())
                    .name("orders", balancer)
                    .build();
            ordersByName(http, 10).forEach(System.out::print);
            BalancedJettyClient jetty = new BalancedJettyClient().name("orders", balancer);
            jetty.start();
            ordersByName(jetty, 10).forEach(System.out::print);
            jetty.stop();
        }
    }
}
