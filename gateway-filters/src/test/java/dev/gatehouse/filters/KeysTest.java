package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.Gateway;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeysTest {

    private static final Request REQUEST = Request.get("/orders/a%2Db").build();

    private final AtomicReference<@Nullable String> key = new AtomicReference<>();

    private @Nullable String key(KeyFunction function, Request request, String client) {
        FilterProbe.of(capturing(function)).client(client).route("/orders/{id}").send(request);
        return key.get();
    }

    private @Nullable String key(KeyFunction function, Request request) {
        return key(function, request, "192.0.2.1");
    }

    private PhaseFilter capturing(KeyFunction function) {
        return (request, exchange) -> {
            key.set(function.key(request, exchange));
            return Verdict.proceed(request);
        };
    }

    @Test
    void clientsAreToldApartByTheirAddress() {
        assertThat(key(Keys.clientIp(), REQUEST, "192.0.2.7")).isEqualTo("192.0.2.7");
    }

    @Test
    void whoHasAnIpv6SubnetIsOneClient() {
        String one = key(Keys.clientIp(), REQUEST, "2001:db8:1:2::1");

        assertThat(one).isEqualTo("20010db800010002/64");
        assertThat(key(Keys.clientIp(), REQUEST, "2001:db8:1:2:ffff:ffff:ffff:ffff"))
                .isEqualTo(one);
        assertThat(key(Keys.clientIp(), REQUEST, "2001:db8:1:3::1")).isNotEqualTo(one);
    }

    @Test
    void anIpv4AddressInIpv6FormIsTheIpv4Address() {
        assertThat(key(Keys.clientIp(), REQUEST, "::ffff:192.0.2.7")).isEqualTo("192.0.2.7");
    }

    @Test
    void callsWithinTheProcessAreOneClient() {
        try (Gateway gateway = Gateway.builder()
                .filter(capturing(Keys.clientIp()))
                .route("/**", route -> route.respond(Response.of(200)))
                .build()) {
            gateway.handle(Request.get("/").build());
        }

        assertThat(key.get()).isEmpty();
    }

    @Test
    void aHeaderCountsByItsFirstValueAndLeavingItOutLiftsNoLimit() {
        KeyFunction header = Keys.header("X-Api-Key");

        assertThat(key(header, REQUEST.withHeader("x-api-key", "7"))).isEqualTo("7");
        assertThat(key(header, REQUEST)).isNotNull();
    }

    @Test
    void aPathVariableIsDecoded() {
        assertThat(key(Keys.pathVariable("id"), REQUEST)).isEqualTo("a-b");
        assertThat(key(Keys.pathVariable("other"), REQUEST)).isNotNull();
    }

    @Test
    void aRouteIsAKey() {
        assertThat(key(Keys.route(), REQUEST)).isEqualTo("probe");
    }

    @Test
    void keysThatAreCombinedAreNotConfused() {
        KeyFunction both = Keys.combine(Keys.header("A"), Keys.header("B"));

        assertThat(key(both, REQUEST.withHeader("A", "a").withHeader("B", "bc")))
                .isNotEqualTo(key(both, REQUEST.withHeader("A", "ab").withHeader("B", "c")));
        assertThat(key(both, REQUEST.withHeader("A", "a1:b").withHeader("B", "")))
                .isNotEqualTo(key(both, REQUEST.withHeader("A", "a").withHeader("B", "b")));
    }

    @Test
    void aPartThatExemptsExemptsTheWhole() {
        assertThat(key(Keys.combine(Keys.route(), (request, exchange) -> null), REQUEST))
                .isNull();
    }

    @Test
    void oneKeyIsNoCombination() {
        assertThatIllegalArgumentException().isThrownBy(() -> Keys.combine(Keys.route()));
    }
}
