package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The directory's changes are told by the real system; settling and the looks in between run in virtual time. */
class FileEndpointsTest {

    /** So long that no test with a change that the system tells of gets that far. */
    private static final Duration NEVER = Duration.ofDays(300);

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    @TempDir
    private Path directory;

    private final VirtualClock time = new VirtualClock();
    private final Reports reports = new Reports();
    private AutoCloseable watch = () -> {};

    @AfterEach
    void close() throws Exception {
        watch.close();
    }

    private Path file() {
        return directory.resolve("endpoints");
    }

    private void write(String text) throws IOException {
        Files.writeString(file(), text);
    }

    private void replace(String text) throws IOException {
        Path next = Files.writeString(directory.resolve("next"), text);
        Files.move(next, file(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void begin(Path path, Duration interval) {
        watch = new FileEndpoints(path, interval, time).watch(reports);
    }

    /** The next report, once what is there has settled; how many looks that takes, the system's events decide. */
    private String settled() {
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            time.advance(FileWatch.SETTLE);
            return !reports.isEmpty();
        });
        return reports.next();
    }

    @Test
    void theListIsToldBeforeTheWatchBegins() throws IOException {
        write("http://a.test\nhttp://b.test weight=2\n");
        begin(file(), NEVER);
        assertThat(reports.isEmpty()).isFalse();
        assertThat(reports.next()).isEqualTo("http://a.test http://b.test");
    }

    @Test
    void aFileThatIsWrittenInPlaceIsReadAgain() throws IOException {
        write("http://a.test");
        begin(file(), NEVER);
        reports.next();
        write("http://b.test");
        assertThat(settled()).isEqualTo("http://b.test");
    }

    @Test
    void aFileThatIsReplacedByRenamingIsReadAgain() throws IOException {
        write("http://a.test");
        begin(file(), NEVER);
        reports.next();
        replace("http://b.test");
        assertThat(settled()).isEqualTo("http://b.test");
        replace("http://c.test");
        assertThat(settled()).isEqualTo("http://c.test");
    }

    @Test
    void aLinkThatIsSetAnewIsFollowedAsInAKubernetesVolume() throws IOException {
        Files.writeString(Files.createDirectory(directory.resolve("..v1")).resolve("endpoints"), "http://a.test");
        Files.writeString(Files.createDirectory(directory.resolve("..v2")).resolve("endpoints"), "http://b.test");
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..v1"));
        Files.createSymbolicLink(file(), Path.of("..data", "endpoints"));
        begin(file(), NEVER);
        assertThat(reports.next()).isEqualTo("http://a.test");
        Path next = Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of("..v2"));
        Files.move(next, directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(settled()).isEqualTo("http://b.test");
    }

    @Test
    void aChangeThatNothingTellsOfIsSeenAtTheNextLook(@TempDir Path elsewhere) throws IOException {
        Path target = Files.writeString(elsewhere.resolve("target"), "http://a.test");
        Files.createSymbolicLink(file(), target);
        begin(file(), INTERVAL);
        reports.next();
        Files.writeString(target, "http://b.test");
        time.advance(INTERVAL.minusNanos(1));
        assertThat(time.pending()).as("the next look, and nothing that settles").isEqualTo(1);
        time.advance(Duration.ofNanos(1));
        Reports.until(() -> time.pending() == 2);
        assertThat(reports.isEmpty()).isTrue();
        time.advance(FileWatch.SETTLE);
        assertThat(reports.next()).isEqualTo("http://b.test");
    }

    @Test
    void aDirectoryThatComesLaterIsWatchedFromThenOn() throws IOException {
        Path deep = directory.resolve("later").resolve("endpoints");
        begin(deep, INTERVAL);
        assertThat(reports.next()).isEqualTo("failed: " + deep + ": there is no such file");
        Files.createDirectory(deep.getParent());
        Files.writeString(deep, "http://a.test");
        time.advance(INTERVAL);
        Reports.until(() -> time.pending() == 2);
        time.advance(FileWatch.SETTLE);
        assertThat(reports.next()).isEqualTo("http://a.test");
        Files.writeString(deep, "http://b.test");
        Reports.until(() -> time.pending() == 2);
    }

    @Test
    void aFileThatIsStillBeingWrittenIsNotBelieved() throws IOException {
        write("http://a.test");
        begin(file(), NEVER);
        reports.next();
        replace("");
        Reports.until(() -> time.pending() == 2);
        time.advance(FileWatch.SETTLE.minusNanos(1));
        replace("http://a.test\nhttp://b.test");
        assertThat(settled()).isEqualTo("http://a.test http://b.test");
    }

    @Test
    void aBrokenFileKeepsTheLastListAndEveryBadLineIsTold() throws IOException {
        write("http://a.test");
        try (Balancer balancer = Balancer.builder(new FileEndpoints(file(), NEVER, time))
                .time(time)
                .build()) {
            assertThat(balancer.nodes()).hasSize(1);
            begin(file(), NEVER);
            reports.next();
            replace("http://a.test\nnonsense\nhttp://c.test weight=-1\n");
            assertThat(settled())
                    .startsWith("failed: " + file() + ": line 2: endpoint: nonsense")
                    .contains("; line 3: weight: -1");
            assertThat(balancer.nodes()).hasSize(1);
        }
    }

    @Test
    void aFileThatIsGoneOrBlankKeepsTheLastListAndCommentsEmptyIt() throws IOException {
        write("http://a.test");
        begin(file(), NEVER);
        reports.next();
        Files.delete(file());
        assertThat(settled()).startsWith("failed").contains("there is no such file");
        replace(" \n");
        assertThat(settled()).startsWith("failed").contains("it is empty");
        replace("# none, on purpose");
        assertThat(settled()).isEmpty();
    }

    @Test
    void whatIsNoTextIsTold() throws IOException {
        Files.write(file(), new byte[] {'h', (byte) 0xFF, 't'});
        begin(file(), NEVER);
        assertThat(reports.next()).contains("it is not in UTF-8");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstLine() throws IOException {
        write("\uFEFFhttp://a.test");
        begin(file(), NEVER);
        assertThat(reports.next()).isEqualTo("http://a.test");
    }

    @Test
    void theSameFailureIsToldOnce() {
        begin(file(), INTERVAL);
        reports.next();
        for (int i = 0; i < 3; i++) {
            time.advance(INTERVAL);
        }
        assertThat(reports.isEmpty()).isTrue();
    }

    @Test
    void nothingIsLeftAfterTheEnd() throws Exception {
        write("http://a.test");
        begin(file(), INTERVAL);
        reports.next();
        watch.close();
        watch.close();
        assertThat(time.pending()).isZero();
        Reports.until(() -> Thread.getAllStackTraces().values().stream()
                .flatMap(java.util.Arrays::stream)
                .noneMatch(frame -> frame.getMethodName().equals("follow")));
    }

    @Test
    void theSamePathIsTheSameSource() {
        assertThat(EndpointSource.file(Path.of("endpoints")))
                .isEqualTo(EndpointSource.file(Path.of("endpoints").toAbsolutePath()))
                .hasToString("file " + Path.of("endpoints").toAbsolutePath());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EndpointSource.file(Path.of("/")))
                .withMessage("path: / (expected: a file)");
    }
}
