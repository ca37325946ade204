package dev.gatehouse.balancer;

import java.lang.ref.WeakReference;
import java.net.http.HttpClient;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The JDK's client for all who bring none. It is made for the first question, since a gateway asks over its own connections
 * instead, and there for as long as anybody who has asked: its threads end with it. Equal to all others of its kind.
 */
final class SharedJdkProbes implements ProbeClient {

    private static @Nullable WeakReference<JdkProbes> shared;

    private volatile @Nullable JdkProbes probes;

    private static synchronized JdkProbes shared() {
        JdkProbes known = shared == null ? null : shared.get();
        if (known == null) {
            known = new JdkProbes(HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build());
            shared = new WeakReference<>(known);
        }
        return known;
    }

    @Override
    public CompletionStage<ProbeResponse> send(Endpoint endpoint, ProbeRequest request) {
        JdkProbes known = probes;
        if (known == null) {
            known = shared();
            probes = known;
        }
        return known.send(endpoint, request);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SharedJdkProbes;
    }

    @Override
    public int hashCode() {
        return SharedJdkProbes.class.hashCode();
    }

    @Override
    public String toString() {
        return "the JDK's client";
    }
}
