package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EndpointSourceTest {

    /** Remembers what it is told, as text. */
    private static final class Told implements EndpointSource.Listener {

        private final List<String> all = new ArrayList<>();

        @Override
        public void onEndpoints(List<Endpoint> endpoints) {
            all.add(String.join(" ", endpoints.stream().map(Endpoint::id).toList()));
        }

        @Override
        public void onFailure(Throwable failure) {
            all.add("failed: " + failure.getMessage());
        }
    }

    /** Speaks when a test lets it. */
    private static final class Manual implements EndpointSource {

        private @Nullable Listener listener;
        private boolean closed;
        private final boolean refusesToClose;

        Manual(boolean refusesToClose) {
            this.refusesToClose = refusesToClose;
        }

        Manual() {
            this(false);
        }

        @Override
        public AutoCloseable watch(Listener told) {
            listener = told;
            return () -> {
                closed = true;
                if (refusesToClose) {
                    throw new IllegalStateException("does not close, on purpose");
                }
            };
        }

        void say(String... ids) {
            Objects.requireNonNull(listener).onEndpoints(Endpoints.list(ids));
        }

        void fail(String why) {
            Objects.requireNonNull(listener).onFailure(new IllegalStateException(why));
        }
    }

    private final Told told = new Told();

    @Test
    void fixedEndpointsAreToldAtOnce() throws Exception {
        EndpointSource.fixed(Endpoints.array("a", "b")).watch(told).close();
        assertThat(told.all).containsExactly("a b");
    }

    @Test
    void fixedEndpointsAreAValue() {
        assertThat(EndpointSource.of("http://a", "http://b"))
                .isEqualTo(EndpointSource.of("http://a", "http://b"))
                .hasSameHashCodeAs(EndpointSource.of("http://a", "http://b"))
                .isNotEqualTo(EndpointSource.of("http://b", "http://a"));
        assertThat(EndpointSource.composite(EndpointSource.of("http://a")))
                .isEqualTo(EndpointSource.composite(EndpointSource.of("http://a")));
    }

    @Test
    void oneIdForTwoEndpointsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointSource.of("http://a:80", "http://a"))
                .withMessageContaining("expected: different ids");
        UpdatableEndpoints updatable = new UpdatableEndpoints(Endpoints.list("a"));
        assertThatIllegalArgumentException().isThrownBy(() -> updatable.set(Endpoints.list("b", "b")));
        updatable.watch(told);
        assertThat(told.all).containsExactly("a");
    }

    @Test
    void anUpdatableSourceTellsAllThatWatchUntilTheyStop() throws Exception {
        UpdatableEndpoints source = new UpdatableEndpoints();
        Told other = new Told();
        AutoCloseable watch = source.watch(told);
        source.watch(other);
        assertThat(told.all).isEmpty();
        source.set(Endpoints.list("a"));
        watch.close();
        source.set(Endpoints.list());
        assertThat(told.all).containsExactly("a");
        assertThat(other.all).containsExactly("a", "");
    }

    @Test
    void aListThatTheCallerChangesLaterIsNotChanged() {
        List<Endpoint> list = new ArrayList<>(Endpoints.list("a"));
        UpdatableEndpoints source = new UpdatableEndpoints(list);
        list.add(Endpoints.named("b"));
        source.watch(told);
        assertThat(told.all).containsExactly("a");
    }

    @Test
    void aCompositeWaitsForAllItsSources() {
        Manual first = new Manual();
        Manual second = new Manual();
        EndpointSource.composite(first, second, EndpointSource.fixed(Endpoints.array("z")))
                .watch(told);
        second.say("c");
        assertThat(told.all).isEmpty();
        first.say("a", "b");
        second.say();
        assertThat(told.all).containsExactly("a b c z", "a b z");
    }

    @Test
    void aSourceThatFailsBeforeItsFirstReportCountsAsEmpty() {
        Manual first = new Manual();
        Manual second = new Manual();
        EndpointSource.composite(first, second).watch(told);
        first.say("a");
        second.fail("no answer");
        second.say("b");
        assertThat(told.all).containsExactly("failed: no answer", "a", "a b");
    }

    @Test
    void aSourceThatFailsLaterKeepsItsLastList() {
        Manual first = new Manual();
        Manual second = new Manual();
        EndpointSource.composite(first, second).watch(told);
        first.say("a");
        second.say("b");
        second.fail("no answer");
        first.say("x");
        assertThat(told.all).containsExactly("a b", "failed: no answer", "x b");
    }

    @Test
    void closingACompositeClosesAllWhicheverRefuses() {
        Manual first = new Manual(true);
        Manual second = new Manual();
        AutoCloseable watch = EndpointSource.composite(first, second).watch(told);
        assertThatIllegalStateException().isThrownBy(watch::close).withMessage("does not close, on purpose");
        assertThat(first.closed).isTrue();
        assertThat(second.closed).isTrue();
    }

    @Test
    void aSourceThatCannotBeWatchedLeavesNoOtherWatched() {
        Manual first = new Manual();
        EndpointSource broken = listener -> {
            throw new IllegalStateException("broken on purpose");
        };
        EndpointSource composite = EndpointSource.composite(first, broken);
        assertThatIllegalStateException().isThrownBy(() -> composite.watch(told));
        assertThat(first.closed).isTrue();
    }

    @Test
    void aCompositeOfNothingIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(EndpointSource::composite);
    }
}
