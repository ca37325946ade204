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
     * @return ends with what the endpoint says; an end with a failure is no answer, and says nothing of the endpoint's health.
     *     It is cancelled, if it is a {@code Future}, when the answer would be too old
     */
    CompletionStage<LoadReport> probe(Endpoint endpoint);

    /**
     * This prober, asking over other connections. A gateway calls it with what asks by the upstream's transport.
     *
     * @param client what HTTP probers ask with
     * @return a prober that is equal to others of the same settings and an equal client. <b>Default:</b> this one, for those
     *     that open their own connections
     */
    default LoadProber through(ProbeClient client) {
        return this;
    }

    /**
     * Asks with an HTTP GET for a response with the field {@value LoadReport#FIELD}, whatever its status, as
     * {@code LoadReportFilter} of gateway-filters gives it. In a gateway it goes over the same connections as traffic; a
     * balancer alone asks with the JDK's HTTP client.
     *
     * @param path path and query to ask for; begins with one slash
     * @return a prober, equal to others for the same path
     * @throws IllegalArgumentException if the path is no such thing
     */
    static LoadProber http(String path) {
        return new HttpLoadProber(path);
    }
}
