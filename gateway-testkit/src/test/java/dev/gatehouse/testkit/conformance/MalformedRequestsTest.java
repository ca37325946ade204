package dev.gatehouse.testkit.conformance;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.testkit.CaseVerdict;
import dev.gatehouse.testkit.MalformedRequests;
import dev.gatehouse.testkit.MalformedRequests.Case;
import dev.gatehouse.testkit.MalformedRequestsRun;
import dev.gatehouse.testkit.RecordingUpstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every case on every server that parses before us. Keeps the table in the documentation: with
 * {@code -Dgatehouse.write.tables=true} it is written instead of compared.
 */
final class MalformedRequestsTest {

    private static final String BEGIN = "<!-- begin: kept by MalformedRequestsTest -->\n";
    private static final String END = "<!-- end -->";

    private static final Map<ParsingHost, Map<Case, CaseVerdict>> VERDICTS = new EnumMap<>(ParsingHost.class);

    @BeforeAll
    static void runEverything() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ParsingHost.values().length);
        try {
            Map<ParsingHost, Future<Map<Case, CaseVerdict>>> runs = new EnumMap<>(ParsingHost.class);
            for (ParsingHost host : ParsingHost.values()) {
                runs.put(host, threads.submit(() -> run(host)));
            }
            for (Map.Entry<ParsingHost, Future<Map<Case, CaseVerdict>>> run : runs.entrySet()) {
                VERDICTS.put(run.getKey(), run.getValue().get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static Map<Case, CaseVerdict> run(ParsingHost host) throws Exception {
        try (RecordingUpstream recorder = RecordingUpstream.start();
                Gateway gateway = Gateway.builder()
                        .upstream("up", up -> up.endpoints(recorder.endpoint()))
                        .route("/**", route -> route.to("up"))
                        .build();
                ParsingHost.Running running = host.start(gateway)) {
            Map<Case, CaseVerdict> verdicts = MalformedRequestsRun.against(address(running.port()), recorder);
            gateway.close(Duration.ZERO);
            return verdicts;
        }
    }

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @ParameterizedTest
    @EnumSource
    void nothingAmbiguousReachesTheUpstream(ParsingHost host) {
        assertThat(MalformedRequestsRun.problems(VERDICTS.get(host))).isEmpty();
    }

    @Test
    void theTableSaysWhatHostsDo() throws Exception {
        Path page = page();
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END, begin);
        String now = table();
        if (Boolean.getBoolean("gatehouse.write.tables")) {
            Files.writeString(page, text.substring(0, begin) + now + text.substring(end));
        } else {
            assertThat(now).isEqualTo(text.substring(begin, end));
        }
    }

    /** Whoever hands bytes on as they are must be caught, by every kind of case: a check that never fails shows nothing. */
    @Test
    void aRelayThatHandsBytesOnIsCaught() throws Exception {
        try (RecordingUpstream recorder = RecordingUpstream.start();
                Relay relay = new Relay(recorder.endpoint().uri().getPort())) {
            Map<Case, CaseVerdict> verdicts = MalformedRequestsRun.against(address(relay.port()), recorder);
            List<String> caught = verdicts.entrySet().stream()
                    .filter(entry -> !entry.getValue().problems().isEmpty())
                    .map(entry -> entry.getKey().name())
                    .toList();
            assertThat(caught).hasSizeGreaterThan(MalformedRequests.all().size() / 2);
            assertThat(caught)
                    .extracting(name -> name.substring(0, name.indexOf(':')))
                    .contains("length", "coding", "both", "chunk", "trailer", "target", "field", "line", "host");
        }
    }

    private static String table() {
        List<String> lines = new ArrayList<>();
        List<ParsingHost> hosts = List.of(ParsingHost.values());
        lines.add("| | " + hosts.stream().map(ParsingHost::title).collect(joining(" | ")) + " |");
        lines.add("|---|" + "---|".repeat(hosts.size()));
        for (Case sent : MalformedRequests.all()) {
            lines.add("| " + escaped(sent.name()) + " | "
                    + hosts.stream()
                            .map(host -> VERDICTS.get(host).get(sent).words())
                            .collect(joining(" | "))
                    + " |");
        }
        return String.join("\n", lines) + "\n";
    }

    /** Names say which characters a case is about. */
    private static String escaped(String name) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            text.append("|<>`*_\\[]".indexOf(c) >= 0 ? "&#" + (int) c + ';' : String.valueOf(c));
        }
        return text.toString();
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
