package dev.gatehouse.jetty;

import static org.awaitility.Awaitility.await;

import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.host.Serving;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.assertj.core.api.Assertions;
import org.eclipse.jetty.io.ArrayByteBufferPool;

/** A server whose gateway is a lambda. Closing it fails if a buffer was not given back. */
final class JettyHost implements AutoCloseable {

    private final ArrayByteBufferPool.Tracking pool = new ArrayByteBufferPool.Tracking();
    private final GatewayServer server;

    private JettyHost(BiConsumer<Request, HostExchange> gateway, Consumer<GatewayServer.Builder> settings) {
        GatewayServer.Builder builder = GatewayServer.builder(serving(gateway))
                .host("localhost")
                .port(0)
                .byteBufferPool(pool)
                .drain(Duration.ofSeconds(5));
        settings.accept(builder);
        server = builder.start();
    }

    static JettyHost of(BiConsumer<Request, HostExchange> gateway) {
        return new JettyHost(gateway, settings -> {});
    }

    static JettyHost of(BiConsumer<Request, HostExchange> gateway, Consumer<GatewayServer.Builder> settings) {
        return new JettyHost(gateway, settings);
    }

    static Serving serving(BiConsumer<Request, HostExchange> gateway) {
        return new Serving() {
            @Override
            public void attach(HostCapabilities capabilities) {
                Assertions.assertThat(capabilities.name()).isEqualTo("jetty");
            }

            @Override
            public void serve(Request received, HostExchange host) {
                gateway.accept(received, host);
            }
        };
    }

    GatewayServer server() {
        return server;
    }

    RawClient connect() throws java.io.IOException {
        return new RawClient(server.port());
    }

    @Override
    public void close() {
        try {
            // Each loop keeps one for what it reads next.
            int kept = Runtime.getRuntime().availableProcessors();
            await().atMost(Duration.ofSeconds(5)).until(() -> pool.getLeaks().size() <= kept);
        } catch (org.awaitility.core.ConditionTimeoutException leaked) {
            throw new AssertionError("leaked buffers: " + pool.dumpLeaks(), leaked);
        } finally {
            server.close();
        }
        Assertions.assertThat(pool.getLeaks()).isEmpty();
    }
}
