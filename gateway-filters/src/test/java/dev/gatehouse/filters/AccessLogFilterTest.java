package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.Gateway;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.PushedBody;
import dev.gatehouse.testkit.VirtualTime;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class AccessLogFilterTest {

    static {
        // Before anything asks for the logger: slf4j-simple looks once.
        System.setProperty("org.slf4j.simpleLogger.log." + AccessLogFilter.LOGGER, "info");
    }

    private final VirtualTime time = new VirtualTime(Instant.parse("2024-03-05T06:07:08.250Z"));
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    private AccessLogFilter.Builder log(Format format) {
        return AccessLogFilter.builder(format).time(time).sink(lines::add);
    }

    private FilterProbe probe(AccessLogFilter log) {
        return FilterProbe.of(log).time(time).client("192.0.2.7");
    }

    /** The one line that one exchange leaves. */
    private String line(AccessLogFilter log, Response response, Request request) {
        probe(log).answering(response).send(request).completion();
        return written(log);
    }

    private String written(AccessLogFilter log) {
        log.close();
        assertThat(lines).hasSize(1);
        return lines.get(0);
    }

    @Test
    void commonIsTheFormatOfTheFirstServers() {
        assertThat(line(
                        log(Format.COMMON).build(),
                        Response.text(201, "12345"),
                        Request.get("/orders/7?token=1").build()))
                .isEqualTo("192.0.2.7 - - [05/Mar/2024:06:07:08 +0000] \"GET /orders/7 HTTP/1.1\" 201 5");
    }

    @Test
    void aLineThatCannotBeMadeIsCounted() {
        AccessLogFilter log = AccessLogFilter.builder(Format.COMMON)
                // Nothing can have begun before this.
                .time(new VirtualTime(Instant.MIN))
                .sink(lines::add)
                .build();
        PushedBody content = new PushedBody();
        FilterProbe.Result result = probe(log)
                .answering(Response.of(200).withBody(content.body()))
                .send(Request.get("/").build());
        time.advance(Duration.ofSeconds(1));
        content.end();
        result.completion();
        log.close();

        assertThat(lines).isEmpty();
        assertThat(log.dropped()).isEqualTo(1);
    }

    @Test
    void noContentIsADash() {
        assertThat(line(
                        log(Format.COMMON).build(),
                        Response.of(204),
                        Request.get("/").build()))
                .endsWith("\"GET / HTTP/1.1\" 204 -");
    }

    @Test
    void combinedAddsWhereFromAndWithWhat() {
        Request request = Request.get("/")
                .header("Referer", "https://example.org/page?session=secret")
                .header("User-Agent", "curl/8 \"quoted\"")
                .build();

        assertThat(line(log(Format.COMBINED).build(), Response.of(200), request))
                .endsWith("200 - \"https://example.org/page\" \"curl/8 \\\"quoted\\\"\"");
    }

    @Test
    void combinedHasADashForWhatIsMissing() {
        assertThat(line(
                        log(Format.COMBINED).build(),
                        Response.of(200),
                        Request.get("/").build()))
                .endsWith("200 - \"-\" \"-\"");
    }

    @Test
    void jsonTellsAllThereIs() {
        AccessLogFilter log = log(Format.JSON)
                .headers("User-Agent", "Authorization", "X-Absent")
                .queryParameters("page")
                .build();
        Request request = Request.builder("POST", "/orders?page=2&access_token=t0ken")
                .header("User-Agent", "curl/8")
                .header("Authorization", "Bearer t0ken")
                .build();

        assertThat(line(log, Response.text(200, "12345"), request))
                .isEqualTo("{\"time\":\"2024-03-05T06:07:08.250Z\",\"client\":\"192.0.2.7\",\"method\":\"POST\","
                        + "\"target\":\"/orders?page=2&***\",\"protocol\":\"HTTP/1.1\",\"status\":200,\"bytes\":5,"
                        + "\"micros\":0,\"route\":\"probe\","
                        + "\"headers\":{\"user-agent\":\"curl/8\",\"authorization\":\"***\"}}");
    }

    @Test
    void anErrorIsNamed() {
        AccessLogFilter log = log(Format.JSON).build();
        probe(log)
                .failing(new GatewayException(Kind.UPSTREAM_TIMEOUT, "10.0.0.1 is slow"))
                .send(Request.get("/").build())
                .completion();

        assertThat(written(log))
                .contains("\"status\":504", "\"error\":\"upstream-timeout\"")
                .doesNotContain("10.0.0.1", "aborted");
    }

    @Test
    void theLineIsWrittenWhenTheLastByteIsAndTellsWhenTheRequestCame() {
        AccessLogFilter log = log(Format.JSON).build();
        PushedBody content = new PushedBody();
        FilterProbe.Result result = probe(log)
                .answering(Response.of(200).withBody(content.body()))
                .send(Request.get("/").build());
        time.advance(Duration.ofMillis(1500));
        assertThat(lines).isEmpty();
        content.give("123").end();
        result.completion();

        assertThat(written(log)).contains("\"time\":\"2024-03-05T06:07:08.250Z\"", "\"bytes\":3", "\"micros\":1500000");
    }

    @Test
    void aResponseThatBreaksOffIsMarked() {
        AccessLogFilter log = log(Format.JSON).build();
        PushedBody content = new PushedBody().give("123");
        FilterProbe.Result result = probe(log)
                .answering(Response.of(200).withBody(content.body()))
                .send(Request.get("/").build());
        result.response().body().cancel(new IllegalStateException("the client is gone"));

        assertThat(written(log)).contains("\"status\":200", "\"aborted\":true");
    }

    @Test
    void noClientCanForgeALine() {
        AccessLogFilter log = log(Format.COMBINED).build();
        Request request = Request.get("/")
                .headers(Headers.of("User-Agent", "x\t\"\u00e9", "Referer", "http://a\" 200 1"))
                .build();

        assertThat(line(log, Response.of(200), request)).endsWith("\"http://a\\\" 200 1\" \"x\\x09\\\"\\xe9\"");
    }

    @Test
    void aRequestThatIsRefusedAsMalformedReachesTheListenerOnly() {
        AccessLogFilter log = log(Format.COMMON).build();
        try (Gateway gateway = Gateway.builder()
                .time(time)
                .listener(log.asListener())
                .route("/**", route -> route.respond(Response.of(200)))
                .build()) {
            RequestTarget target = RequestTarget.parse("/a\r\nb\"?x");
            gateway.handle(Request.builder("GET", target).build())
                    .toCompletableFuture()
                    .join()
                    .body()
                    .cancel(new IllegalStateException("not read"));
        }

        assertThat(written(log)).startsWith("- - - [").contains("\"GET /a\\x0d\\x0ab\\\" HTTP/1.1\" 400");
    }

    @Test
    void aSlowDiskSlowsNoRequestDown() throws InterruptedException {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch disk = new CountDownLatch(1);
        AccessLogFilter log = AccessLogFilter.builder(Format.COMMON)
                .queue(2)
                .sink(line -> {
                    writing.countDown();
                    awaitQuietly(disk);
                    lines.add(line);
                })
                .build();
        FilterProbe probe = probe(log);
        probe.send(Request.get("/first").build()).completion();
        assertThat(writing.await(10, TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 10; i++) {
            assertThat(probe.send(Request.get("/" + i).build()).completion().status())
                    .isEqualTo(200);
        }

        assertThat(log.dropped()).isEqualTo(8);
        disk.countDown();
        log.close();
        assertThat(lines).hasSize(3);
    }

    @Test
    void linesGoToTheLoggerOfSlf4j() {
        PrintStream before = System.err;
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
        try {
            AccessLogFilter log = AccessLogFilter.of(Format.COMMON);
            probe(log).send(Request.get("/to-slf4j").build()).completion();
            log.close();
        } finally {
            System.setErr(before);
        }

        assertThat(written.toString(StandardCharsets.UTF_8)).contains("\"GET /to-slf4j HTTP/1.1\" 200 -");
    }

    @Test
    void whatIsWrongIsReportedAtOnce() {
        AccessLogFilter.Builder builder =
                AccessLogFilter.builder(Format.COMBINED).headers("X A", "User-Agent");

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("access log: 2 problems:")
                .withMessageContaining("not a field name")
                .withMessageContaining("no place for them in COMBINED");
        assertThatIllegalArgumentException().isThrownBy(() -> builder.queue(0));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
