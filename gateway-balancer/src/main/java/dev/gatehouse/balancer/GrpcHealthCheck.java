package dev.gatehouse.balancer;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Well is whose {@code grpc.health.v1.Health} says SERVING. See the gRPC Health Checking Protocol, and "gRPC over HTTP2" for
 * how a call and its status travel.
 */
record GrpcHealthCheck(String service, @Nullable ProbeClient client) implements HealthChecker {

    private static final String PATH = "/grpc.health.v1.Health/Check";
    private static final int MOST_SERVICE_BYTES = 1024;

    /** An answer has 7 bytes. More is room for fields that a later version may add. */
    private static final int MOST_BYTES = 4096;

    private static final int MOST_MESSAGE = 200;
    private static final Map<String, String> HEADERS =
            Map.of("content-type", "application/grpc", "te", "trailers", "user-agent", ProbedCheck.USER_AGENT);

    GrpcHealthCheck {
        int bytes = service.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > MOST_SERVICE_BYTES) {
            throw new IllegalArgumentException(
                    "service: " + bytes + " bytes (expected: at most " + MOST_SERVICE_BYTES + ")");
        }
    }

    @Override
    public CompletionStage<Void> check(Endpoint endpoint) {
        if (client == null) {
            return CompletableFuture.failedFuture(new IllegalStateException(missing()));
        }
        ProbeRequest request =
                new ProbeRequest("POST", PATH, "", HEADERS, GrpcHealthMessage.request(service), MOST_BYTES, true);
        return ProbedCheck.ask(client, endpoint, request, GrpcHealthCheck::judge);
    }

    private static void judge(ProbeResponse response) {
        if (response.status() != 200) {
            throw new IllegalStateException("status " + response.status() + " (expected: 200)");
        }
        String type = response.headers().getOrDefault("content-type", "none");
        if (!type.startsWith("application/grpc")) {
            throw new IllegalStateException("content type " + shortened(type) + " (expected: application/grpc)");
        }
        if (!response.whole()) {
            throw new IllegalStateException("an answer of more than " + MOST_BYTES + " bytes");
        }
        // In an answer of trailers only, which then look like headers; else in the trailers, which win.
        Map<String, String> end =
                response.trailers().containsKey("grpc-status") ? response.trailers() : response.headers();
        String status = end.get("grpc-status");
        if (status == null) {
            throw new IllegalStateException("no grpc-status");
        }
        if (!status.equals("0")) {
            String message = end.get("grpc-message");
            throw new IllegalStateException("grpc-status " + shortened(status) + known(status)
                    + (message == null ? "" : ": " + shortened(message)));
        }
        int serving = GrpcHealthMessage.status(response.content());
        if (serving != GrpcHealthMessage.SERVING) {
            throw new IllegalStateException(name(serving));
        }
    }

    private static String known(String status) {
        return switch (status) {
            case "5" -> " (NOT_FOUND: no such service)";
            case "12" -> " (UNIMPLEMENTED: no health service)";
            default -> "";
        };
    }

    private static String name(int serving) {
        return switch (serving) {
            case 0 -> "UNKNOWN (expected: SERVING)";
            case 2 -> "NOT_SERVING (expected: SERVING)";
            case 3 -> "SERVICE_UNKNOWN (expected: SERVING)";
            default -> "serving status " + serving + " (expected: SERVING)";
        };
    }

    /** What a peer says ends up in events and logs. */
    private static String shortened(String text) {
        return text.length() <= MOST_MESSAGE ? text : text.substring(0, MOST_MESSAGE) + "…";
    }

    @Override
    public HealthChecker through(ProbeClient other) {
        return new GrpcHealthCheck(service, Objects.requireNonNull(other, "client"));
    }

    /** What it needs and does not have, as the end of a message; null if it can ask. */
    @Nullable
    String missing() {
        return client != null
                ? null
                : this
                        + " (expected: in a gateway, or with a client by HealthChecker.through; the JDK's client has"
                        + " neither HTTP/2 with prior knowledge nor trailers)";
    }

    @Override
    public String toString() {
        return service.isEmpty() ? "grpc" : "grpc " + service;
    }
}
