package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.fleet.Scenario;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetComparisonTest {

    private static final String SMALL = """
        name: Small & <quick>
        seed: 7
        duration: 10s
        clients: 2
        arrivals: 100/s
        servers good: count=2 service=exponential(10ms) concurrency=2
        servers slow: count=1 service=exponential(50ms) concurrency=2
        """;

    @TempDir
    private Path folder;

    @Test
    void itPrintsATableAndWritesAPageThatNeedsNothingElse() throws Exception {
        Path scenario = Files.writeString(folder.resolve("small.scenario"), SMALL);
        Path page = folder.resolve("page.html");
        try (Program program =
                Program.start(FleetComparison.class, scenario.toString(), page.toString(), "roundRobin", "peakEwma")) {
            assertThat(program.line()).startsWith("| strategy | p50 ms |");
            assertThat(program.line()).startsWith("|---");
            assertThat(program.line()).startsWith("| roundRobin | ");
            assertThat(program.line()).startsWith("| peakEwma | ");
            assertThat(program.line()).startsWith("plots: file://").endsWith("/page.html");
            assertThat(program.exitCode()).isZero();
        }
        assertThat(Files.readString(page))
                .contains(
                        "<h1>Small &amp; &lt;quick&gt;</h1>",
                        "Seed 7",
                        "servers slow: count=1 service=exponential(50ms)")
                .contains("var uPlot=", "Permission is hereby granted")
                .contains("{name: \"roundRobin\"", "{name: \"peakEwma\"", "groups: [\"good\",\n\"slow\"]")
                .doesNotContainPattern("\\$\\{(title|scenario|table|data|css|js)}")
                .doesNotContain("src=", "href=", "@import", "url(", "fetch(", "NaN", "Infinity]");
    }

    @Test
    void theSameSeedGivesTheSamePage() {
        Scenario scenario = Scenario.parse(SMALL);
        assertThat(FleetPage.of(FleetComparison.compare(scenario, List.of("leastRequest"))))
                .isEqualTo(FleetPage.of(FleetComparison.compare(scenario, List.of("leastRequest"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "antagonist",
                "fail-fast",
                "fail-fast-ejected",
                "heterogeneous",
                "homogeneous",
                "hot-keys",
                "many-clients",
                "one-slow-server"
            })
    void ourScenariosCanBePlayed(String name) throws Exception {
        Scenario scenario = FleetComparison.scenario(name);
        assertThat(scenario.load()).isBetween(0.3, 0.95);
        assertThat(FleetComparison.USAGE).contains(name);
    }

    @Test
    void itSaysWhatIsWrongWithAScenarioOrAStrategy() throws Exception {
        Path wrong = Files.writeString(folder.resolve("wrong.scenario"), "name: wrong\nservres: 3\n");
        try (Program program = Program.start(FleetComparison.class, wrong.toString(), "page.html")) {
            assertThat(program.exitCode()).isEqualTo(2);
            assertThat(program.complaints()).first().asString().startsWith("line 2: servres is unknown (known: ");
        }
        try (Program program = Program.start(FleetComparison.class, "homogeneous", "page.html", "best")) {
            assertThat(program.exitCode()).isEqualTo(2);
            assertThat(program.complaints())
                    .anyMatch(line -> line.startsWith("strategy: best (known: roundRobin, "))
                    .anyMatch(line -> line.startsWith("usage: java -jar fleet-comparison.jar SCENARIO PAGE.html"))
                    .noneMatch(line -> line.startsWith("\tat "));
        }
    }
}
