package dev.gatehouse.jetty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.ConfigurationException;
import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.http.Response;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.junit.jupiter.api.Test;

/** The server as a user has it, with a gateway. */
class GatewayServerTest {

    private static final Handler APP = HostCodeTest.handler((request, response, callback) ->
            Content.Sink.write(response, true, "app " + request.getHeaders().get("X-User"), callback));

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void routesAnswerOrLeadToTheWrappedHandler() throws Exception {
        try (Gateway gateway = Gateway.builder()
                        .route("/own", route -> route.respond(Response.text(200, "own")))
                        .route(
                                "/guarded",
                                route -> route.filter(Filter.onRequest(request -> request.withHeader("X-User", "ann")))
                                        .filter(Filter.onResponse(response -> response.withHeader("X-Seen", "1")))
                                        .toHost())
                        .build();
                GatewayServer server = GatewayServer.builder(gateway)
                        .host("127.0.0.1")
                        .port(0)
                        .handler(APP)
                        .start()) {
            assertThat(get(server, "/own").body()).isEqualTo("own");
            HttpResponse<String> guarded = get(server, "/guarded");
            assertThat(guarded.body()).isEqualTo("app ann");
            assertThat(guarded.headers().firstValue("X-Seen")).contains("1");
            HttpResponse<String> unmatched = get(server, "/elsewhere");
            assertThat(unmatched.body()).isEqualTo("app null");
            assertThat(unmatched.headers().firstValue("X-Seen")).isEmpty();
            assertThat(server.uri()).hasToString("http://127.0.0.1:" + server.port());
        }
    }

    @Test
    void withoutAWrappedHandlerTheGatewayAnswersWhatNoRouteMatches() throws Exception {
        try (Gateway gateway = Gateway.builder()
                        .route("/own", route -> route.respond(Response.text(200, "own")))
                        .build();
                GatewayServer server = GatewayServer.start(gateway, 0)) {
            HttpResponse<String> unmatched = get(server, "/elsewhere");
            assertThat(unmatched.statusCode()).isEqualTo(404);
            assertThat(unmatched.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(server.uri().getHost()).isEqualTo("localhost");
        }
    }

    @Test
    void aRouteToTheHostNeedsAWrappedHandler() {
        try (Gateway gateway =
                Gateway.builder().route("/app", route -> route.toHost()).build()) {
            assertThatThrownBy(() -> GatewayServer.start(gateway, "localhost", 0))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("toHost");
        }
    }

    @Test
    void settingsAreCheckedAtOnce() {
        try (Gateway gateway = Gateway.builder()
                .route("/own", route -> route.respond(Response.text(200, "own")))
                .build()) {
            GatewayServer.Builder builder = GatewayServer.builder(gateway);
            assertThatThrownBy(() -> builder.port(65_536)).hasMessage("port: 65536 (expected: 0 to 65535)");
            assertThatThrownBy(() -> builder.maxHeaderBytes(1)).hasMessage("maxHeaderBytes: 1 (expected: >= 1024)");
            assertThatThrownBy(() -> builder.idleTimeout(Duration.ZERO))
                    .hasMessage("idleTimeout: PT0S (expected: >= 1 ms)");
            assertThatThrownBy(() -> builder.drain(Duration.ofSeconds(-1))).hasMessage("drain: PT-1S (expected: >= 0)");
        }
    }

    private HttpResponse<String> get(GatewayServer server, String path) throws Exception {
        URI uri = URI.create("http://localhost:" + server.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
