package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.Filter;
import dev.gatehouse.Key;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FilterProbeTest {

    private static final Key<String> TENANT = Key.of("tenant");
    private static final Filter NOTHING = (request, next) -> next.proceed(request);

    @Test
    void itShowsWhatTheFilterMadeOfRequestAndResponse() {
        Filter filter = (request, next) ->
                next.proceed(request.withHeader("X-In", "1")).thenApply(response -> response.withHeader("X-Out", "2"));
        FilterProbe.Result result = FilterProbe.of(filter)
                .answering(Response.text(202, "inside"))
                .send(Request.get("/orders/7").build());

        assertThat(result.received().map(request -> request.headers().get("X-In")))
                .hasValue("1");
        assertThat(result.response().headers().get("X-Out")).isEqualTo("2");
        assertThat(result.response().status()).isEqualTo(202);
        assertThat(result.text()).isEqualTo("inside");
        assertThat(result.text()).as("a second time").isEqualTo("inside");
    }

    @Test
    void itShowsThatTheFilterAnsweredByItself() {
        FilterProbe.Result result = FilterProbe.of((request, next) -> Filter.answer(Response.of(403)))
                .send(Request.get("/").build());

        assertThat(result.response().status()).isEqualTo(403);
        assertThat(result.received()).isEmpty();
    }

    @Test
    void theSameResponseAnswersEveryRequest() {
        FilterProbe probe = FilterProbe.of(NOTHING).answering(Response.text(200, "again"));

        assertThat(probe.send(Request.get("/1").build()).text()).isEqualTo("again");
        assertThat(probe.send(Request.get("/2").build()).text()).isEqualTo("again");
    }

    @Test
    void attributesAndTheEndOfTheExchangeAreSeen() {
        PhaseFilter filter = (request, exchange) -> {
            exchange.set(TENANT, "blue");
            return Verdict.proceed(request);
        };
        FilterProbe.Result result = FilterProbe.of(filter)
                .answering(Response.text(200, "12345"))
                .send(Request.get("/").build());

        assertThat(result.exchange().get(TENANT)).hasValue("blue");
        assertThat(result.completion().status()).isEqualTo(200);
        assertThat(result.completion().bytes()).isEqualTo(5);
    }

    @Test
    void aFailureInsideIsAResponseThatStandsForIt() {
        GatewayException failure = new GatewayException(Kind.NO_ENDPOINT, "none");
        FilterProbe.Result result =
                FilterProbe.of(NOTHING).failing(failure).send(Request.get("/").build());

        assertThat(result.response().status()).isEqualTo(503);
        assertThat(result.response().failure()).containsSame(failure);
    }

    @Test
    void whatTheFilterThrowsIsItsOwnFailure() {
        FilterProbe.Result result = FilterProbe.of(Filter.onRequest("Thrower", request -> {
                    throw new IllegalStateException("broken");
                }))
                .send(Request.get("/").build());

        assertThat(result.response().failure())
                .hasValueSatisfying(failure -> assertThat(failure)
                        .hasMessageContaining("Thrower")
                        .extracting(GatewayException::kind)
                        .isEqualTo(Kind.FILTER_FAILED));
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
    void theClientHasTheAddressThatTheTestSays(String address) {
        FilterProbe.Result result =
                FilterProbe.of(NOTHING).client(address).send(Request.get("/").build());

        assertThat(result.exchange().client().address()).isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(strings = {"example.com", "", "1.2.3.four"})
    void aNameIsNoAddress(String name) {
        FilterProbe probe = FilterProbe.of(NOTHING);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> probe.client(name))
                .withMessageContaining("IP address");
    }

    @Test
    void aConnectionOfTheRequestsOwnIsKept() {
        Connection secure = new Connection(
                new java.net.InetSocketAddress("203.0.113.9", 1),
                new java.net.InetSocketAddress(443),
                "https",
                "HTTP/2.0");
        FilterProbe.Result result = FilterProbe.of(NOTHING)
                .send(Request.get("/")
                        .authority("example.org")
                        .connection(secure)
                        .build());

        assertThat(result.exchange().client().scheme()).isEqualTo("https");
    }

    @Test
    void pathVariablesAreThoseOfTheRoute() {
        FilterProbe.Result result = FilterProbe.of(NOTHING)
                .route("/orders/{id}")
                .send(Request.get("/orders/7").build());

        assertThat(result.exchange().pathVariables().get("id")).isEqualTo("7");
    }

    @Test
    void aFilterThatWaitsIsAnsweredWhenTimeMovesOn() {
        VirtualTime time = new VirtualTime();
        Filter slow = (request, next) -> {
            CompletableFuture<Response> later = new CompletableFuture<>();
            time.schedule(() -> next.proceed(request).thenAccept(later::complete), Duration.ofSeconds(3));
            return later;
        };
        FilterProbe.Result result =
                FilterProbe.of(slow).time(time).send(Request.get("/").build());

        assertThat(result.isAnswered()).isFalse();
        assertThat(result.received()).isEmpty();
        time.advance(Duration.ofSeconds(3));
        assertThat(result.response().status()).isEqualTo(200);
        assertThat(result.completion().duration()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aRequestThatTheGatewayRefusesNeverReachesTheFilter() {
        FilterProbe.Result result =
                FilterProbe.of(NOTHING).send(Request.get("/a/../b").build());

        assertThat(result.response().status()).isEqualTo(400);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(result::exchange)
                .withMessageContaining("refused");
    }
}
