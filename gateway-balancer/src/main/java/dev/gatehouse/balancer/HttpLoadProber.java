package dev.gatehouse.balancer;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;

/** Asks with an HTTP GET for a response with a report. See {@link LoadProber#http}. */
record HttpLoadProber(String path, ProbeClient client) implements LoadProber {

    private static final Map<String, String> FIELDS = Map.of("User-Agent", "gatehouse-load-probe");

    HttpLoadProber {
        if (!path.startsWith("/") || path.startsWith("//")) {
            throw new IllegalArgumentException("path: " + path + " (expected: to begin with one slash)");
        }
        URI.create(path);
    }

    @Override
    public LoadProber through(ProbeClient other) {
        return new HttpLoadProber(path, other);
    }

    @Override
    public CompletionStage<LoadReport> probe(Endpoint endpoint) {
        ProbeRequest request = new ProbeRequest("GET", path, "", FIELDS, ByteBuffer.allocate(0), 0, false);
        CompletionStage<ProbeResponse> answer = client.send(endpoint, request);
        CompletableFuture<LoadReport> result = new CompletableFuture<>();
        var unusedAnswer = answer.whenComplete((response, failure) -> {
            String field = response == null ? null : response.headers().get(LoadReport.FIELD);
            LoadReport report = field == null ? null : LoadReport.ofField(field);
            if (report != null) {
                result.complete(report);
            } else if (failure != null) {
                result.completeExceptionally(failure);
            } else {
                result.completeExceptionally(new IllegalStateException("no report at " + path + ": status "
                        + response.status() + ", " + LoadReport.FIELD + ": " + field));
            }
        });
        // Whoever gives up waiting ends the exchange.
        var unusedResult = result.whenComplete((report, failure) -> {
            if (failure != null && answer instanceof Future<?> future) {
                future.cancel(true);
            }
        });
        return result;
    }

    @Override
    public String toString() {
        return "http " + path;
    }
}
