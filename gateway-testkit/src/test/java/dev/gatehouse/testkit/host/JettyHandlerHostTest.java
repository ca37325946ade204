package dev.gatehouse.testkit.host;

import dev.gatehouse.Gateway;
import dev.gatehouse.testkit.HostCode;
import dev.gatehouse.testkit.HostContract;
import dev.gatehouse.testkit.HostUnderTest;

final class JettyHandlerHostTest extends HostContract {

    @Override
    protected HostUnderTest start(Gateway gateway, HostCode code) throws Exception {
        return Hosts.JETTY_HANDLER.start(gateway, code);
    }
}
