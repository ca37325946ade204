package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Between a source that is watched already and the balancer that comes later nothing is lost or overtaken. */
class OpenedSourceTest {

    private final List<String> told = new ArrayList<>();
    private EndpointSource.@Nullable Listener toSource;
    private int closed;

    private OpenedSource open(String... first) {
        return new OpenedSource(listener -> {
            toSource = listener;
            for (String host : first) {
                report(host);
            }
            return () -> closed++;
        });
    }

    private void report(String host) {
        Objects.requireNonNull(toSource).onEndpoints(List.of(Endpoint.of("http://" + host + ":1")));
    }

    /** Notes what it is told, and has the source report once more when it is told of {@code reporting}. */
    private final class Noting implements EndpointSource.Listener {

        private final String reporting;
        private final String then;

        Noting(String reporting, String then) {
            this.reporting = reporting;
            this.then = then;
        }

        @Override
        public void onEndpoints(List<Endpoint> endpoints) {
            String id = endpoints.get(0).id();
            told.add(id);
            if (id.equals(reporting)) {
                report(then);
            }
        }

        @Override
        public void onFailure(Throwable failure) {
            told.add(String.valueOf(failure.getMessage()));
        }
    }

    @Test
    void whatWasReportedBeforeIsKeptInItsOrder() {
        OpenedSource source = open("a", "b");
        Objects.requireNonNull(toSource).onFailure(new IllegalStateException("no answer"));
        assertThat(told).isEmpty();
        source.watch(new Noting("", ""));
        assertThat(told).containsExactly("a:1", "b:1", "no answer");
        report("c");
        assertThat(told).endsWith("c:1");
    }

    @Test
    void aReportDuringTheHandoverComesAfterWhatWasKept() {
        open("a", "b").watch(new Noting("a:1", "c"));
        assertThat(told).containsExactly("a:1", "b:1", "c:1");
    }

    @Test
    void theWatchEndsOnce() throws Exception {
        OpenedSource source = open();
        AutoCloseable watch = source.watch(new Noting("", ""));
        watch.close();
        source.close();
        assertThat(closed).isEqualTo(1);
    }

    @Test
    @SuppressWarnings("NullAway")
    void aSourceThatReturnsNoWatchIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> new OpenedSource(listener -> null))
                .withMessage("watch returned null");
    }
}
