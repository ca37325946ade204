package dev.gatehouse.balancer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.nio.channels.UnresolvedAddressException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** Well is who accepts a connection. */
record TcpHealthCheck() implements HealthChecker {

    @Override
    public CompletionStage<Void> check(Endpoint endpoint) {
        CompletableFuture<Void> result = new CompletableFuture<>();
        Resolver.THREADS.execute(() -> connect(endpoint, result));
        return result;
    }

    private static void connect(Endpoint endpoint, CompletableFuture<Void> result) {
        try {
            InetSocketAddress address = new InetSocketAddress(endpoint.uri().getHost(), endpoint.port());
            AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
            // However it ends, by the balancer's time-out too, the connection goes.
            var unused = result.whenComplete((connected, failure) -> close(channel));
            channel.connect(address, result, new CompletionHandler<@Nullable Void, CompletableFuture<Void>>() {
                @Override
                public void completed(@Nullable Void none, CompletableFuture<Void> connected) {
                    connected.complete(null);
                }

                @Override
                public void failed(Throwable failure, CompletableFuture<Void> connected) {
                    connected.completeExceptionally(failure);
                }
            });
        } catch (UnresolvedAddressException e) {
            result.completeExceptionally(
                    new IOException("unknown host " + endpoint.uri().getHost(), e));
        } catch (IOException | RuntimeException e) {
            result.completeExceptionally(e);
        }
    }

    private static void close(AsynchronousSocketChannel channel) {
        try {
            channel.close();
        } catch (IOException alreadyBroken) {
            // Nothing is lost with it.
        }
    }

    @Override
    public String toString() {
        return "tcp";
    }

    /** Looking a name up blocks, for seconds if its server is away: it must not hold up the timers. */
    private static final class Resolver {
        static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "gatehouse-health-check");
            thread.setDaemon(true);
            return thread;
        });
    }
}
