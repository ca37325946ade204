package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FallbackEndpointsTest {

    /** Speaks when a test lets it, and holds its lock meanwhile, as sources do. */
    private static final class Spoken implements EndpointSource {

        private @Nullable Listener listener;
        private int closed;

        @Override
        public AutoCloseable watch(Listener told) {
            listener = told;
            return this::close;
        }

        private synchronized void close() {
            closed++;
        }

        synchronized void say(String... ids) {
            Objects.requireNonNull(listener).onEndpoints(Endpoints.list(ids));
        }

        synchronized void fail(String why) {
            Objects.requireNonNull(listener).onFailure(new IllegalStateException(why));
        }
    }

    private final List<String> told = new ArrayList<>();

    private final EndpointSource.Listener listener = new EndpointSource.Listener() {
        @Override
        public void onEndpoints(List<Endpoint> endpoints) {
            told.add(String.join(" ", endpoints.stream().map(Endpoint::id).toList()));
        }

        @Override
        public void onFailure(Throwable failure) {
            told.add("failed: " + failure.getMessage());
        }
    };

    private final Spoken primary = new Spoken();
    private final Spoken secondary = new Spoken();
    private final EndpointSource fallback = EndpointSource.fallback(primary, secondary);

    @Test
    void theSecondaryStandsInUntilThePrimaryHasAList() throws Exception {
        AutoCloseable watch = fallback.watch(listener);
        secondary.say("s1");
        primary.fail("no answer");
        secondary.fail("no file");
        secondary.say("s2");
        primary.say("p1");
        assertThat(secondary.closed).isEqualTo(1);
        secondary.say("s3");
        secondary.fail("no file");
        primary.fail("no answer again");
        primary.say("p2");
        assertThat(told)
                .containsExactly(
                        "s1", "failed: no answer", "failed: no file", "s2", "p1", "failed: no answer again", "p2");
        watch.close();
        assertThat(primary.closed).isEqualTo(1);
        assertThat(secondary.closed).isEqualTo(1);
    }

    @Test
    void anEmptyListOfThePrimaryIsBelieved() {
        fallback.watch(listener);
        secondary.say("s");
        primary.say();
        secondary.say("s2");
        assertThat(told).containsExactly("s", "");
    }

    @Test
    void theSecondaryIsNotWatchedIfThePrimaryKnowsItsEndpointsAtOnce() throws Exception {
        EndpointSource.fallback(EndpointSource.fixed(Endpoints.named("p")), secondary)
                .watch(listener)
                .close();
        assertThat(secondary.listener).isNull();
        assertThat(told).containsExactly("p");
    }

    @Test
    void aSecondaryThatCannotBeWatchedLeavesThePrimaryUnwatched() {
        EndpointSource broken = EndpointSource.fallback(primary, ignored -> {
            throw new IllegalStateException("broken on purpose");
        });
        assertThatIllegalStateException().isThrownBy(() -> broken.watch(listener));
        assertThat(primary.closed).isEqualTo(1);
    }

    @Test
    void nothingIsToldAfterTheEnd() throws Exception {
        fallback.watch(listener).close();
        primary.say("p");
        primary.fail("late");
        secondary.say("s");
        secondary.fail("late");
        assertThat(told).isEmpty();
        assertThat(secondary.closed).isEqualTo(1);
    }

    /** The secondary holds its lock while it tells, and takes it to be closed; it begins to tell while the primary does. */
    @Test
    @Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void bothMayTellAtOnce() throws Exception {
        Thread second = new Thread(() -> secondary.say("s"));
        fallback.watch(new EndpointSource.Listener() {
            @Override
            public void onEndpoints(List<Endpoint> endpoints) {
                second.start();
                Reports.until(() -> second.getState() == Thread.State.BLOCKED);
            }

            @Override
            public void onFailure(Throwable failure) {}
        });
        primary.say("p");
        second.join();
        assertThat(secondary.closed).isEqualTo(1);
    }

    @Test
    void itIsAValue() {
        assertThat(fallback).isEqualTo(EndpointSource.fallback(primary, secondary));
    }
}
