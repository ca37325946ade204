package dev.gatehouse.testkit.conformance;

import static java.util.stream.Collectors.joining;

import dev.gatehouse.testkit.MalformedRequests;
import dev.gatehouse.testkit.MalformedRequests.Case;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Sends every case to one port, each over a connection of its own, and asks the upstream what came of it. */
final class CorpusRun {

    private static final int SILENCE_MILLIS = 1000;
    private static final int PATIENCE_MILLIS = 2000;
    private static final String FENCE = "GET /fence HTTP/1.1\r\nHost: fence.example\r\nConnection: close\r\n\r\n";

    private final int port;
    private final Recorder recorder;

    private CorpusRun(int port, Recorder recorder) {
        this.port = port;
        this.recorder = recorder;
    }

    static Map<Case, Verdict> run(int port, Recorder recorder) throws Exception {
        CorpusRun run = new CorpusRun(port, recorder);
        Set<String> ordinary = run.ordinaryNames();
        Map<Case, Verdict> verdicts = new LinkedHashMap<>();
        for (Case sent : MalformedRequests.all()) {
            String answer = run.exchange(sent.name(), sent.bytes());
            verdicts.put(sent, new Verdict(sent, answer, run.arrivals(), ordinary));
        }
        return verdicts;
    }

    /** What stands between a verdict and the next. */
    static String problems(Map<Case, Verdict> verdicts) {
        return verdicts.entrySet().stream()
                .filter(entry -> !entry.getValue().problems().isEmpty())
                .map(entry -> entry.getKey() + ": " + entry.getValue().problems())
                .collect(joining("\n"));
    }

    private Set<String> ordinaryNames() throws Exception {
        exchange("an ordinary request", FENCE.getBytes(StandardCharsets.ISO_8859_1));
        return Verdict.names(recorder.take().get(0).message());
    }

    /** Another request behind a case's, so that what the case left under way has come. */
    private List<Recorder.Arrival> arrivals() throws Exception {
        exchange("an ordinary request", FENCE.getBytes(StandardCharsets.ISO_8859_1));
        return recorder.take().stream()
                .filter(arrival -> !arrival.raw().startsWith("GET /fence HTTP/1.1\r\n"))
                .toList();
    }

    /**
     * All that comes back before the server closes the connection: it refuses, or serves the second request and closes
     * as that one asks. A server that waits for more is told that no more will come. Not told so at once: to some the end
     * of what a client sends is the end of the client.
     */
    private String exchange(String name, byte[] bytes) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(SILENCE_MILLIS);
            socket.getOutputStream().write(bytes);
            if (!readToEnd(socket, answer)) {
                socket.shutdownOutput();
                socket.setSoTimeout(PATIENCE_MILLIS);
                if (!readToEnd(socket, answer)) {
                    throw new AssertionError("kept open by the server: " + name + ", after: " + answer);
                }
            }
        } catch (IOException reset) {
            // As good as closed.
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private static boolean readToEnd(Socket socket, ByteArrayOutputStream answer) throws IOException {
        InputStream in = socket.getInputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                answer.write(next);
            }
            return true;
        } catch (SocketTimeoutException silent) {
            return false;
        }
    }
}
