package dev.gatehouse.jetty;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** Readers of requests that throw, on a connection that others share. */
class Http2DefectiveReaderTest {

    private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();

    private void serve(Request request, HostExchange exchange) {
        String path = request.path();
        exchange.onClientGone(reason -> {
            gone.add(path);
            exchange.respond(Response.of(499), told -> {});
        });
        if (path.equals("/defective")) {
            request.body().demand(() -> {
                throw new IllegalStateException("a reader's defect");
            });
        }
    }

    @Test
    void whenSeveralReadersThrowTheConnectionEndsAndAllAreTold() throws Exception {
        try (JettyHost host = JettyHost.of(this::serve);
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/defective").request(3, false, "POST", "/defective");
            wire.request(5, false, "POST", "/other").data(1, "x", false);
            assertThat(wire.end()).matches("goaway \\d+|closed");
            assertAllTold(3);
        }
    }

    @Test
    void aReaderThatThrowsWhenTheClientLeavesDoesNotKeepOthersFromBeingTold() throws Exception {
        try (JettyHost host = JettyHost.of(this::serve);
                Http2Wire wire = Http2Wire.connect(host)) {
            wire.request(1, false, "POST", "/defective").request(3, false, "POST", "/other");
            assertThat(wire.isAlive()).isTrue();
            wire.breakOff();
            assertAllTold(2);
        }
    }

    private void assertAllTold(int exchanges) throws InterruptedException {
        for (int i = 0; i < exchanges; i++) {
            assertThat(gone.poll(5, SECONDS)).isNotNull();
        }
    }
}
