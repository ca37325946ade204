package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Takeovers, timers and answers on threads of their own. */
class HandoverRaceTest {

    private static final int TAKEOVERS = 2_000;

    /** So many checks, however fast the machine is. */
    private static final int ENOUGH = 100;

    private final ExecutorService threads = Executors.newFixedThreadPool(2);
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final Queue<Answer> asked = new ConcurrentLinkedQueue<>();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    /** Counts itself out before anybody hears of its end. */
    private final class Answer extends CompletableFuture<Void> {

        private final AtomicBoolean ended = new AtomicBoolean();

        private void end() {
            if (ended.compareAndSet(false, true)) {
                underWay.decrementAndGet();
            }
        }

        void answer() {
            end();
            complete(null);
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            end();
            return super.cancel(mayInterrupt);
        }
    }

    private CompletionStage<Void> check(Endpoint endpoint) {
        most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
        Answer answer = new Answer();
        asked.add(answer);
        threads.execute(answer::answer);
        return answer;
    }

    @Test
    void aNodeIsAskedOneQuestionAtATimeHoweverOftenBalancersTakeOver() throws Exception {
        EndpointSource source = EndpointSource.fixed(Endpoints.named("a"));
        HealthChecker checker = this::check;
        Balancer current = Balancer.builder(source).build();
        for (int i = 0; i < TAKEOVERS || asked.size() <= ENOUGH; i++) {
            // Ten with equal settings, then ten with others.
            int failures = 1 + i / 10 % 2;
            Balancer next = Balancer.builder(source)
                    .healthCheck(
                            checker,
                            health -> health.interval(Duration.ofNanos(200_000)).unhealthyAfter(failures))
                    .adopting(current)
                    .build();
            if (i % 3 == 0) {
                // This one is given up: the one before goes on.
                next.close();
            } else {
                current.close();
                current = next;
            }
        }
        Node node = current.nodes().get(0);
        current.close();
        for (Answer answer : asked) {
            answer.handle((none, thrown) -> true).get(10, TimeUnit.SECONDS);
        }
        assertThat(asked).hasSizeGreaterThan(ENOUGH);
        assertThat(most).hasValue(1);
        assertThat(node.health()).isNotEqualTo(Health.UNKNOWN);
    }
}
