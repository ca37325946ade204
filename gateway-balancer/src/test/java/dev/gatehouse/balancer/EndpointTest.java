package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "http://10.0.0.11:8080, 10.0.0.11:8080, 10.0.0.11:8080, 8080",
        "http://orders, orders:80, orders, 80",
        "https://orders/, orders:443, orders, 443",
        "https://orders:443, orders:443, orders, 443",
        "https://orders:80, orders:80, orders:80, 80",
        "http://[2001:db8::1]:8080, [2001:db8::1]:8080, [2001:db8::1]:8080, 8080",
        "http://[::1], [::1]:80, [::1], 80"
    })
    void theIdSaysThePortAndTheAuthorityLeavesTheSchemesOwnOut(String uri, String id, String authority, int port) {
        Endpoint endpoint = Endpoint.of(uri);
        assertThat(endpoint.id()).isEqualTo(id);
        assertThat(endpoint.authority()).isEqualTo(authority);
        assertThat(endpoint.port()).isEqualTo(port);
        assertThat(endpoint.uri()).isEqualTo(URI.create(uri));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders:8080",
                "/orders",
                "ftp://orders",
                "http:///orders",
                "http://orders/api",
                "http://orders?x=1",
                "http://orders#x",
                "http://user@orders",
                "http://orders:0",
                "http://orders:65536",
                "http://under_score:80",
                "http://a b",
                ""
            })
    void whatIsNoHostOfHttpIsRefused(String uri) {
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.of(uri));
    }

    @Test
    void aRefusalSaysWhatWasGivenAndWhatIsExpected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Endpoint.of("http://orders/api"))
                .withMessage(
                        "endpoint: http://orders/api (expected: http or https with a host and nothing after the port)");
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        Endpoint.Builder builder = Endpoint.builder("a", URI.create("http://a"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.weight(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.weight(1_000_001));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.priority(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> Endpoint.builder("", URI.create("http://a")));
    }

    @Test
    void theDefaultsAreModest() {
        Endpoint endpoint = Endpoint.of("http://a");
        assertThat(endpoint.weight()).isEqualTo(1);
        assertThat(endpoint.zone()).isEmpty();
        assertThat(endpoint.priority()).isZero();
        assertThat(endpoint.tags()).isEmpty();
    }

    @Test
    void equalIfEverythingIs() {
        assertThat(full().build()).isEqualTo(full().build()).hasSameHashCodeAs(full().build());
        assertThat(full().build())
                .isNotEqualTo(full().weight(2).build())
                .isNotEqualTo(full().zone("z2").build())
                .isNotEqualTo(full().priority(2).build())
                .isNotEqualTo(full().tags(Map.of()).build())
                .isNotEqualTo(Endpoint.builder("a", URI.create("http://b")).build());
    }

    @Test
    void laterChangesToTheGivenTagsDoNotShow() {
        Map<String, String> tags = new HashMap<>(Map.of("version", "1"));
        Endpoint endpoint =
                Endpoint.builder("a", URI.create("http://a")).tags(tags).build();
        tags.put("version", "2");
        assertThat(endpoint.tags()).containsExactly(Map.entry("version", "1"));
    }

    @Test
    void whatIsEncodedStaysEncodedWhenAPathIsResolved() {
        assertThat(Endpoint.of("http://a:8080").resolve("/x%2Fy/%C3%A9?q=%20&z="))
                .hasToString("http://a:8080/x%2Fy/%C3%A9?q=%20&z=");
        assertThat(Endpoint.of("https://[::1]/").resolve("/")).hasToString("https://[::1]/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "//evil.example/x", "http://evil.example/x", "@evil.example"})
    void aPathCannotLeadToAnotherHost(String path) {
        Endpoint endpoint = Endpoint.of("http://a:8080");
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint.resolve(path));
    }

    private static Endpoint.Builder full() {
        return Endpoint.builder("a", URI.create("http://a:8080"))
                .weight(3)
                .zone("z1")
                .priority(1)
                .tags(Map.of("version", "1"));
    }
}
