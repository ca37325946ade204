package dev.gatehouse.examples;

import dev.gatehouse.Chain;
import dev.gatehouse.Exchange;
import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.Key;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.GatewayServer;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Filters of one's own, in their three forms. */
public final class CustomFilter {

    private CustomFilter() {}

    /** The general form: answers by itself, or goes on with a changed request. */
    static final class TenantFilter implements Filter {

        static final Key<String> TENANT = Key.of("tenant");

        private final Set<String> known;

        TenantFilter(Set<String> known) {
            this.known = Set.copyOf(known);
        }

        @Override
        public CompletionStage<Response> apply(Request request, Chain next) {
            String tenant = request.headers().get("X-Tenant");
            if (tenant == null || !known.contains(tenant)) {
                return Filter.answer(Response.problem(403, "unknown-tenant", "X-Tenant is missing or unknown"));
            }
            next.exchange().set(TENANT, tenant);
            return next.proceed(request.withHeader("X-Tenant-Verified", "true"));
        }
    }

    /** The form in two phases, without futures: what the response phase needs, it captures. */
    static final class TimingFilter implements PhaseFilter {

        @Override
        public Verdict onRequest(Request request, Exchange exchange) {
            return Verdict.proceed(
                    request,
                    response -> response.withHeader(
                            "Server-Timing", "gateway;dur=" + exchange.elapsed().toMillis()));
        }
    }

    static Gateway gateway(String orders) {
        return Gateway.builder()
                .upstream("orders", up -> up.endpoints(orders))
                .filter(new TimingFilter())
                // The short form.
                .filter(Filter.onResponse(
                        "hsts", response -> response.withHeader("Strict-Transport-Security", "max-age=31536000")))
                .route(
                        "/orders/**",
                        r -> r.filter(new TenantFilter(Set.of("acme", "globex")))
                                .to("orders"))
                .build();
    }

    /**
     * Runs one service behind the filters, on 127.0.0.1:8080.
     *
     * @param args none
     * @throws InterruptedException if the wait ends
     */
    public static void main(String[] args) throws InterruptedException {
        try (OrderService orders = OrderService.start("orders-1");
                Gateway gateway = gateway(orders.uri());
                GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 8080)) {
            System.out.println("curl -i -H 'X-Tenant: acme' " + server.uri() + "/orders/42");
            server.join();
        }
    }
}
