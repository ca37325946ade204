package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs as their users meet them: what they print, and how they end. */
class ProgramsTest {

    @Test
    void theQuickstartSaysInALineThatItsPortIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Program program = Program.start(Quickstart.class, "" + taken.getLocalPort())) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ")
                    .endsWith("; try another port: java -jar quickstart.jar 8080");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "70000"})
    void theQuickstartSaysInALineThatItsPortIsNone(String port) throws Exception {
        try (Program program = Program.start(Quickstart.class, port)) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.complaints()).singleElement().asString().startsWith("port: " + port + " (expected: ");
        }
    }

    @Test
    void theQuickstartPrintsWhatToTry() throws Exception {
        try (Program program = Program.start(Quickstart.class, "0")) {
            assertThat(program.line()).matches("Gatehouse listens on http://127\\.0\\.0\\.1:[0-9]+\\. Try, .*");
            for (String part :
                    new String[] {"again and again", "/stop ", "429 once the limit of 5 a second", "/explain"}) {
                assertThat(program.line()).startsWith("  curl ").contains(part);
            }
        }
    }

    @Test
    void theProxySaysWhenItIsReadyAndEndsWhenAskedTo() throws Exception {
        try (OrderService service = OrderService.start("orders-1");
                Program program = Program.start(ReverseProxy.class, "--listen", "127.0.0.1:0", "--to", service.uri())) {
            String ready = program.line();
            assertThat(ready).matches("ready on http://127\\.0\\.0\\.1:[0-9]+");
            int port = URI.create(ready.substring("ready on ".length())).getPort();
            assertThat(Http.get(port, "/orders/7").body()).contains("orders-1");
            program.terminate();
            program.exitCode();
        }
    }

    @Test
    void theProxyRefusesAWrongCommandLineAndShowsARightOne() throws Exception {
        try (Program program = Program.start(ReverseProxy.class, "--listen", "127.0.0.1:0", "--to", "ftp://a")) {
            assertThat(program.exitCode()).isEqualTo(2);
            assertThat(program.complaints())
                    .anyMatch(line -> line.contains("endpoint: ftp://a"))
                    .anyMatch(line -> line.startsWith("usage: java -jar reverse-proxy.jar"))
                    .noneMatch(line -> line.startsWith("\tat "));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jetty", "servlet", "jdk"})
    void theProxySaysInALineThatItsPortIsTaken(String host) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Program program = Program.start(
                        ReverseProxy.class,
                        "--listen",
                        "127.0.0.1:" + taken.getLocalPort(),
                        "--to",
                        "http://127.0.0.1:1",
                        "--host",
                        host)) {
            assertThat(program.exitCode()).isEqualTo(1);
            assertThat(program.complaints())
                    .singleElement()
                    .asString()
                    .startsWith("cannot listen on 127.0.0.1:" + taken.getLocalPort() + ": ");
        }
    }
}
