package dev.gatehouse.benchmarks;

import dev.gatehouse.Gateway;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.testkit.HostCode;
import dev.gatehouse.testkit.HostContract;
import dev.gatehouse.testkit.HostUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is measured keeps the contract of hosts. Wherever a test asks for no more than a proxy, it talks to the process that
 * is measured. The other gateways have code of the test in them; they run in the test's process, on the same server:
 * {@link ComparedProxy#serve}.
 */
final class ComparedProxyHostTest extends HostContract {

    private static final HostCapabilities CAPABILITIES =
            new HostCapabilities("jetty", true, true, true, true, false, false);

    @TempDir
    private Path folder;

    @Override
    protected HostUnderTest startProxy(Endpoint upstream) throws IOException {
        ProxyProcess proxy = ProxyProcess.start("bare", folder, upstream);
        return running(proxy.address().getPort(), proxy::close);
    }

    @Override
    protected HostUnderTest start(Gateway gateway, HostCode code) {
        GatewayServer server = ComparedProxy.serve(gateway, 0);
        return running(server.port(), server::close);
    }

    private static HostUnderTest running(int port, Runnable close) {
        return new HostUnderTest() {
            @Override
            public int port() {
                return port;
            }

            @Override
            public HostCapabilities capabilities() {
                return CAPABILITIES;
            }

            @Override
            public void close() {
                close.run();
            }
        };
    }
}
