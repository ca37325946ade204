package dev.gatehouse.benchmarks;

import dev.gatehouse.Chain;
import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The rest of the way for one filter that is measured alone: it answers at once, allocates nothing, and belongs to an
 * exchange that is over.
 */
final class FixedChain implements Chain {

    private final CompletableFuture<Response> answer;
    private final Exchange exchange;

    /** Answers always the same; the exchange is of a request that a gateway has served. */
    FixedChain(Request request, Response response) {
        answer = CompletableFuture.completedFuture(response);
        exchange = serve(request);
    }

    private static Exchange serve(Request request) {
        Exchange[] seen = new Exchange[1];
        GatewayListener watch = new GatewayListener() {
            @Override
            public void onCompletion(Exchange exchange, Completion completion) {
                seen[0] = exchange;
            }
        };
        try (Gateway gateway = Gateway.builder()
                .listener(watch)
                .route("/**", r -> r.respond(Response.of(204)))
                .build()) {
            gateway.handle(request).toCompletableFuture().join();
        }
        return Objects.requireNonNull(seen[0]);
    }

    @Override
    public CompletionStage<Response> proceed(Request request) {
        return answer;
    }

    @Override
    public Exchange exchange() {
        return exchange;
    }
}
