package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in checkers, over real sockets. */
class HealthCheckerTest {

    private final ConcurrentLinkedQueue<String> requests = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("X-Check"));
            String path = exchange.getRequestURI().getPath();
            exchange.getResponseHeaders().add("Location", "/200");
            exchange.sendResponseHeaders(Integer.parseInt(path.substring(1)), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private Endpoint endpoint() {
        return Endpoint.of("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private static CompletableFuture<Void> check(HealthChecker checker, Endpoint endpoint) {
        return checker.check(endpoint).toCompletableFuture();
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 204, 302, 399})
    void aStatusFrom200To399IsWell(int status) throws Exception {
        check(HealthChecker.http("/" + status + "?deep=1"), endpoint()).get(10, TimeUnit.SECONDS);
        // One request only: a redirect is an answer, and is not followed.
        assertThat(requests).containsExactly("GET /" + status + "?deep=1 null");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 500, 503})
    void anyOtherStatusIsNot(int status) {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() ->
                        check(HealthChecker.http("/" + status), endpoint()).get(10, TimeUnit.SECONDS))
                .withMessageContaining("status " + status + " (expected: 200 to 399)");
    }

    @Test
    void theGoodStatusesAndTheHeadersAreSettings() throws Exception {
        HealthChecker checker = HttpHealthCheck.builder("/503")
                .statuses(503, 503)
                .header("X-Check", "yes")
                .build();
        check(checker, endpoint()).get(10, TimeUnit.SECONDS);
        assertThat(requests).containsExactly("GET /503 yes");
        HealthChecker strict =
                HttpHealthCheck.builder("/302").statuses(200, 299).build();
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> check(strict, endpoint()).get(10, TimeUnit.SECONDS))
                .withMessageContaining("status 302 (expected: 200 to 299)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
    void theMethodIsASetting(String method) throws Exception {
        HealthChecker checker = HttpHealthCheck.builder("/204")
                .method(method)
                .header("X-Check", "yes")
                .build();
        check(checker, endpoint()).get(10, TimeUnit.SECONDS);
        assertThat(requests).containsExactly(method + " /204 yes");
    }

    @Test
    void nobodyAtThePortIsNotWell() throws Exception {
        Endpoint gone = Endpoint.of("http://127.0.0.1:" + freePort());
        for (HealthChecker checker : List.of(HealthChecker.http("/"), HealthChecker.tcp())) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> check(checker, gone).get(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void aNameThatCannotBeLookedUpIsNotWell() {
        // RFC 6761: names under .invalid never resolve.
        Endpoint nowhere = Endpoint.of("http://nowhere.invalid:80");
        for (HealthChecker checker : List.of(HealthChecker.http("/"), HealthChecker.tcp())) {
            assertThatExceptionOfType(ExecutionException.class)
                    .isThrownBy(() -> check(checker, nowhere).get(30, TimeUnit.SECONDS));
        }
    }

    @Test
    void whoeverAcceptsAConnectionIsWell() throws Exception {
        check(HealthChecker.tcp(), endpoint()).get(10, TimeUnit.SECONDS);
        assertThat(requests).isEmpty();
    }

    @Test
    void theConnectionOfATcpCheckIsClosed() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(10_000);
            Endpoint endpoint = Endpoint.of("http://127.0.0.1:" + listener.getLocalPort());
            check(HealthChecker.tcp(), endpoint).get(10, TimeUnit.SECONDS);
            try (Socket accepted = listener.accept()) {
                accepted.setSoTimeout(10_000);
                assertThat(accepted.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void anHttpCheckThatIsCancelledLeavesNoConnection() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(10_000);
            Endpoint endpoint = Endpoint.of("http://127.0.0.1:" + listener.getLocalPort());
            CompletableFuture<Void> check = check(HealthChecker.http("/"), endpoint);
            try (Socket accepted = listener.accept()) {
                accepted.setSoTimeout(10_000);
                InputStream request = accepted.getInputStream();
                assertThat(request.read()).isEqualTo('G');
                check.cancel(true);
                request.readAllBytes();
                assertThat(request.read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void checkersWithTheSameSettingsAreEqual() {
        assertThat(HealthChecker.http("/a"))
                .isEqualTo(HealthChecker.http("/a"))
                .hasSameHashCodeAs(HealthChecker.http("/a"))
                .hasToString("http /a")
                .isNotEqualTo(HealthChecker.http("/b"))
                .isNotEqualTo(HttpHealthCheck.builder("/a").statuses(200, 200).build())
                .isNotEqualTo(
                        HttpHealthCheck.builder("/a").header("X-Check", "1").build());
        assertThat(HealthChecker.tcp()).isEqualTo(HealthChecker.tcp()).hasToString("tcp");
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> HealthChecker.http("health"));
        assertThatIllegalArgumentException().isThrownBy(() -> HealthChecker.http("//elsewhere/health"));
        assertThatIllegalArgumentException().isThrownBy(() -> HealthChecker.http("/a b"));
        HttpHealthCheck.Builder builder = HttpHealthCheck.builder("/");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.statuses(300, 200));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.statuses(100, 200));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.header("Host", "other"));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.header("X-Check", "a\r\nb"));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
