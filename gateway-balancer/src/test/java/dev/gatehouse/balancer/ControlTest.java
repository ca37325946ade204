package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ControlTest {

    @Test
    void aTaskOfATaskRunsAfterItAndOneStepFollowsBoth() {
        List<String> log = new ArrayList<>();
        Control control = new Control(() -> log.add("step"));
        control.run(() -> {
            control.run(() -> log.add("second"));
            log.add("first");
        });
        assertThat(log).containsExactly("first", "second", "step");
    }

    @Test
    void whatTheStepAsksForIsFollowedByAnotherStep() {
        List<String> log = new ArrayList<>();
        Control[] control = new Control[1];
        control[0] = new Control(() -> {
            log.add("step");
            if (log.size() == 2) {
                control[0].run(() -> log.add("again"));
            }
        });
        control[0].run(() -> log.add("task"));
        assertThat(log).containsExactly("task", "step", "again", "step");
    }

    @Test
    void aTaskThatThrowsDoesNotHinderTheNext() {
        List<String> log = new ArrayList<>();
        Control control = new Control(() -> log.add("step"));
        control.run(() -> {
            throw new AssertionError("broken on purpose");
        });
        control.run(() -> log.add("task"));
        assertThat(log).containsExactly("step", "task", "step");
    }

    @Test
    void oneThatIsHeldRunsWhatItKeptInOrderWhenItBegins() {
        List<String> log = new ArrayList<>();
        Control control = Control.held(() -> log.add("step"));
        control.run(() -> log.add("first"));
        control.run(() -> log.add("second"));
        assertThat(log).isEmpty();
        control.begin();
        assertThat(log).containsExactly("first", "second", "step");
        control.run(() -> log.add("third"));
        assertThat(log).endsWith("third", "step");
    }

    @Test
    void tasksOfManyThreadsNeverOverlapAndNoneIsLost() {
        AtomicBoolean inside = new AtomicBoolean();
        AtomicInteger overlaps = new AtomicInteger();
        int[] unguarded = new int[1];
        Control control = new Control(() -> {});
        Runnable task = () -> {
            if (!inside.compareAndSet(false, true)) {
                overlaps.incrementAndGet();
            }
            unguarded[0]++;
            inside.set(false);
        };
        List<CompletableFuture<Void>> threads = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(
                        () -> IntStream.range(0, 25_000).forEach(j -> control.run(task))))
                .toList();
        threads.forEach(CompletableFuture::join);
        // All callers have returned, so whoever ran the last task has, too.
        assertThat(unguarded[0]).isEqualTo(100_000);
        assertThat(overlaps).hasValue(0);
    }
}
