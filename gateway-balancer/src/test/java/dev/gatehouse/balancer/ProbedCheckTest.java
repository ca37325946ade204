package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What HTTP and gRPC checks ask through a client, and what they make of its answers. */
class ProbedCheckTest {

    private static final Endpoint ENDPOINT = Endpoint.of("http://a:1");
    private static final String SERVING = "00000000020801";

    private final List<ProbeRequest> asked = new ArrayList<>();
    private final CompletableFuture<ProbeResponse> answer = new CompletableFuture<>();
    private final ProbeClient client = (endpoint, request) -> {
        asked.add(request);
        return answer;
    };

    private static ProbeResponse response(int status, String content) {
        return new ProbeResponse(status, Map.of(), StandardCharsets.UTF_8.encode(content), true, Map.of());
    }

    private static ProbeResponse grpc(String hex, Map<String, String> trailers) {
        ByteBuffer content = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        return new ProbeResponse(200, Map.of("content-type", "application/grpc"), content, true, trailers);
    }

    private CompletionStage<Void> check(HealthChecker checker) {
        return checker.through(client).check(ENDPOINT);
    }

    /** What a check says against an answer; empty if nothing. */
    private String verdict(HealthChecker checker, ProbeResponse given) {
        answer.complete(given);
        try {
            check(checker).toCompletableFuture().join();
            return "";
        } catch (CompletionException e) {
            return String.valueOf(e.getCause().getMessage());
        }
    }

    @Test
    void anHttpCheckAsksWhatItWasToldTo() {
        check(HttpHealthCheck.builder("/health?deep=1")
                .method("HEAD")
                .host("shop.example:8443")
                .header("X-Check", "yes")
                .build());
        assertThat(asked)
                .containsExactly(new ProbeRequest(
                        "HEAD",
                        "/health?deep=1",
                        "shop.example:8443",
                        Map.of("X-Check", "yes", "User-Agent", "gatehouse-health-check"),
                        ByteBuffer.allocate(0),
                        64 * 1024,
                        false));
    }

    @Test
    void theUserAgentCanBeAnother() {
        check(HttpHealthCheck.builder("/").header("user-agent", "mine").build());
        assertThat(asked.get(0).headers()).containsExactly(Map.entry("user-agent", "mine"));
    }

    @Test
    void anHttpCheckJudgesWhatTheClientBrings() {
        HealthChecker checker = HttpHealthCheck.builder("/")
                .content(text -> text.equals("schön"))
                .build();
        assertThat(verdict(checker, response(200, "schön"))).isEmpty();
    }

    @Test
    void anotherStatusOrContentIsNotWell() {
        assertThat(verdict(HealthChecker.http("/"), response(503, ""))).isEqualTo("status 503 (expected: 200 to 399)");
        HealthChecker checker = HttpHealthCheck.builder("/")
                .statuses(503, 503)
                .content(String::isBlank)
                .build();
        assertThat(verdict(checker, response(503, ""))).isEmpty();
    }

    /** Even one that a test framework throws: it would be lost among the client's threads, and the check never end. */
    @Test
    void aPredicateThatThrowsAnErrorIsAFailedCheck() {
        HealthChecker checker = HttpHealthCheck.builder("/")
                .content(text -> {
                    throw new AssertionError("on purpose");
                })
                .build();
        assertThat(verdict(checker, response(200, ""))).isEqualTo("on purpose");
    }

    @Test
    void aCheckThatIsCancelledCancelsTheQuestion() {
        CompletionStage<Void> check = check(HealthChecker.http("/"));
        assertThat(check.toCompletableFuture().cancel(true)).isTrue();
        assertThat(answer).isCancelled();
    }

    @Test
    void whatTheClientFailsWithIsTheReason() {
        CompletionStage<Void> check = check(HealthChecker.grpc());
        answer.completeExceptionally(new IllegalStateException("no route"));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> check.toCompletableFuture().join())
                .withMessageContaining("no route");
    }

    @Test
    void aClientThatReturnsNothingIsNamed() {
        assertThatNullPointerException()
                .isThrownBy(() -> HealthChecker.grpc()
                        .through((endpoint, request) -> null)
                        .check(ENDPOINT))
                .withMessage("the probe client returned null");
    }

    @Test
    void aGrpcCheckAsksTheHealthService() {
        check(HealthChecker.grpc("a.B"));
        ProbeRequest request = asked.get(0);
        assertThat(request.method()).isEqualTo("POST");
        assertThat(request.path()).isEqualTo("/grpc.health.v1.Health/Check");
        assertThat(request.headers())
                .containsOnly(
                        Map.entry("content-type", "application/grpc"),
                        Map.entry("te", "trailers"),
                        Map.entry("user-agent", "gatehouse-health-check"));
        assertThat(request.content()).isEqualTo(GrpcHealthMessage.request("a.B"));
        assertThat(request.http2()).isTrue();
    }

    @Test
    void whoServesIsWell() {
        assertThat(verdict(HealthChecker.grpc(), grpc(SERVING, Map.of("grpc-status", "0"))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000, UNKNOWN (expected: SERVING)",
        "00000000020802, NOT_SERVING (expected: SERVING)",
        "00000000020803, SERVICE_UNKNOWN (expected: SERVING)",
        "00000000020809, serving status 9 (expected: SERVING)",
        "'', no message in an answer of 0 bytes"
    })
    void whoDoesNotServeIsNot(String hex, String reason) {
        assertThat(verdict(HealthChecker.grpc(), grpc(hex, Map.of("grpc-status", "0"))))
                .isEqualTo(reason);
    }

    @Test
    void aStatusInTheTrailersIsTheReason() {
        assertThat(verdict(
                        HealthChecker.grpc(),
                        grpc(SERVING, Map.of("grpc-status", "13", "grpc-message", "x".repeat(500)))))
                .isEqualTo("grpc-status 13: " + "x".repeat(200) + "…");
    }

    @Test
    void anAnswerOfTrailersOnlyHasItsStatusAmongTheHeaders() {
        ProbeResponse unknown = new ProbeResponse(
                200,
                Map.of("content-type", "application/grpc", "grpc-status", "5", "grpc-message", "unknown service"),
                ByteBuffer.allocate(0),
                true,
                Map.of());
        assertThat(verdict(HealthChecker.grpc("a.B"), unknown))
                .isEqualTo("grpc-status 5 (NOT_FOUND: no such service): unknown service");
    }

    @Test
    void anAnswerThatIsNoGrpcIsNotWell() {
        assertThat(verdict(HealthChecker.grpc(), response(404, ""))).isEqualTo("status 404 (expected: 200)");
    }

    @Test
    void anAnswerWithoutTheContentTypeIsNotWell() {
        assertThat(verdict(HealthChecker.grpc(), response(200, "ok")))
                .isEqualTo("content type none (expected: application/grpc)");
    }

    @Test
    void anAnswerWithoutAGrpcStatusIsNotWell() {
        assertThat(verdict(HealthChecker.grpc(), grpc(SERVING, Map.of()))).isEqualTo("no grpc-status");
    }

    @Test
    void anAnswerThatIsCutIsNotWell() {
        ProbeResponse cut = new ProbeResponse(
                200,
                Map.of("content-type", "application/grpc"),
                ByteBuffer.wrap(HexFormat.of().parseHex(SERVING)),
                false,
                Map.of("grpc-status", "0"));
        assertThat(verdict(HealthChecker.grpc(), cut)).isEqualTo("an answer of more than 4096 bytes");
    }

    @Test
    void aloneAGrpcCheckIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Balancer.builder("http://a:1").healthCheck(HealthChecker.grpc("a.B")))
                .withMessageContaining("healthCheck: grpc a.B (expected: in a gateway")
                .withMessageContaining("trailers");
        assertThat(HealthChecker.grpc().check(ENDPOINT)).isCompletedExceptionally();
        // With a client it is as good as any.
        Balancer.builder("http://a:1").healthCheck(HealthChecker.grpc("a.B").through(client));
    }

    @Test
    void aloneACheckOfAnotherHostIsRefused() {
        HttpHealthCheck check =
                HttpHealthCheck.builder("/").host("shop.example").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Balancer.builder("http://a:1").healthCheck(check))
                .withMessageContaining("healthCheck: host: shop.example (expected: in a gateway");
        Balancer.builder("http://a:1").healthCheck(check.through(client));
        // A client of the JDK's that the check brings would be asked in a gateway, too.
        HttpHealthCheck.Builder own =
                HttpHealthCheck.builder("/").host("shop.example").client(HttpClient.newHttpClient());
        assertThatIllegalArgumentException().isThrownBy(own::build).withMessageContaining("host: shop.example");
    }

    @Test
    void theClientIsPartOfWhatMakesChecksEqual() {
        for (HealthChecker checker : List.of(HealthChecker.http("/a"), HealthChecker.grpc("a.B"))) {
            assertThat(checker.through(client))
                    .isEqualTo(checker.through(client))
                    .hasSameHashCodeAs(checker.through(client))
                    .isNotEqualTo(checker)
                    .isNotEqualTo(checker.through((endpoint, request) -> answer));
        }
        assertThat(HealthChecker.grpc("a.B"))
                .isEqualTo(HealthChecker.grpc("a.B"))
                .hasToString("grpc a.B");
        assertThat(HealthChecker.grpc()).isNotEqualTo(HealthChecker.grpc("a.B")).hasToString("grpc");
    }

    @Test
    void checksWithConnectionsOfTheirOwnStayAsTheyAre() {
        HealthChecker own =
                HttpHealthCheck.builder("/").client(HttpClient.newHttpClient()).build();
        for (HealthChecker checker : List.of(own, HealthChecker.tcp())) {
            assertThat(checker.through(client)).isSameAs(checker);
        }
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        HttpHealthCheck.Builder builder = HttpHealthCheck.builder("/");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.method("POST"))
                .withMessage("method: POST (expected: GET, HEAD or OPTIONS)");
        for (String host : List.of("", "a b", "a/b", "a\r\nb", "user@a", "a:port")) {
            assertThatIllegalArgumentException().as(host).isThrownBy(() -> builder.host(host));
        }
        for (String host : List.of("a", "a.example:1", "[::1]:80", "127.0.0.1")) {
            builder.host(host);
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HealthChecker.grpc("ü".repeat(513)))
                .withMessage("service: 1026 bytes (expected: at most 1024)");
    }

    @Test
    void whatWasAskedAndAnsweredCannotBeChanged() {
        byte[] bytes = {1, 2};
        ProbeResponse given = new ProbeResponse(200, Map.of(), ByteBuffer.wrap(bytes), true, Map.of());
        bytes[0] = 9;
        given.content().get();
        assertThat(given.content()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2}));
        assertThat(given.content().isReadOnly()).isTrue();
    }
}
