package dev.gatehouse.jetty.client.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.junit.jupiter.api.Test;

/** Whose threads a gateway's own transport runs on. */
class OwnTransportTest {

    /** A health check comes soon after a gateway is built, often before its server starts. */
    @Test
    void whatWasSentBeforeAServerStartedDoesNotKeepLaterCallsOffItsThreads() throws Exception {
        HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        upstream.createContext("/", exchange -> {
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        upstream.start();
        QueuedThreadPool threads = new QueuedThreadPool(200);
        threads.setName("lent");
        ScheduledExecutorScheduler timers = new ScheduledExecutorScheduler();
        threads.start();
        timers.start();
        ServerParts parts = new ServerParts(threads, timers, new ArrayByteBufferPool());
        try (OwnTransport transport = new OwnTransport()) {
            Endpoint endpoint =
                    Endpoint.of("http://127.0.0.1:" + upstream.getAddress().getPort());
            assertThat(threadOfAnAnswer(transport, endpoint)).doesNotStartWith("lent");
            transport.lend(parts);
            assertThat(threadOfAnAnswer(transport, endpoint)).startsWith("lent");
            transport.takeBack(parts);
            assertThat(threadOfAnAnswer(transport, endpoint)).doesNotStartWith("lent");
        } finally {
            timers.stop();
            threads.stop();
            upstream.stop(0);
        }
    }

    private static String threadOfAnAnswer(OwnTransport transport, Endpoint endpoint) throws Exception {
        CompletableFuture<String> thread = new CompletableFuture<>();
        Duration limit = Duration.ofSeconds(10);
        Request request = Request.get("/").build();
        transport.send(new Call(endpoint, request, Call.Protocol.HTTP_1_1, limit, limit), new Transport.Callback() {
            @Override
            public void response(Response response) {
                response.body().cancel(new IllegalStateException("not wanted"));
                thread.complete(Thread.currentThread().getName());
            }

            @Override
            public void failed(GatewayException failure) {
                thread.completeExceptionally(failure);
            }
        });
        return thread.get(10, TimeUnit.SECONDS);
    }
}
