package dev.gatehouse.balancer;

import java.util.concurrent.CompletionStage;

/**
 * Asks an endpoint for its load, for {@link Strategy#prequal}. Must not block; must end by itself within a few milliseconds
 * to a second, since an answer that comes late says little. Safe for use by several threads. Two probers that ask in the
 * same way should be equal, so that a gateway's update can tell that nothing changed.
 */
@FunctionalInterface
public interface LoadProber {

    /**
     * Asks once.
     *
     * @param endpoint whom to ask
     * @return ends with what the endpoint says; an end with a failure is no answer, and says nothing of the endpoint's health
     */
    CompletionStage<LoadReport> probe(Endpoint endpoint);
}
