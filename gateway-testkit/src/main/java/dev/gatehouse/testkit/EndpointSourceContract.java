package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EndpointSource} must do. Extend it, set your source and what is behind it up in {@link #newFixture}, and
 * run it with JUnit 5.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class EndpointSourceContract {

    private static final long LOOK_MILLIS = 10;

    /** For what must not come: half a second with twenty looks and more. Who is slower goes unseen; nobody is wronged. */
    private static final int LOOKS = 50;

    /** Nothing to set up. */
    protected EndpointSourceContract() {}

    /** A source, and the directory behind it that a test changes. Used by one thread. */
    public interface Fixture extends AutoCloseable {

        /**
         * The source under test.
         *
         * @return the same one at each call
         */
        EndpointSource source();

        /**
         * Replaces what is in the directory; it answers again if it did not.
         *
         * @param endpoints made by {@link #endpoint}, at least one
         * @throws Exception if it cannot be done
         */
        void set(List<Endpoint> endpoints) throws Exception;

        /**
         * Makes the directory fail, until {@link #set} is called.
         *
         * @return false if this kind of directory cannot fail; what is said of failures is left out then
         * @throws Exception if it cannot be done
         */
        boolean fail() throws Exception;

        /**
         * Lets the source notice what has changed, such as by moving virtual time. Called again and again while a report is
         * awaited.
         */
        default void look() {}

        /**
         * An endpoint that the directory can name.
         *
         * @param number 1 to 254; each has another id
         * @return by default {@code http://192.0.2.NUMBER:8080}, named by host and port
         */
        default Endpoint endpoint(int number) {
            return Endpoint.of("http://192.0.2." + number + ":8080");
        }

        /**
         * Takes the directory away.
         *
         * @throws IOException if it cannot be done
         */
        @Override
        void close() throws IOException;
    }

    /**
     * Makes a source with a directory of its own. The directory is empty or fails, until {@link Fixture#set} is called.
     *
     * @return closed after the test
     * @throws Exception if it cannot be made
     */
    protected abstract Fixture newFixture() throws Exception;

    /** Remembers what it is told, and who breaks the rules of telling. */
    private static final class Told implements EndpointSource.Listener {

        private final BlockingQueue<Object> reports = new LinkedBlockingQueue<>();
        private final ConcurrentLinkedQueue<String> violations = new ConcurrentLinkedQueue<>();
        private final AtomicInteger telling = new AtomicInteger();

        @Override
        public void onEndpoints(List<Endpoint> endpoints) {
            enter();
            List<String> ids = endpoints.stream().map(Endpoint::id).sorted().toList();
            if (ids.stream().distinct().count() < ids.size()) {
                violations.add("an id twice in " + ids);
            }
            reports.add(ids);
            telling.decrementAndGet();
        }

        @Override
        public void onFailure(Throwable failure) {
            enter();
            reports.add(failure);
            telling.decrementAndGet();
        }

        private void enter() {
            if (telling.incrementAndGet() > 1) {
                violations.add("two reports at a time");
            }
            // Long enough for another thread to come in between.
            IntStream.range(0, 1_000).forEach(i -> Thread.onSpinWait());
        }
    }

    private static List<Endpoint> some(Fixture fixture, int... numbers) {
        return IntStream.of(numbers).mapToObj(fixture::endpoint).toList();
    }

    private static List<String> ids(List<Endpoint> endpoints) {
        return endpoints.stream().map(Endpoint::id).sorted().toList();
    }

    /** Waits for a list; what comes before it is not looked at, as a source may see half a change. */
    private static void awaitList(Fixture fixture, Told told, List<Endpoint> expected) throws Exception {
        Object last = "nothing";
        for (long waited = 0; waited < Patience.millis(); waited += LOOK_MILLIS) {
            fixture.look();
            Object next = told.reports.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            last = next == null ? last : next;
            if (ids(expected).equals(next)) {
                assertThat(told.violations).as("violations").isEmpty();
                return;
            }
        }
        throw new AssertionError("the list " + ids(expected) + " was not told, the last report is " + last);
    }

    private static void awaitFailure(Fixture fixture, Told told) throws Exception {
        for (long waited = 0; waited < Patience.millis(); waited += LOOK_MILLIS) {
            fixture.look();
            Object next = told.reports.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(next instanceof List)
                    .as("a list while the directory fails: %s", next)
                    .isFalse();
            if (next != null) {
                return;
            }
        }
        throw new AssertionError("the failure was not told");
    }

    private static void assertNoList(Fixture fixture, Told told, String when) throws Exception {
        for (int look = 0; look < LOOKS; look++) {
            fixture.look();
            Object next = told.reports.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(next instanceof List).as("a list %s: %s", when, next).isFalse();
        }
        assertThat(told.violations).as("violations").isEmpty();
    }

    @Test
    void theListIsTold() throws Exception {
        try (Fixture fixture = newFixture()) {
            List<Endpoint> endpoints = some(fixture, 1, 2, 3);
            fixture.set(endpoints);
            Told told = new Told();
            try (AutoCloseable watch = fixture.source().watch(told)) {
                assertThat(watch).as("the watch").isNotNull();
                awaitList(fixture, told, endpoints);
            }
        }
    }

    @Test
    void eachChangeIsTold() throws Exception {
        try (Fixture fixture = newFixture()) {
            fixture.set(some(fixture, 1));
            Told told = new Told();
            try (AutoCloseable watch = fixture.source().watch(told)) {
                awaitList(fixture, told, some(fixture, 1));
                for (int i = 1; i <= 3; i++) {
                    fixture.set(some(fixture, i, i + 1));
                    awaitList(fixture, told, some(fixture, i, i + 1));
                }
                assertThat(watch).isNotNull();
            }
        }
    }

    @Test
    void aFailureIsToldAndIsNoEmptyList() throws Exception {
        try (Fixture fixture = newFixture()) {
            fixture.set(some(fixture, 1, 2));
            Told told = new Told();
            try (AutoCloseable watch = fixture.source().watch(told)) {
                awaitList(fixture, told, some(fixture, 1, 2));
                assumeThat(fixture.fail()).as("fails").isTrue();
                awaitFailure(fixture, told);
                assertNoList(fixture, told, "while the directory fails");
                assertThat(watch).isNotNull();
            }
        }
    }

    @Test
    void aDirectoryThatAnswersAgainIsReadAgain() throws Exception {
        try (Fixture fixture = newFixture()) {
            assumeThat(fixture.fail()).as("fails").isTrue();
            Told told = new Told();
            try (AutoCloseable watch = fixture.source().watch(told)) {
                awaitFailure(fixture, told);
                fixture.set(some(fixture, 1, 2));
                awaitList(fixture, told, some(fixture, 1, 2));
                assertThat(watch).isNotNull();
            }
        }
    }

    @Test
    void nothingIsToldAfterTheEnd() throws Exception {
        try (Fixture fixture = newFixture()) {
            fixture.set(some(fixture, 1));
            Told told = new Told();
            try (AutoCloseable watch = fixture.source().watch(told)) {
                awaitList(fixture, told, some(fixture, 1));
                assertThat(watch).isNotNull();
            }
            told.reports.clear();
            fixture.set(some(fixture, 2));
            assertNoList(fixture, told, "after the end");
        }
    }

    @Test
    void severalMayWatchAndStopEachOnItsOwn() throws Exception {
        try (Fixture fixture = newFixture()) {
            fixture.set(some(fixture, 1));
            Told one = new Told();
            Told other = new Told();
            AutoCloseable first = fixture.source().watch(one);
            try (AutoCloseable second = fixture.source().watch(other)) {
                awaitList(fixture, one, some(fixture, 1));
                awaitList(fixture, other, some(fixture, 1));
                first.close();
                fixture.set(some(fixture, 2));
                awaitList(fixture, other, some(fixture, 2));
                assertThat(second).isNotNull();
            }
        }
    }
}
