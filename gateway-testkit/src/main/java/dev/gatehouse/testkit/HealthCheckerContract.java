package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What every {@link HealthChecker} must do. Extend it, make your checker in {@link #newChecker}, name an endpoint that is well
 * in {@link #wellEndpoint}, and run it with JUnit 5. Endpoints where nobody listens, and where nobody answers, come from here.
 *
 * <p>Needed beside this library: {@code junit-jupiter} and {@code assertj-core}.
 */
public abstract class HealthCheckerContract {

    private static final int AT_ONCE = 20;

    /** Nothing to set up. */
    protected HealthCheckerContract() {}

    /**
     * Makes the checker under test.
     *
     * @return a checker
     */
    protected abstract HealthChecker newChecker();

    /**
     * An endpoint that is well, for as long as a test runs.
     *
     * @return of this machine
     */
    protected abstract Endpoint wellEndpoint();

    private static Endpoint endpoint(int port) {
        return Endpoint.of("http://" + InetAddress.getLoopbackAddress().getHostAddress() + ":" + port);
    }

    /** Null if the endpoint is well. */
    private static @Nullable Throwable verdict(CompletionStage<Void> check) throws InterruptedException {
        try {
            check.toCompletableFuture().get(Patience.millis(), TimeUnit.MILLISECONDS);
            return null;
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("the check did not end", e);
        }
    }

    @Test
    void anEndpointThatIsWellIsFoundWellAgainAndAgain() throws Exception {
        HealthChecker checker = newChecker();
        for (int i = 0; i < 3; i++) {
            assertThat(verdict(checker.check(wellEndpoint())))
                    .as("what check " + i + " says against it")
                    .isNull();
        }
    }

    @Test
    void whereNobodyListensIsNotWell() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        assertThat(verdict(newChecker().check(endpoint(port))))
                .as("why it is not well")
                .isNotNull();
    }

    @Test
    void manyChecksRunAtOnce() throws Exception {
        HealthChecker checker = newChecker();
        List<CompletionStage<Void>> checks = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            checks.add(checker.check(wellEndpoint()));
        }
        for (CompletionStage<Void> check : checks) {
            assertThat(verdict(check)).as("what a check says against it").isNull();
        }
    }

    /** All timers of a balancer may share the thread that asks. */
    @Test
    void askingDoesNotWaitForTheAnswer() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, AT_ONCE, InetAddress.getLoopbackAddress())) {
            AtomicReference<@Nullable CompletionStage<Void>> asked = new AtomicReference<>();
            CountDownLatch returned = new CountDownLatch(1);
            Thread caller = new Thread(() -> {
                asked.set(newChecker().check(endpoint(silent.getLocalPort())));
                returned.countDown();
            });
            caller.setDaemon(true);
            caller.start();
            Patience.await(returned, "check did not return while the endpoint was silent");
            CompletionStage<Void> check = asked.get();
            assertThat(check).as("the stage").isNotNull();
            cancel(check);
        }
    }

    /** A balancer cancels what takes too long, each few seconds: what is left open would add up. */
    @Test
    void aCancelledCheckLeavesNoConnection() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, AT_ONCE, InetAddress.getLoopbackAddress())) {
            silent.setSoTimeout((int) Patience.millis());
            CompletionStage<Void> check = newChecker().check(endpoint(silent.getLocalPort()));
            try (Socket accepted = silent.accept()) {
                accepted.setSoTimeout((int) Patience.millis());
                cancel(check);
                drain(accepted);
            }
        }
    }

    private static void cancel(@Nullable CompletionStage<Void> check) {
        if (check instanceof Future<?> future) {
            future.cancel(true);
        }
    }

    private static void drain(Socket accepted) {
        byte[] some = new byte[1_024];
        try {
            while (accepted.getInputStream().read(some) >= 0) {
                // What was asked; the end is what counts.
            }
        } catch (java.net.SocketTimeoutException open) {
            throw new AssertionError("the connection of a cancelled check is still open", open);
        } catch (IOException reset) {
            // Closed, too.
        }
    }
}
