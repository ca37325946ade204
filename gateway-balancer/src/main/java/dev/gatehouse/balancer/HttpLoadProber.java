package dev.gatehouse.balancer;

import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** Asks with an HTTP GET for a response with a report. See {@link LoadProber#http}. */
record HttpLoadProber(ProbeRequest request, ProbeClient client) implements LoadProber {

    private static final Map<String, String> FIELDS = Map.of("User-Agent", "gatehouse-load-probe");

    HttpLoadProber(String path) {
        this(
                new ProbeRequest("GET", ProbeRequest.checkedPath(path), "", FIELDS, ByteBuffer.allocate(0), 0, false),
                new SharedJdkProbes());
    }

    @Override
    public LoadProber through(ProbeClient other) {
        return new HttpLoadProber(request, other);
    }

    @Override
    public CompletionStage<LoadReport> probe(Endpoint endpoint) {
        return PendingAnswer.map(client.send(endpoint, request), this::report);
    }

    private LoadReport report(ProbeResponse response) {
        String field = response.headers().get(LoadReport.FIELD);
        LoadReport report = field == null ? null : LoadReport.ofField(field);
        if (report == null) {
            throw new IllegalStateException("no report at " + request.path() + ": status " + response.status() + ", "
                    + LoadReport.FIELD + ": " + field);
        }
        return report;
    }

    @Override
    public String toString() {
        return "http " + request.path();
    }
}
