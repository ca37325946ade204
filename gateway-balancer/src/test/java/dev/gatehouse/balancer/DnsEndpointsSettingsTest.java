package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What discovery by DNS can be told, and what it cannot. */
class DnsEndpointsSettingsTest {

    private static DnsEndpoints.Builder addresses() {
        return EndpointSource.dnsBuilder("orders.test", 80);
    }

    private static DnsEndpoints.Builder services() {
        return EndpointSource.dnsSrvBuilder("_http._tcp.orders.test");
    }

    @Test
    void whatIsNoNameOrPortIsRefused() {
        for (String bad : List.of("", ".", "a..b", "10.0.0.1", "::1", "a b", "-".repeat(64), "ä.test", "a/b")) {
            assertThatIllegalArgumentException()
                    .as(bad)
                    .isThrownBy(() -> EndpointSource.dns(bad, 80))
                    .withMessageContaining("host: " + bad + " (expected: a full DNS name");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> EndpointSource.dns("a.".repeat(127) + "b", 80));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointSource.dns("a.test", 0))
                .withMessage("port: 0 (expected: 1 to 65535)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointSource.dnsSrv("_http tcp"))
                .withMessageContaining("service: _http tcp");
    }

    @Test
    void badSettingsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> addresses().servers());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> addresses().servers(InetSocketAddress.createUnresolved("dns.test", 53)))
                .withMessageContaining("servers: dns.test");
        assertThatIllegalArgumentException().isThrownBy(() -> addresses().timeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> addresses().timeout(Duration.ofSeconds(Long.MAX_VALUE)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> addresses().ttl(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .withMessage("shortest ttl: PT2S (expected: <= PT1S)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> addresses().negativeTtl(Duration.ofMillis(10)).build())
                .withMessageContaining("negativeTtl: PT0.01S (expected: >= the shortest ttl, PT1S)");
        assertThatIllegalStateException().isThrownBy(() -> services().ipv6(false));
    }

    @Test
    void theSameSettingsMakeEqualSources() {
        assertThat(EndpointSource.dns("Orders.Test.", 80))
                .isEqualTo(EndpointSource.dns("orders.test", 80))
                .hasSameHashCodeAs(EndpointSource.dns("orders.test", 80))
                .hasToString("dns orders.test:80")
                .isNotEqualTo(EndpointSource.dns("orders.test", 81))
                .isNotEqualTo(
                        EndpointSource.dnsBuilder("orders.test", 80).https().build());
        assertThat(EndpointSource.dnsSrv("_HTTP._tcp.Orders.test"))
                .isEqualTo(EndpointSource.dnsSrv("_http._tcp.orders.test"))
                .hasToString("dns srv _http._tcp.orders.test");
    }
}
