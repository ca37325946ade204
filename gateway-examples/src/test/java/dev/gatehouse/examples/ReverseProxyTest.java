package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.Gateway;
import dev.gatehouse.examples.ProxyOptions.Host;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReverseProxyTest {

    @ParameterizedTest
    @EnumSource
    void everyHostForwards(Host host) throws Exception {
        try (OrderService service = OrderService.start("orders-1")) {
            ProxyOptions options = ProxyOptions.parse(
                    "--listen",
                    "127.0.0.1:0",
                    "--to",
                    service.uri(),
                    "--host",
                    host.name().toLowerCase(Locale.ROOT));
            try (Gateway gateway = ReverseProxy.gateway(options);
                    RunningHost running = RunningHost.start(options, gateway)) {
                HttpResponse<String> answer = Http.get(running.port(), "/orders/7");
                assertThat(answer.body()).contains("\"order\":\"7\"", "orders-1");
                HttpResponse<String> posted = Http.send(Http.request(running.port(), "/orders/8")
                        .POST(BodyPublishers.ofString("x".repeat(100_000)))
                        .build());
                assertThat(posted.statusCode()).isEqualTo(200);
                assertThat(Http.get(running.port(), "/nothing").statusCode()).isEqualTo(404);
                assertThat(Http.get(running.port(), "/a//b").statusCode()).isEqualTo(400);
            }
        }
    }

    @Test
    void everyMistakeOfTheCommandLineIsListed() {
        assertThatThrownBy(
                        () -> ProxyOptions.parse("--listen", "nowhere", "--strategy", "best", "--host", "iis", "--x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--listen nowhere (expected: HOST:PORT)")
                .hasMessageContaining("--strategy best (known: clientIpHash, leastRequest")
                .hasMessageContaining("--host iis (known: jetty, servlet, jdk)")
                .hasMessageContaining("--x is unknown")
                .hasMessageContaining("--to is missing");
    }

    @Test
    void anEndpointWithAPathIsRefused() {
        ProxyOptions options = ProxyOptions.parse("--listen", "127.0.0.1:0", "--to", "http://localhost:1/path");
        assertThatThrownBy(() -> ReverseProxy.gateway(options)).hasMessageContaining("http://localhost:1/path");
    }
}
