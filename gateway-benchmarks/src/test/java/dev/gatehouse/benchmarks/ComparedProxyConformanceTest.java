package dev.gatehouse.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.CaseVerdict;
import dev.gatehouse.testkit.MalformedRequests;
import dev.gatehouse.testkit.MalformedRequests.Case;
import dev.gatehouse.testkit.MalformedRequestsRun;
import dev.gatehouse.testkit.RecordingUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No speed is bought with a missing check: the process that is measured gets every malformed request. */
final class ComparedProxyConformanceTest {

    @ParameterizedTest
    @ValueSource(strings = {"bare", "full"})
    void itsVerdictsAreThoseOfTheTableAndNothingAmbiguousReachesTheUpstream(String form, @TempDir Path folder)
            throws Exception {
        try (RecordingUpstream upstream = RecordingUpstream.ignoring("/1k"::equals);
                ProxyProcess proxy = ProxyProcess.start(form, folder, upstream.endpoint())) {
            Map<Case, CaseVerdict> verdicts = MalformedRequestsRun.against(proxy.address(), upstream);

            assertThat(MalformedRequestsRun.problems(verdicts)).isEmpty();
            Map<String, String> words = new LinkedHashMap<>();
            verdicts.forEach((sent, verdict) -> words.put(sent.name(), verdict.words()));
            assertThat(words).isEqualTo(columnOfGatewayServer());
            assertThat(proxy.isAlive()).isTrue();
        }
    }

    /** Of the table that {@code MalformedRequestsTest} keeps. */
    private static Map<String, String> columnOfGatewayServer() throws IOException {
        List<String> rows = Files.readAllLines(page()).stream()
                .dropWhile(line -> !line.startsWith("| | GatewayServer |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        List<Case> cases = MalformedRequests.all();
        assertThat(rows).hasSameSizeAs(cases);
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            words.put(cases.get(i).name(), rows.get(i).split(" \\| ", 3)[1]);
        }
        return words;
    }

    /** The documentation is found from the module as well as from the project. */
    private static Path page() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docs/malformed-requests.md"))) {
            here = here.getParent();
        }
        return here.resolve("docs/malformed-requests.md");
    }
}
