package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an HTTP check makes of the content of an answer, over real sockets. */
class HealthContentTest {

    private static final int SEEN_BYTES = 64 * 1024;

    private final Queue<String> seen = new ConcurrentLinkedQueue<>();
    private final Set<InetSocketAddress> connections = ConcurrentHashMap.newKeySet();
    private HttpServer server;
    private volatile String content = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            connections.add(exchange.getRemoteAddress());
            byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
            try (exchange) {
                exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private HealthChecker checker(Predicate<String> expected) {
        return HttpHealthCheck.builder("/health")
                .content(text -> {
                    seen.add(text);
                    return expected.test(text);
                })
                .build();
    }

    private void check(HealthChecker checker) throws Exception {
        checker.check(Endpoint.of("http://127.0.0.1:" + server.getAddress().getPort()))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void wellIsWhoSaysWhatIsExpected() throws Exception {
        content = "{\"status\":\"schön\"}";
        check(checker(text -> text.contains("schön")));
        assertThat(seen).containsExactly(content);
    }

    @Test
    void whoSaysSomethingElseIsNot() {
        content = "{\"status\":\"down\"}";
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> check(checker(text -> text.contains("up"))))
                .withMessageContaining("the content is not as expected");
    }

    @Test
    void noContentIsAnEmptyText() throws Exception {
        check(checker(String::isEmpty));
        assertThat(seen).containsExactly("");
    }

    @Test
    void aPredicateThatThrowsIsAFailedCheck() {
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> check(checker(text -> {
                    throw new IllegalStateException("not a number: " + text);
                })))
                .withMessageContaining("not a number");
    }

    @Test
    void onlyTheFirst64KibibytesAreKept() throws Exception {
        // The same checker, since its client goes when nobody has it any more.
        HealthChecker checker = checker(text -> true);
        content = "a".repeat(SEEN_BYTES - 1) + "b";
        check(checker);
        String longer = content + "c".repeat(3 * SEEN_BYTES);
        content = longer;
        check(checker);
        assertThat(seen).hasSize(2).allMatch(text -> text.length() == SEEN_BYTES && text.endsWith("ab"));
        // What is not kept is read all the same, or each check would need a connection of its own.
        assertThat(connections).hasSize(1);
    }
}
