package dev.gatehouse.testkit;

import static org.awaitility.Awaitility.await;

import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.jetty.client.JettyTransportBuilder;
import dev.gatehouse.transport.Transport;
import org.eclipse.jetty.io.ArrayByteBufferPool;

final class JettyTransportContractTest extends TransportContract {

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();

    @Override
    protected Transport newTransport(TransportSetup setup) {
        return jetty(setup).byteBufferPool(buffers).build();
    }

    static JettyTransportBuilder jetty(TransportSetup setup) {
        return JettyTransport.builder()
                .trustStore(setup.trust())
                .maxConnectionsPerEndpoint(setup.maxConnectionsPerEndpoint())
                .maxQueuedPerEndpoint(setup.maxQueuedPerEndpoint())
                .maxResponseHeaderBytes(setup.maxResponseHeaderBytes())
                .idleTimeout(setup.idleTimeout());
    }

    @Override
    protected void afterClose() {
        await("leaks: " + buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }
}
