package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gatehouse.Completion;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.VirtualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileLinesTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Losses losses = new Losses("file-lines-test");
    private final Completion completion = FilterProbe.of(
                    PhaseFilter.named("none", (request, exchange) -> Verdict.proceed(request)))
            .time(new VirtualTime())
            .send(Request.get("/").build())
            .completion();
    private Path path;
    private FileLines lines;

    @BeforeEach
    void open() {
        path = folder.resolve("access.log");
        lines = lines(path);
    }

    private FileLines lines(Path to) {
        AccessFormat format = new AccessFormat(Format.COMMON, Set.of(), List.of());
        return new FileLines(format, LogFile.at(to), losses);
    }

    private AccessRecord get(String target) {
        return new AccessRecord(
                Instant.EPOCH,
                "192.0.2.7",
                "GET",
                target,
                "HTTP/1.1",
                Headers.empty(),
                "(none)",
                List.of(),
                completion);
    }

    private List<String> targets() throws IOException {
        return Files.readAllLines(path).stream()
                .map(line -> {
                    assertThat(line).startsWith("192.0.2.7 - - [01/Jan/1970:").endsWith(" HTTP/1.1\" 200 -");
                    return line.split(" ", -1)[6];
                })
                .toList();
    }

    @Test
    void linesAreKeptUntilTheyAreFlushed() throws IOException {
        IntStream.range(0, 100).forEach(i -> lines.write(get("/" + i)));
        assertThat(path).isEmptyFile();
        lines.flush();

        assertThat(targets()).hasSize(100);
        lines.close();
    }

    @Test
    void aFullBufferIsWrittenAtOnceAndNoLineIsCutByIt() throws IOException {
        IntStream.range(0, 1000).forEach(i -> lines.write(get("/" + i)));

        List<String> written = targets();
        assertThat(written).hasSizeBetween(500, 999);
        lines.flush();
        assertThat(targets())
                .containsExactlyElementsOf(
                        IntStream.range(0, 1000).mapToObj(i -> "/" + i).toList());
        lines.close();
    }

    @Test
    void aLineThatCannotBeFormattedLeavesNothing() throws IOException {
        lines.write(get("/1"));
        assertThatNullPointerException().isThrownBy(() -> lines.write(get(null)));
        lines.write(get("/2"));
        assertThatNullPointerException().isThrownBy(() -> lines.write(get(null)));
        lines.flush();
        lines.close();

        assertThat(targets()).containsExactly("/1", "/2");
    }

    @Test
    void allLinesOfAWriteThatFailsAreCounted() {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        FileLines nowhere = lines(full);
        IntStream.range(0, 7).forEach(i -> nowhere.write(get("/" + i)));
        nowhere.flush();
        nowhere.flush();
        nowhere.write(get("/7"));
        nowhere.flush();
        nowhere.close();

        assertThat(losses.count()).isEqualTo(8);
    }

    @Test
    void closingUnderLoadLeavesWholeLinesInOrder() throws Exception {
        LineWriter<AccessRecord> writer = new LineWriter<>("file-lines-test", 256, Duration.ofMillis(1), lines, losses);
        int each = 20_000;
        List<Thread> threads = IntStream.range(0, 4)
                .mapToObj(t -> new Thread(() ->
                        IntStream.range(0, each).forEach(i -> writer.add(get("/" + t + "/" + (100_000 + i))))))
                .toList();
        threads.forEach(Thread::start);
        threads.get(0).join();
        writer.close(LONG);
        for (Thread thread : threads) {
            thread.join();
        }
        List<String> written = targets();

        assertThat(written.size() + losses.count()).isEqualTo((long) threads.size() * each);
        assertThat(written).isNotEmpty();
        for (int t = 0; t < threads.size(); t++) {
            String mine = "/" + t + "/";
            assertThat(written.stream().filter(target -> target.startsWith(mine)))
                    .doesNotHaveDuplicates()
                    .isSorted();
        }
    }
}
