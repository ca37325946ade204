package dev.gatehouse.balancer;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What checks share that say what to ask and judge the answer, while a {@link ProbeClient} asks. */
final class ProbedCheck {

    /** What is sent as {@code User-Agent}, so that checks can be told from traffic in an endpoint's log. */
    static final String USER_AGENT = "gatehouse-health-check";

    private ProbedCheck() {}

    /** What a checker needs and does not have, as the end of a message; null if it can ask. */
    static @Nullable String missing(HealthChecker checker) {
        if (checker instanceof HttpHealthCheck http) {
            return http.missing();
        }
        return checker instanceof GrpcHealthCheck grpc ? grpc.missing() : null;
    }

    /**
     * Asks once.
     *
     * @param judge throws what is to be said against the answer
     */
    static CompletionStage<Void> ask(
            ProbeClient client, Endpoint endpoint, ProbeRequest request, Consumer<ProbeResponse> judge) {
        CompletionStage<ProbeResponse> answer =
                Objects.requireNonNull(client.send(endpoint, request), "the probe client returned null");
        return PendingAnswer.map(answer, response -> {
            judge.accept(response);
            return null;
        });
    }
}
