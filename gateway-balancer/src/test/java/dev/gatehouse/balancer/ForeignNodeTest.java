package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Strategies that return a node which is not theirs to return: traffic goes on, to nodes that are there. */
class ForeignNodeTest {

    private final UpdatableEndpoints source = new UpdatableEndpoints(Endpoints.list("a", "b"));

    private static void assertGoesOn(Balancer balancer, String... ids) {
        for (int i = 0; i < 10; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                assertThat(lease.endpoint().id()).isIn((Object[]) ids);
                lease.report(Outcome.SUCCESS);
            }
        }
        assertThat(balancer.inFlight()).isZero();
    }

    @Test
    void aNodeOfNobody() {
        Node foreign = new Node(Endpoint.of("http://foreign:1"));
        try (Balancer balancer =
                Balancer.builder(source).strategy(setup -> context -> foreign).build()) {
            assertGoesOn(balancer, "a", "b");
        }
        assertThat(foreign.inFlight()).isZero();
    }

    @Test
    void aNodeOfAnotherBalancer() {
        try (Balancer other = Balancer.builder("http://other:1").build()) {
            Node foreign = other.nodes().get(0);
            try (Balancer balancer = Balancer.builder(source)
                    .strategy(setup -> context -> foreign)
                    .build()) {
                assertGoesOn(balancer, "a", "b");
            }
            assertThat(foreign.inFlight()).isZero();
        }
    }

    /** The first node that it ever had, whatever has become of the list. */
    @Test
    void aNodeThatHasLeft() {
        AtomicReference<@Nullable Node> first = new AtomicReference<>();
        try (Balancer balancer = Balancer.builder(source)
                .strategy(setup -> {
                    first.compareAndSet(null, setup.nodes().get(0));
                    return context -> first.get();
                })
                .build()) {
            assertGoesOn(balancer, "a");
            source.set(Endpoints.list("b", "c"));
            assertGoesOn(balancer, "b", "c");
        }
    }

    @Test
    void oneThatIsReserved() {
        Node foreign = new Node(Endpoint.of("http://foreign:1"));
        Picker reserving = new Picker() {
            @Override
            public Node pick(PickContext context) {
                assertThat(foreign.tryReserve(5)).isTrue();
                return foreign;
            }

            @Override
            public boolean reserves() {
                return true;
            }
        };
        try (Balancer balancer =
                Balancer.builder(source).strategy(setup -> reserving).build()) {
            assertGoesOn(balancer, "a", "b");
        }
        assertThat(foreign.inFlight()).isZero();
    }

    @Test
    void aBalancerThatIsClosedStillGivesItsOwn() {
        Balancer balancer = Balancer.builder(source).build();
        balancer.close();
        assertGoesOn(balancer, "a", "b");
    }
}
