package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
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

/** A file behind a writer of lines. */
final class LogFileTest {

    private static final Duration LONG = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final Losses losses = new Losses("log-file-test");
    private final Completion completion = FilterProbe.of(
                    PhaseFilter.named("none", (request, exchange) -> Verdict.proceed(request)))
            .time(new VirtualTime())
            .send(Request.get("/").build())
            .completion();
    private final AccessFormat format = new AccessFormat(Format.COMMON, Set.of(), List.of());
    private Path path;

    @BeforeEach
    void choose() {
        path = folder.resolve("access.log");
    }

    private LineWriter writer(Path to, int capacity) {
        return new LineWriter("log-file-test", capacity, Duration.ofMillis(1), LogFile.at(to), losses);
    }

    private LineBuffer get(String target) {
        LineBuffer line = new LineBuffer(64);
        format.append(line, record(target));
        return line;
    }

    private AccessRecord record(String target) {
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
    void allLinesThatADiskHasNoRoomForAreCounted() {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        LineWriter nowhere = writer(full, 1000);
        IntStream.range(0, 8).forEach(i -> nowhere.add(get("/" + i)));
        nowhere.close(LONG);

        assertThat(losses.count()).isEqualTo(8);
    }

    @Test
    void closingUnderLoadLeavesWholeLinesInOrder() throws Exception {
        LineWriter writer = writer(path, 256);
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
