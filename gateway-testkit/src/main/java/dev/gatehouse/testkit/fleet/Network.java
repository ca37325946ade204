package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;

/** The ways between clients and servers, near and far, and the clients' time-outs. */
final class Network {

    private final Duration near;
    private final Duration far;
    private final DelayLine<Attempt> requests;
    private final DelayLine<Attempt> farRequests;
    private final DelayLine<Attempt> responses;
    private final DelayLine<Attempt> farResponses;
    private final DelayLine<Attempt> timeouts;

    Network(TimeSource time, Scenario scenario) {
        this.near = scenario.networkDelay();
        this.far = near.plus(scenario.zoneDelay());
        this.requests = new DelayLine<>(time, near, attempt -> attempt.server.accept(attempt), attempt -> false);
        this.farRequests = new DelayLine<>(time, far, attempt -> attempt.server.accept(attempt), attempt -> false);
        this.responses = new DelayLine<>(time, near, attempt -> attempt.call.answered(attempt), Attempt::settled);
        this.farResponses = new DelayLine<>(time, far, attempt -> attempt.call.answered(attempt), Attempt::settled);
        this.timeouts =
                new DelayLine<>(time, scenario.timeout(), attempt -> attempt.call.timedOut(attempt), Attempt::settled);
    }

    void send(Attempt attempt) {
        timeouts.add(attempt);
        (isFar(attempt) ? farRequests : requests).add(attempt);
    }

    void respond(Attempt attempt) {
        if (!attempt.settled) {
            (isFar(attempt) ? farResponses : responses).add(attempt);
        }
    }

    /** How long a question to a server, or its answer, is under way. */
    Duration delay(SimulatedServer server, String clientZone) {
        return server.endpoint().zone().equals(clientZone) ? near : far;
    }

    private static boolean isFar(Attempt attempt) {
        return !attempt.server.endpoint().zone().equals(attempt.call.zone());
    }
}
