package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.Request;
import dev.gatehouse.testkit.FilterProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An access log that writes to a file, on a real disk. */
final class AccessLogFileTest {

    /** A device of Linux: it can be opened, and every write says that the disk is full. */
    private static final Path FULL = Path.of("/dev/full");

    @TempDir
    Path folder;

    private AccessLogFilter log(Path file) {
        return AccessLogFilter.builder(Format.COMMON)
                .file(file)
                .collect(Duration.ZERO)
                .build();
    }

    private static void request(AccessLogFilter log, String path) {
        assertThat(FilterProbe.of(log)
                        .send(Request.get(path).build())
                        .completion()
                        .status())
                .isEqualTo(200);
    }

    /** The paths of the lines, and other lines as they are. */
    private static List<String> paths(Path file) throws IOException {
        return Files.readAllLines(file).stream()
                .map(line -> line.contains("\"GET ") ? line.split(" ", -1)[6] : line)
                .toList();
    }

    private static void untilWritten(Path file, int lines) {
        await().until(() -> Files.readAllLines(file).size() == lines);
    }

    @Test
    void linesAreAppendedToWhatIsThere() throws IOException {
        Path file = Files.writeString(folder.resolve("access.log"), "before\n");
        AccessLogFilter log = log(file);
        request(log, "/1");
        request(log, "/2");
        log.close();

        assertThat(paths(file)).containsExactly("before", "/1", "/2");
        assertThat(Files.readString(file)).endsWith("\"GET /2 HTTP/1.1\" 200 -\n");
        assertThat(log.dropped()).isZero();
    }

    @Test
    void theFileIsMadeWhenTheLogIs() {
        Path file = folder.resolve("access.log");
        AccessLogFilter log = log(file);

        assertThat(file).isEmptyFile();
        log.close();
    }

    @Test
    void linesComeWithoutClosing() {
        Path file = folder.resolve("access.log");
        AccessLogFilter log = AccessLogFilter.builder(Format.COMMON).file(file).build();
        request(log, "/1");

        untilWritten(file, 1);
        log.close();
    }

    @Test
    void closingWritesWhatIsCollected() throws IOException {
        Path file = folder.resolve("access.log");
        AccessLogFilter log = AccessLogFilter.builder(Format.JSON)
                .file(file)
                .collect(Duration.ofHours(1))
                .build();
        request(log, "/1");
        request(log, "/2");
        assertThat(file).isEmptyFile();
        log.close();
        request(log, "/late");

        assertThat(Files.readAllLines(file)).hasSize(2).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
        assertThat(log.dropped()).isEqualTo(1);
    }

    @Test
    void afterReopeningLinesGoToTheNewFile() throws IOException {
        Path file = folder.resolve("access.log");
        Path rotated = folder.resolve("access.log.1");
        AccessLogFilter log = log(file);
        request(log, "/1");
        untilWritten(file, 1);
        Files.move(file, rotated);
        request(log, "/2");
        untilWritten(rotated, 2);
        log.reopen();
        request(log, "/3");
        log.close();

        assertThat(paths(rotated)).containsExactly("/1", "/2");
        assertThat(paths(file)).containsExactly("/3");
        assertThat(log.dropped()).isZero();
    }

    @Test
    void rotatingUnderLoadLosesNothing() throws Exception {
        Path file = folder.resolve("access.log");
        AccessLogFilter log = AccessLogFilter.builder(Format.COMMON)
                .file(file)
                .collect(Duration.ofMillis(1))
                .build();
        int requests = 300;
        Thread load = new Thread(() -> IntStream.range(0, requests).forEach(i -> request(log, "/" + i)));
        load.start();
        List<Path> files = new ArrayList<>();
        while (load.isAlive()) {
            Path rotated = folder.resolve("access.log." + files.size());
            Files.move(file, rotated, StandardCopyOption.ATOMIC_MOVE);
            files.add(rotated);
            log.reopen();
            load.join(2);
        }
        log.close();
        files.add(file);
        List<String> lines = new ArrayList<>();
        for (Path each : files) {
            lines.addAll(paths(each));
        }

        assertThat(lines)
                .containsExactlyElementsOf(
                        IntStream.range(0, requests).mapToObj(i -> "/" + i).toList());
        assertThat(log.dropped()).isZero();
    }

    @Test
    void ifReopeningFailsTheLogGoesOnInTheOldFile() throws IOException {
        Path file = folder.resolve("access.log");
        Path rotated = folder.resolve("access.log.1");
        AccessLogFilter log = log(file);
        Files.move(file, rotated);
        Files.createDirectory(file);

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(log::reopen)
                .withMessageStartingWith("access log: cannot append to " + file);
        request(log, "/1");
        log.close();
        assertThat(paths(rotated)).containsExactly("/1");
    }

    @Test
    void afterClosingNothingIsReopened() throws IOException {
        Path file = folder.resolve("access.log");
        AccessLogFilter log = log(file);
        log.close();
        Files.delete(file);
        log.reopen();

        assertThat(file).doesNotExist();
    }

    @Test
    void thereMustBeAFileToReopen() {
        AccessLogFilter log =
                AccessLogFilter.builder(Format.COMMON).sink(line -> {}).build();

        assertThatIllegalStateException().isThrownBy(log::reopen).withMessageContaining("no file to reopen");
    }

    @Test
    void aFileThatCannotBeOpenedFailsTheBuild() {
        Path nowhere = folder.resolve("missing").resolve("access.log");

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> log(nowhere))
                .withMessageStartingWith("access log: cannot append to " + nowhere)
                .withMessageContaining("NoSuchFileException");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> log(folder))
                .withMessageStartingWith("access log: cannot append to " + folder);
    }

    @Test
    void otherProblemsAreReportedBeforeAFileIsMade() {
        Path file = folder.resolve("access.log");
        AccessLogFilter.Builder builder = AccessLogFilter.builder(Format.COMMON)
                .file(file)
                .sink(line -> {})
                .headers("User-Agent");

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("file, sink: lines go to one of them")
                .withMessageContaining("no place for them in COMMON");
        assertThat(file).doesNotExist();
    }

    @Test
    void aDiskThatFillsUpCostsLinesNotRequests() throws IOException {
        assumeThat(FULL).exists();
        Path disk = Files.createSymbolicLink(folder.resolve("access.log"), FULL);
        AccessLogFilter log = log(disk);
        for (int i = 1; i <= 3; i++) {
            request(log, "/lost");
            int lost = i;
            await().until(() -> log.dropped() == lost);
        }
        Files.delete(disk);
        log.reopen();
        request(log, "/1");
        request(log, "/2");
        log.close();

        assertThat(paths(disk)).containsExactly("", "/1", "/2");
        assertThat(log.dropped()).isEqualTo(3);
    }

    @Test
    void noLineIsJoinedToOneThatWasTorn() throws IOException {
        assumeThat(FULL).exists();
        Path half = Files.writeString(folder.resolve("half.log"), "192.0.2.7 - - [05/Mar");
        Path disk = Files.createSymbolicLink(folder.resolve("access.log"), FULL);
        AccessLogFilter log = log(disk);
        request(log, "/lost");
        await().until(() -> log.dropped() == 1);
        Files.delete(disk);
        Files.createSymbolicLink(disk, half);
        log.reopen();
        request(log, "/1");
        log.close();

        assertThat(paths(half)).containsExactly("192.0.2.7 - - [05/Mar", "/1");
    }

    @Test
    void theTimeToCollectIsBounded() {
        AccessLogFilter.Builder builder = AccessLogFilter.builder(Format.COMMON);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.collect(Duration.ofMillis(-1)))
                .withMessage("collect: PT-0.001S (expected: PT0S to PT1H)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.collect(Duration.ofHours(1).plusNanos(1)));
    }
}
