package dev.gatehouse.balancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers as a test says, and remembers when it was asked. */
final class ScriptedChecker implements HealthChecker {

    final Set<String> sick = new HashSet<>();
    final Set<String> silent = new HashSet<>();

    /** One for each check of a silent endpoint. */
    final List<CompletableFuture<Void>> unanswered = new ArrayList<>();

    private final VirtualClock clock;
    private final long start;
    private final List<Asked> asked = new ArrayList<>();

    private record Asked(String id, double seconds) {}

    ScriptedChecker(VirtualClock clock) {
        this.clock = clock;
        this.start = clock.nanoTime();
    }

    @Override
    public CompletionStage<Void> check(Endpoint endpoint) {
        asked.add(new Asked(
                endpoint.id(),
                (clock.nanoTime() - start) / (double) Duration.ofSeconds(1).toNanos()));
        if (silent.contains(endpoint.id())) {
            CompletableFuture<Void> never = new CompletableFuture<>();
            unanswered.add(never);
            return never;
        }
        return sick.contains(endpoint.id())
                ? CompletableFuture.failedFuture(new IllegalStateException("sick on purpose"))
                : CompletableFuture.completedFuture(null);
    }

    /** Seconds since this checker was made. */
    List<Double> askedAt(String id) {
        return asked.stream()
                .filter(question -> question.id().equals(id))
                .map(Asked::seconds)
                .toList();
    }
}
