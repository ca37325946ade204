package dev.gatehouse.balancer;

import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks with the JDK's HTTP client, which knows neither trailers nor HTTP/2 with prior knowledge. */
record JdkProbes(HttpClient client) implements ProbeClient {

    @Override
    public CompletionStage<ProbeResponse> send(Endpoint endpoint, ProbeRequest asked) {
        if (asked.http2()) {
            return CompletableFuture.failedFuture(
                    new UnsupportedOperationException("the JDK's client gives no trailers, which gRPC needs"));
        }
        CompletableFuture<HttpResponse<BodyStart.Start>> answer =
                client.sendAsync(request(endpoint, asked), info -> new BodyStart(asked.maxContent()));
        return PendingAnswer.map(
                answer,
                response -> new ProbeResponse(
                        response.statusCode(),
                        firstValues(response.headers()),
                        response.body().bytes(),
                        response.body().whole(),
                        Map.of()));
    }

    private static HttpRequest request(Endpoint endpoint, ProbeRequest asked) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.resolve(asked.path()));
        asked.headers().forEach(request::header);
        if (!asked.authority().isEmpty()) {
            request.header("Host", asked.authority());
        }
        ByteBuffer content = asked.content();
        if (!content.hasRemaining()) {
            // With a publisher, even one of nothing, a GET would have a Content-Length.
            return asked.method().equals("GET")
                    ? request.GET().build()
                    : request.method(asked.method(), BodyPublishers.noBody()).build();
        }
        byte[] bytes = new byte[content.remaining()];
        content.get(bytes);
        return request.method(asked.method(), BodyPublishers.ofByteArray(bytes)).build();
    }

    private static Map<String, String> firstValues(HttpHeaders headers) {
        Map<String, String> values = new HashMap<>();
        headers.map().forEach((name, all) -> values.putIfAbsent(name.toLowerCase(Locale.ROOT), all.get(0)));
        return values;
    }
}
