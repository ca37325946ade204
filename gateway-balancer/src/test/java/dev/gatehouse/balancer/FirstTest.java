package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FirstTest {

    private static Endpoint endpoint(String id, int priority) {
        return Endpoint.builder(id, URI.create("http://" + id + ".test"))
                .priority(priority)
                .build();
    }

    @Test
    void theFirstOfTheListGetsAll() {
        Picker picker = Strategy.first().newPicker(Picks.setup(1, Endpoints.list("b", "a", "c")));
        assertThat(Picks.counts(picker, 100)).isEqualTo(Map.of("b", 100));
    }

    @Test
    void aLowerPriorityComesBeforeTheOrderOfTheList() {
        try (Balancer balancer = Balancer.builder(
                        EndpointSource.fixed(endpoint("spare", 2), endpoint("first", 1), endpoint("second", 1)))
                .strategy(Strategy.first())
                .build()) {
            assertThat(next(balancer)).isEqualTo("first");
            balancer.drain("first", Duration.ZERO);
            assertThat(next(balancer)).isEqualTo("second");
            balancer.drain("second", Duration.ZERO);
            assertThat(next(balancer)).isEqualTo("spare");
            balancer.undrain("first");
            assertThat(next(balancer)).isEqualTo("first");
        }
    }

    private static String next(Balancer balancer) {
        try (Lease lease = balancer.acquire(PickContext.none())) {
            return lease.endpoint().id();
        }
    }

    @Test
    void aSecondAttemptTakesTheSecond() {
        Setup setup = Picks.setup(1, Endpoints.list("a", "b", "c"));
        Picker picker = Strategy.first().newPicker(setup);
        assertThat(Picks.id(picker, PickContext.none().avoiding(setup.nodes().get(0))))
                .isEqualTo("b");
        assertThat(Picks.id(picker, PickContext.none().avoiding(setup.nodes().get(1))))
                .isEqualTo("a");
    }

    @Test
    void whatALimitLeavesOverGoesToOthers() {
        try (Balancer balancer = Balancer.builder(EndpointSource.fixed(Endpoints.array("a", "b")))
                .strategy(Strategy.first())
                .maxInFlightPerNode(2)
                .build()) {
            for (String expected : new String[] {"a", "a", "b", "b"}) {
                Lease lease = balancer.acquire(PickContext.none());
                assertThat(lease.endpoint().id()).isEqualTo(expected);
            }
            assertThat(balancer.tryAcquire(PickContext.none())).isNull();
        }
    }
}
