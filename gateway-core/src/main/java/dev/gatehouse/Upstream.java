package dev.gatehouse;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.RetryBudget;
import dev.gatehouse.internal.forward.LatencyQuantile;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** An upstream of a graph at work: its settings, and the balancer and retry budget that it may share with other graphs. */
final class Upstream {

    private final UpstreamSettings settings;
    private final SharedBalancer shared;
    private final RetryBudget budget;
    private final Transport transport;
    private final @Nullable LatencyQuantile slow;
    private final Randomness random;
    private final @Nullable AffinityTokens affinityTokens;
    private final boolean readsLoadReports;

    Upstream(
            UpstreamSettings settings,
            SharedBalancer shared,
            RetryBudget budget,
            @Nullable LatencyQuantile slow,
            Transport transport,
            Randomness random) {
        this.settings = settings;
        this.shared = shared;
        this.budget = budget;
        this.slow = slow;
        this.transport = transport;
        this.random = random;
        Affinity affinity = settings.affinity();
        this.affinityTokens = affinity == null ? null : new AffinityTokens(affinity, settings.name());
        if (affinityTokens != null) {
            affinityTokens.prepare(shared.balancer().nodes());
        }
        this.readsLoadReports = settings.strategy().usesLoadReports();
    }

    String name() {
        return settings.name();
    }

    UpstreamSettings settings() {
        return settings;
    }

    SharedBalancer shared() {
        return shared;
    }

    Balancer balancer() {
        return shared.balancer();
    }

    /** Null without affinity. */
    @Nullable
    AffinityTokens affinityTokens() {
        return affinityTokens;
    }

    RetryBudget budget() {
        return budget;
    }

    /** After how long an attempt counts as slow; null if there are no hedges. */
    @Nullable
    LatencyQuantile slow() {
        return slow;
    }

    /** How long the first attempt has to itself at least. */
    Duration minHedgeDelay() {
        HedgePolicy hedge = settings.hedge();
        return hedge == null ? Duration.ZERO : hedge.minDelay();
    }

    Transport transport() {
        return transport;
    }

    Call.Protocol protocol() {
        return settings.protocol();
    }

    /** As in {@code Via} (RFC 9110 §7.6.3). */
    String protocolName() {
        return settings.protocol() == Call.Protocol.HTTP_2 ? "HTTP/2.0" : "HTTP/1.1";
    }

    /** Whether responses say how loaded their endpoints are, to the strategy. */
    boolean readsLoadReports() {
        return readsLoadReports;
    }

    /** Evenly from 0 to 1. */
    double random() {
        return random.nextDouble();
    }
}
