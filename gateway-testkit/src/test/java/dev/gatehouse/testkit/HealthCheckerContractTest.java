package dev.gatehouse.testkit;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The contract for the checkers that Gatehouse brings, and on broken ones, each of which must fail it. */
class HealthCheckerContractTest {

    private static HttpServer server;

    @BeforeAll
    static void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterAll
    static void stop() {
        server.stop(0);
    }

    private static Endpoint well() {
        return Endpoint.of("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Nested
    class Http extends HealthCheckerContract {
        @Override
        protected HealthChecker newChecker() {
            return HealthChecker.http("/");
        }

        @Override
        protected Endpoint wellEndpoint() {
            return well();
        }
    }

    @Nested
    class Tcp extends HealthCheckerContract {
        @Override
        protected HealthChecker newChecker() {
            return HealthChecker.tcp();
        }

        @Override
        protected Endpoint wellEndpoint() {
            return well();
        }
    }

    private static Socket connect(Endpoint endpoint) {
        try {
            return new Socket(endpoint.uri().getHost(), endpoint.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Arguments> defects() {
        return Stream.of(
                defect(
                        "finds nobody well",
                        "anEndpointThatIsWellIsFoundWellAgainAndAgain",
                        () -> endpoint -> CompletableFuture.failedFuture(new IOException("on purpose"))),
                defect(
                        "never ends",
                        "anEndpointThatIsWellIsFoundWellAgainAndAgain",
                        () -> endpoint -> new CompletableFuture<>()),
                defect(
                        "finds all well",
                        "whereNobodyListensIsNotWell",
                        () -> endpoint -> CompletableFuture.completedFuture(null)),
                defect("asks one at a time", "manyChecksRunAtOnce", OneAtATime::new),
                defect("waits for the answer", "askingDoesNotWaitForTheAnswer", () -> endpoint -> {
                    try (Socket socket = connect(endpoint)) {
                        return CompletableFuture.completedFuture(null)
                                .thenApply(none -> null)
                                .thenCompose(none -> read(socket));
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }),
                defect("leaves connections open", "aCancelledCheckLeavesNoConnection", LeavesOpen::new));
    }

    private static CompletableFuture<Void> read(Socket socket) {
        try {
            socket.getInputStream().read();
            return CompletableFuture.completedFuture(null);
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static final class OneAtATime implements HealthChecker {

        private final AtomicBoolean busy = new AtomicBoolean();

        @Override
        public CompletableFuture<Void> check(Endpoint endpoint) {
            return busy.getAndSet(true)
                    ? CompletableFuture.failedFuture(new IllegalStateException("busy"))
                    : HealthChecker.http("/")
                            .check(endpoint)
                            .toCompletableFuture()
                            .whenComplete((none, failure) -> busy.set(false));
        }
    }

    private static final class LeavesOpen implements HealthChecker {

        /** Held, or the collector would close it. */
        private final List<Socket> held = new ArrayList<>();

        @Override
        public CompletableFuture<Void> check(Endpoint endpoint) {
            held.add(connect(endpoint));
            return new CompletableFuture<>();
        }
    }

    private static Arguments defect(String name, String test, Supplier<HealthChecker> broken) {
        return Arguments.of(name, test, broken);
    }

    /** The contract on whatever the test has put here. Only ever run from inside this test. */
    static final class OnBroken extends HealthCheckerContract {

        static Supplier<HealthChecker> broken = HealthChecker::tcp;

        @Override
        protected HealthChecker newChecker() {
            return broken.get();
        }

        @Override
        protected Endpoint wellEndpoint() {
            return well();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void aBrokenCheckerFails(String defect, String test, Supplier<HealthChecker> broken) {
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
        ContractRun.assertAllRefuse(HealthCheckerContract.class, defects());
    }

    @Test
    void aCheckerThatIsNotBrokenPassesTheSameTests() {
        OnBroken.broken = HealthChecker::tcp;
        ContractRun.assertPassed(OnBroken.class, defects());
    }
}
