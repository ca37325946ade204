package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract for sources that Gatehouse brings, and on broken ones, each of which must fail it. */
class EndpointSourceContractTest {

    /** Holds listeners in the open, so that defects are easy to put in. */
    private static class Directory implements EndpointSource, EndpointSourceContract.Fixture {

        final List<Listener> listeners = new ArrayList<>();
        List<Endpoint> current = List.of();
        boolean failing;

        @Override
        public EndpointSource source() {
            return this;
        }

        @Override
        public AutoCloseable watch(Listener listener) {
            listeners.add(listener);
            tell(listener);
            return () -> listeners.remove(listener);
        }

        void tell(Listener listener) {
            if (failing) {
                listener.onFailure(new IOException("fails on purpose"));
            } else {
                listener.onEndpoints(current);
            }
        }

        @Override
        public void set(List<Endpoint> endpoints) {
            failing = false;
            current = endpoints;
            List.copyOf(listeners).forEach(this::tell);
        }

        @Override
        public boolean fail() {
            failing = true;
            List.copyOf(listeners).forEach(this::tell);
            return true;
        }

        @Override
        public void close() {}
    }

    @Nested
    class Updatable extends EndpointSourceContract {
        @Override
        protected Fixture newFixture() {
            UpdatableEndpoints source = new UpdatableEndpoints();
            return new Directory() {
                @Override
                public EndpointSource source() {
                    return source;
                }

                @Override
                public void set(List<Endpoint> endpoints) {
                    source.set(endpoints);
                }

                @Override
                public boolean fail() {
                    return false;
                }
            };
        }
    }

    @Nested
    class InFile extends EndpointSourceContract {

        @TempDir
        private Path directory;

        @Override
        protected Fixture newFixture() {
            Path file = directory.resolve("endpoints");
            EndpointSource source = EndpointSource.file(file);
            return new Fixture() {
                @Override
                public EndpointSource source() {
                    return source;
                }

                @Override
                public void set(List<Endpoint> endpoints) throws IOException {
                    write(endpoints.stream()
                            .map(endpoint -> endpoint.uri().toString())
                            .collect(Collectors.joining("\n")));
                }

                @Override
                public boolean fail() throws IOException {
                    write("nonsense");
                    return true;
                }

                private void write(String text) throws IOException {
                    Path next = Files.writeString(directory.resolve("next"), text);
                    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
                }

                @Override
                public void close() {}
            };
        }
    }

    @Nested
    class WithFallback extends EndpointSourceContract {
        @Override
        protected Fixture newFixture() {
            return new Directory() {
                private final EndpointSource fallback = EndpointSource.fallback(this, EndpointSource.composite(this));

                @Override
                public EndpointSource source() {
                    return fallback;
                }
            };
        }
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                defect("names an endpoint twice", "theListIsTold", () -> new Directory() {
                    @Override
                    void tell(EndpointSource.Listener listener) {
                        listener.onEndpoints(Stream.concat(current.stream(), current.stream())
                                .toList());
                    }
                }),
                defect("tells from two threads at once", "eachChangeIsTold", () -> new Directory() {
                    @Override
                    void tell(EndpointSource.Listener listener) {
                        List<Endpoint> list = current;
                        List<Thread> threads = Stream.<Runnable>generate(() -> () -> {
                                    for (int i = 0; i < 200; i++) {
                                        listener.onEndpoints(list);
                                    }
                                })
                                .limit(4)
                                .map(Thread::new)
                                .toList();
                        threads.forEach(Thread::start);
                        threads.forEach(EndpointSourceContractTest::join);
                    }
                }),
                defect("never looks again", "eachChangeIsTold", () -> new Directory() {
                    @Override
                    public void set(List<Endpoint> endpoints) {
                        current = endpoints;
                    }
                }),
                defect("takes a failure for none", "aFailureIsToldAndIsNoEmptyList", () -> new Directory() {
                    @Override
                    void tell(EndpointSource.Listener listener) {
                        listener.onEndpoints(failing ? List.of() : current);
                    }
                }),
                defect("hides failures", "aFailureIsToldAndIsNoEmptyList", () -> new Directory() {
                    @Override
                    void tell(EndpointSource.Listener listener) {
                        if (!failing) {
                            listener.onEndpoints(current);
                        }
                    }
                }),
                defect("gives up at a failure", "aDirectoryThatAnswersAgainIsReadAgain", () -> new Directory() {
                    @Override
                    void tell(EndpointSource.Listener listener) {
                        super.tell(listener);
                        if (failing) {
                            listeners.clear();
                        }
                    }
                }),
                defect("goes on after the end", "nothingIsToldAfterTheEnd", () -> new Directory() {
                    @Override
                    public AutoCloseable watch(Listener listener) {
                        super.watch(listener);
                        return () -> {};
                    }
                }),
                defect("knows one listener", "severalMayWatchAndStopEachOnItsOwn", () -> new Directory() {
                    @Override
                    public AutoCloseable watch(Listener listener) {
                        listeners.clear();
                        super.watch(listener);
                        return listeners::clear;
                    }
                }));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Arguments defect(String name, String test, Supplier<Directory> broken) {
        return Arguments.of(name, test, broken);
    }

    /** The contract on whatever the test has put here. Only ever run from inside this test. */
    static final class OnBroken extends EndpointSourceContract {

        static Supplier<? extends EndpointSourceContract.Fixture> broken = Directory::new;

        @Override
        protected Fixture newFixture() {
            return broken.get();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void aBrokenSourceFails(String defect, String test, Supplier<Directory> broken) {
        OnBroken.broken = broken;
        System.setProperty(Patience.PROPERTY, "500");
        try {
            ContractRun.assertRefused(OnBroken.class, test);
        } finally {
            System.clearProperty(Patience.PROPERTY);
        }
    }

    @Test
    void everyTestOfTheContractRefusesSomething() {
        ContractRun.assertAllRefuse(EndpointSourceContract.class, defects());
    }

    @Test
    void aSourceThatIsNotBrokenPassesTheSameTests() {
        OnBroken.broken = Directory::new;
        ContractRun.assertPassed(OnBroken.class, defects());
    }
}
