package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Code of users that throws, returns null or calls back costs no call, no count and no later change. */
class FencesTest {

    private final VirtualClock time = new VirtualClock();
    private final UpdatableEndpoints endpoints = new UpdatableEndpoints(Endpoints.list("a", "b"));
    private @Nullable Balancer balancer;

    @AfterEach
    void close() {
        if (balancer != null) {
            balancer.close();
        }
    }

    private Balancer with(Strategy strategy) {
        balancer = builder().strategy(strategy).build();
        return balancer;
    }

    private BalancerBuilder builder() {
        return Balancer.builder(endpoints).time(time).random(RandomSource.seeded(1));
    }

    private static Set<String> chosen(Balancer balancer) {
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < 40; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                ids.add(lease.endpoint().id());
            }
        }
        return ids;
    }

    private static int inFlight(Balancer balancer) {
        return balancer.nodes().stream().mapToInt(Node::inFlight).sum();
    }

    /** A round robin whose other methods do as a test likes. */
    private abstract static class Wrapped implements Picker {

        private final Picker picker;

        Wrapped(Setup setup) {
            this.picker = Strategy.roundRobin().newPicker(setup);
        }

        @Override
        public @Nullable Node pick(PickContext context) {
            return picker.pick(context);
        }
    }

    @Test
    void aPickerThatFailsToPickIsReplacedByTheLeastLoadedNode() {
        Balancer balancer = with(setup -> context -> {
            throw new IllegalStateException("no");
        });
        assertThat(chosen(balancer)).isNotEmpty();
        Lease first = balancer.acquire(PickContext.none());
        Lease second = balancer.acquire(PickContext.none());
        assertThat(first.node()).isNotSameAs(second.node());
    }

    @Test
    void aPickerThatFailsToTakeNoteLosesNoLease() {
        Balancer balancer = with(setup -> new Wrapped(setup) {
            @Override
            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                throw new IllegalStateException("no");
            }
        });
        try (Lease lease = balancer.acquire(PickContext.none())) {
            lease.report(Outcome.SUCCESS);
        }
        balancer.acquire(PickContext.none()).close();
        assertThat(inFlight(balancer)).isZero();
        assertThat(balancer.inFlight()).isZero();
    }

    @Test
    void anErrorOfAPickerCostsNoCallEither() {
        Balancer balancer = with(setup -> new Wrapped(setup) {
            @Override
            public @Nullable Node pick(PickContext context) {
                throw new NoClassDefFoundError("on purpose");
            }

            @Override
            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                throw new NoClassDefFoundError("on purpose");
            }
        });
        Lease lease = balancer.acquire(PickContext.none());
        lease.report(Outcome.SUCCESS);
        assertThat(lease.node().inFlight()).isEqualTo(1);
        lease.close();
        assertThat(inFlight(balancer)).isZero();
        assertThat(balancer.inFlight()).isZero();
    }

    @Test
    void aPickerThatCannotSayWhetherItReservesCostsNoCall() {
        Balancer balancer = with(setup -> new Wrapped(setup) {
            @Override
            public boolean reserves() {
                throw new IllegalStateException("no");
            }
        });
        balancer.acquire(PickContext.none()).close();
        assertThat(inFlight(balancer)).isZero();
    }

    @Test
    void anErrorOnClosingAPickerOrAWatchStopsNothing() {
        List<Endpoint> list = new ArrayList<>(Endpoints.list("a", "b"));
        EndpointSource source = listener -> {
            listener.onEndpoints(list);
            return () -> {
                throw new NoClassDefFoundError("on purpose");
            };
        };
        AtomicInteger closed = new AtomicInteger();
        Balancer closing = Balancer.builder(source)
                .strategy(setup -> new Wrapped(setup) {
                    @Override
                    public void close() {
                        closed.incrementAndGet();
                        throw new NoClassDefFoundError("on purpose");
                    }
                })
                .build();
        closing.close();
        assertThat(closed).hasValue(1);
    }

    /** The log must say each once: not each time, and not the first kind only. */
    @Test
    void whatAStrategyFailsToDoIsReportedOnceForEachKind() {
        Strategy strategy = setup -> new Wrapped(setup) {
            @Override
            public @Nullable Node pick(PickContext context) {
                throw new IllegalStateException("no");
            }

            @Override
            public void completed(Node node, PickContext context, Outcome outcome, long latencyNanos) {
                throw new IllegalStateException("no");
            }

            @Override
            public void close() {
                throw new IllegalStateException("no");
            }
        };
        Events events = new Events(List.of(), time);
        Settings settings = new Settings(
                endpoints,
                strategy,
                null,
                0.5,
                time,
                RandomSource.seeded(1),
                null,
                HealthCheckSettings.defaults(),
                null,
                null,
                null,
                null,
                InFlight.UNLIMITED,
                InFlight.UNLIMITED,
                null,
                false);
        NodeSet nodes = new NodeSet(settings, events, null);
        balancer = new Balancer(nodes, settings, events);
        nodes.start();
        for (int i = 0; i < 20; i++) {
            balancer.acquire(PickContext.none()).close();
            endpoints.set(Endpoints.list(i % 2 == 0 ? "c" : "d"));
        }
        assertThat(events.failures()).isEqualTo(3);
    }

    @Test
    void aPickerThatFailsToCloseStopsNoLaterChange() {
        Balancer balancer = with(setup -> new Wrapped(setup) {
            @Override
            public void close() {
                throw new IllegalStateException("no");
            }
        });
        endpoints.set(Endpoints.list("a", "b", "c"));
        assertThat(chosen(balancer)).containsExactlyInAnyOrder("a", "b", "c");
        endpoints.set(Endpoints.list("c"));
        assertThat(chosen(balancer)).containsExactly("c");
    }

    @Test
    void aStrategyThatFailsIsReplacedByChanceUntilItWorksAgain() {
        AtomicBoolean broken = new AtomicBoolean(true);
        Balancer balancer = with(setup -> {
            if (broken.get()) {
                throw new AssertionError("no");
            }
            return context -> setup.nodes().get(0);
        });
        assertThat(chosen(balancer)).containsExactlyInAnyOrder("a", "b");
        broken.set(false);
        endpoints.set(Endpoints.list("b", "c"));
        assertThat(chosen(balancer)).containsExactly("b");
    }

    @Test
    @SuppressWarnings("NullAway")
    void aStrategyThatReturnsNothingIsReplacedByChance() {
        assertThat(chosen(with(setup -> null))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void aListenerThatThrowsHindersNoOther() {
        List<BalancerEvent> told = new ArrayList<>();
        balancer = builder()
                .listener(event -> {
                    throw new AssertionError("no");
                })
                .listener(told::add)
                .build();
        endpoints.set(Endpoints.list("a", "b", "c"));
        assertThat(told).hasSize(3);
        assertThat(chosen(balancer)).hasSize(3);
    }

    @Test
    void aListenerMayChangeTheBalancer() {
        List<String> told = new ArrayList<>();
        Balancer[] holder = new Balancer[1];
        balancer = builder()
                .listener(event -> {
                    told.add(event.type() + " " + event.endpoint());
                    if (event.type() == BalancerEvent.Type.ADDED && "c".equals(event.endpoint())) {
                        holder[0].drain("a", Duration.ZERO);
                        endpoints.set(Endpoints.list("a", "c"));
                    }
                })
                .build();
        holder[0] = balancer;
        endpoints.set(Endpoints.list("a", "b", "c"));

        assertThat(told).containsExactly("ADDED a", "ADDED b", "ADDED c", "DRAINING a", "REMOVED b", "DRAINED a");
        assertThat(chosen(balancer)).containsExactly("c");
    }

    @Test
    void aListThatAListenerSetsIsNotUndoneByTheOneBefore() {
        List<Integer> sizes = new ArrayList<>();
        balancer = builder()
                .listener(event -> {
                    if ("c".equals(event.endpoint())) {
                        endpoints.set(Endpoints.list("d"));
                    }
                })
                .build();
        try (Balancer second = builder().build()) {
            endpoints.set(Endpoints.list("c"));
            sizes.add(second.nodes().size());
            assertThat(second.nodes().get(0).endpoint().id()).isEqualTo("d");
        }
        assertThat(sizes).containsExactly(1);
    }

    @Test
    void aCheckerThatThrowsAnErrorGoesOnBeingAsked() {
        AtomicInteger asked = new AtomicInteger();
        balancer = builder()
                .healthCheck(endpoint -> {
                    asked.incrementAndGet();
                    throw new AssertionError("no");
                })
                .build();
        time.advance(Duration.ofMinutes(1));
        assertThat(asked.get()).isGreaterThan(20);
        assertThat(balancer.nodes()).allMatch(node -> node.health() == Health.DOWN);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aCheckerThatReturnsNothingSaysThatTheNodeIsDown() {
        balancer = builder().healthCheck(endpoint -> null).build();
        time.advance(Duration.ofMinutes(1));
        assertThat(balancer.candidates())
                .allMatch(candidate -> candidate.reason().contains("the checker returned null"));
    }

    @Test
    @SuppressWarnings("NullAway")
    void aCallThatReturnsNoStageEndsItsLease() {
        Balancer balancer = with(Strategy.roundRobin());
        var stage = balancer.callAsync(PickContext.none(), endpoint -> null, answer -> Outcome.SUCCESS);
        assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(NullPointerException.class);
        assertThat(inFlight(balancer)).isZero();
    }

    @Test
    void aCallThatThrowsAnErrorEndsItsLease() {
        Balancer balancer = with(Strategy.roundRobin());
        var stage = balancer.callAsync(
                PickContext.none(),
                endpoint -> {
                    throw new StackOverflowError();
                },
                answer -> Outcome.SUCCESS);
        assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(StackOverflowError.class);
        assertThatThrownBy(() -> balancer.call(
                        PickContext.none(),
                        endpoint -> {
                            throw new StackOverflowError();
                        },
                        answer -> Outcome.SUCCESS))
                .isInstanceOf(StackOverflowError.class);
        assertThat(inFlight(balancer)).isZero();
    }

    @Test
    void anOutcomeThatCannotBeToldEndsTheLease() {
        Balancer balancer = with(Strategy.roundRobin());
        var stage = balancer.callAsync(
                PickContext.none(), endpoint -> CompletableFuture.completedFuture("answer"), answer -> {
                    throw new IllegalStateException("no");
                });
        assertThatThrownBy(() -> stage.toCompletableFuture().join()).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(inFlight(balancer)).isZero();
    }

    @Test
    @SuppressWarnings("NullAway")
    void anOutcomeThatIsNullIsNamed() {
        Balancer balancer = with(Strategy.roundRobin());
        assertThatThrownBy(() -> balancer.call(PickContext.none(), endpoint -> "answer", answer -> null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("the outcome of an answer is null");
        var stage = balancer.callAsync(
                PickContext.none(), endpoint -> CompletableFuture.completedFuture("answer"), answer -> null);
        assertThatThrownBy(() -> stage.toCompletableFuture().join())
                .hasRootCauseMessage("the outcome of an answer is null");
        assertThat(inFlight(balancer)).isZero();
    }

    @Test
    void aCheckDuringWhichTheBalancerEndsIsCancelled() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        Balancer[] holder = new Balancer[1];
        holder[0] = Balancer.builder(EndpointSource.fixed(Endpoints.named("a")))
                .time(time)
                .healthCheck(endpoint -> {
                    holder[0].close();
                    return never;
                })
                .build();
        time.advance(Duration.ofMillis(1_500));
        assertThat(never).isCancelled();
        assertThat(time.pending()).isZero();
    }

    @Test
    void aCheckUnderWayIsCancelledWithTheBalancer() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        balancer = Balancer.builder(EndpointSource.fixed(Endpoints.named("a")))
                .time(time)
                .healthCheck(endpoint -> never)
                .build();
        time.advance(Duration.ofMillis(1_500));
        balancer.close();
        assertThat(never).isCancelled();
        assertThat(time.pending()).isZero();
    }
}
