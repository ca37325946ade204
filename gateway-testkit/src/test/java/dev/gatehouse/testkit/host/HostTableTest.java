package dev.gatehouse.testkit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.testkit.HostUnderTest;
import dev.gatehouse.testkit.RawConnection;
import dev.gatehouse.testkit.RawUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Keeps the table of hosts in the documentation: what every host makes of every case, as it does it now. With
 * {@code -Dgatehouse.write.tables=true} the table is written instead of compared.
 */
final class HostTableTest {

    private static final String BEGIN = "<!-- begin: kept by HostTableTest -->\n";
    private static final String END = "<!-- end -->";

    @Test
    void theTableOfHostsSaysWhatHostsDo() throws Exception {
        Map<String, Map<Hosts, String>> table = new LinkedHashMap<>();
        for (Hosts host : Hosts.values()) {
            observe(host, table);
        }
        Path page = page();
        String text = Files.readString(page);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END, begin);
        String now = print(table);
        if (Boolean.getBoolean("gatehouse.write.tables")) {
            Files.writeString(page, text.substring(0, begin) + now + text.substring(end));
        } else {
            assertThat(now).isEqualTo(text.substring(begin, end));
        }
    }

    /** The documentation is found from the module as well as from the project. */
    private static Path page() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.exists(here.resolve("docs/hosts.md"))) {
            here = here.getParent();
        }
        return here.resolve("docs/hosts.md");
    }

    private static void observe(Hosts host, Map<String, Map<Hosts, String>> table) throws Exception {
        HostCapabilities can = host.getCapabilities();
        put(table, "interim responses (103) reach the client", host, can.interim() ? "yes" : "no");
        put(table, "trailers of a request reach the upstream", host, can.requestTrailers() ? "yes" : "no");
        put(table, "trailers of a response reach the client", host, can.responseTrailers() ? "yes" : "no");
        put(table, "HTTP/2", host, can.http2() ? "yes" : "no");
        put(table, "a route can end in `toHost()`", host, can.toHost() ? "yes" : "no");
        put(
                table,
                "tells of a client that left before the answer, over HTTP/1.1",
                host,
                can.clientGone() ? "yes" : "no");
        try (RawUpstream upstream =
                        RawUpstream.start(RawUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
                Gateway gateway = Gateway.builder()
                        .upstream("up", up -> up.endpoints(upstream.endpoint()))
                        .route("/**", route -> route.to("up"))
                        .build();
                HostUnderTest running =
                        host.start(gateway, call -> call.answer(0).close())) {
            for (Map.Entry<String, String> sent : HostCases.all().entrySet()) {
                put(table, sent.getKey(), host, outcome(running, upstream, sent.getValue()));
            }
            gateway.close(Duration.ZERO);
        }
    }

    private static void put(Map<String, Map<Hosts, String>> table, String title, Hosts host, String outcome) {
        table.computeIfAbsent(title, key -> new EnumMap<>(Hosts.class)).put(host, outcome);
    }

    private static String outcome(HostUnderTest host, RawUpstream upstream, String message) throws IOException {
        String before = received(upstream);
        String answer = exchange(host, message);
        if (answer.startsWith("HTTP/1.1 2")) {
            String seen = received(upstream).substring(before.length());
            return seen.isEmpty() ? "answered" : "forwarded";
        }
        return answer.contains("application/problem+json") ? "gateway" : "server";
    }

    /** All that upstreams have got, in the order of connections; there is only one request at a time. */
    private static String received(RawUpstream upstream) {
        return upstream.connections().stream().map(RawConnection::received).collect(Collectors.joining());
    }

    /** The beginning of the answer; empty if the connection is closed without one. */
    private static String exchange(HostUnderTest host, String message) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), host.port())) {
            socket.setSoTimeout(10_000);
            String sent = message.replaceFirst("@/", host.prefix() + "/").replace("$", "");
            socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
            if (message.endsWith("$")) {
                socket.shutdownOutput();
            }
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            try {
                int next = in.read();
                while (next >= 0) {
                    head.append((char) next);
                    next = head.indexOf("\r\n\r\n") < 0 ? in.read() : -1;
                }
            } catch (SocketTimeoutException silent) {
                throw new AssertionError("no answer to " + message, silent);
            } catch (IOException reset) {
                return head.toString();
            }
            return head.toString();
        }
    }

    private static String print(Map<String, Map<Hosts, String>> table) {
        List<String> lines = new ArrayList<>();
        List<Hosts> hosts = List.of(Hosts.values());
        lines.add("| | " + hosts.stream().map(Hosts::title).collect(Collectors.joining(" | ")) + " |");
        lines.add("|---|" + "---|".repeat(hosts.size()));
        table.forEach((title, outcomes) -> lines.add("| " + title.replace("|", "\\|") + " | "
                + hosts.stream().map(outcomes::get).collect(Collectors.joining(" | ")) + " |"));
        return String.join("\n", lines) + "\n";
    }
}
