package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Attempt;
import dev.gatehouse.Completion;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.Gen;
import dev.gatehouse.testkit.Property;
import dev.gatehouse.testkit.PushedBody;
import dev.gatehouse.testkit.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A file and a sink get the same lines, and those are what a plain formatter makes of the same exchanges. */
final class AccessFormatPropertyTest {

    private static final long LAST_SECOND =
            Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void everyWayWritesTheSameLinesForRandomExchanges(Format format) {
        Property.check(30, gen -> {
            Set<String> parameters = gen.chance(0.5) ? Set.of() : Set.of("page", "size");
            List<String> headers = format == Format.JSON
                    ? gen.someOf(List.of("User-Agent", "Referer", "X-A", "Cookie", "x_session"))
                    : List.of();
            List<AccessRecord> records = gen.list(1, 20, () -> exchange(gen));
            PlainLines plain = new PlainLines(format, parameters, headers);
            List<String> expected = records.stream().map(plain::line).toList();

            AccessFormat form = new AccessFormat(format, parameters, headers);
            LineBuffer lines = new LineBuffer(1);
            records.forEach(of -> {
                LineBuffer line = new LineBuffer(1);
                form.append(line, of);
                lines.append(line).append('\n');
            });
            Losses losses = new Losses("test");
            List<String> toSink = new ArrayList<>();
            new TextLines(toSink::add, losses).write(lines);
            Path path = Files.createTempFile(folder, "access", ".log");
            LogFile file = LogFile.at(path);
            file.write(lines);
            file.close();

            assertThat(toSink).containsExactlyElementsOf(expected);
            assertThat(Files.readString(path, StandardCharsets.US_ASCII)).isEqualTo(String.join("\n", expected) + "\n");
            assertThat(losses.count()).isZero();
        });
    }

    private static AccessRecord exchange(Gen gen) {
        Headers.Builder headers = Headers.builder();
        for (String name : gen.someOf(List.of("User-Agent", "referer", "X-A", "Cookie", "X_Session", "Accept"))) {
            headers.addParsed(name, text(gen));
        }
        String path = gen.oneOf("/", "http://", "*", "http://me:secret@") + text(gen);
        String target = gen.chance(0.5) ? path : path + gen.oneOf("?page=2&size=3&token=1", "?", "?" + text(gen));
        return new AccessRecord(
                Instant.ofEpochSecond(gen.between(0, LAST_SECOND), gen.between(0, 999_999_999)),
                gen.oneOf(null, "192.0.2.7", "2001:db8::7"),
                gen.oneOf("GET", "QUERY", text(gen)),
                target,
                gen.oneOf("HTTP/1.0", "HTTP/1.1", "HTTP/2.0"),
                headers.build(),
                gen.oneOf("/orders/{id}", "(none)", text(gen)),
                gen.list(0, 2, () -> new Attempt("10.0.0." + gen.between(1, 9) + ":80", 200, null, Duration.ZERO)),
                completion(gen));
    }

    /** Mostly what is ordinary; else any characters, and now and then more than a field shows. */
    private static String text(Gen gen) {
        return switch (gen.between(0, 4)) {
            case 0 -> gen.text("\"\\\r\n\t\0 \u007f\u0080\u00e9\u010a\u2028\ud83d\ude00", 0, 12);
            case 1 -> {
                StringBuilder any = new StringBuilder();
                gen.list(0, 30, () -> any.append((char) gen.between(0, 0xffff)));
                yield any.toString();
            }
            case 2 -> gen.text("a\"\u20ac", LogText.LONGEST - 2, LogText.LONGEST + 2);
            default -> gen.text("abcdefghij/-_.0123456789", 0, 40);
        };
    }

    /** How a real exchange ended. */
    private static Completion completion(Gen gen) {
        VirtualTime time = new VirtualTime();
        PhaseFilter none = PhaseFilter.named("none", (request, exchange) -> Verdict.proceed(request));
        FilterProbe probe = FilterProbe.of(none).time(time);
        Request request = Request.get("/").build();
        if (gen.chance(0.2)) {
            GatewayException failure = new GatewayException(gen.oneOf(Kind.values()), "why");
            return probe.failing(failure).send(request).completion();
        }
        PushedBody content = new PushedBody().give("x".repeat(gen.between(0, 2000)));
        Response response = Response.of(gen.between(200, 599)).withBody(content.body());
        FilterProbe.Result result = probe.answering(response).send(request);
        time.advance(Duration.ofNanos(gen.between(0, 1L << gen.between(1, 42))));
        if (gen.chance(0.2)) {
            AtomicReference<Completion> end = new AtomicReference<>();
            result.exchange().onComplete(end::set);
            result.response().body().cancel(new IllegalStateException("the client is gone"));
            return end.get();
        }
        content.end();
        return result.completion();
    }
}
