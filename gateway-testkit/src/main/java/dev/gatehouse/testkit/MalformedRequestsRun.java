package dev.gatehouse.testkit;

import static java.util.stream.Collectors.joining;

import dev.gatehouse.testkit.MalformedRequests.Case;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Sends all of {@link MalformedRequests} to a gateway, wherever it runs, and asks the upstream behind it what came of each.
 * The gateway must send everything to that one upstream; it may run in this process or in another one. Takes some
 * seconds: a connection that neither answers nor closes is waited for.
 */
public final class MalformedRequestsRun {

    private static final int SILENCE_MILLIS = 1000;
    private static final int PATIENCE_MILLIS = 2000;
    private static final String FENCE = "GET /fence HTTP/1.1\r\nHost: fence.example\r\nConnection: close\r\n\r\n";

    private final InetSocketAddress gateway;
    private final RecordingUpstream upstream;

    private MalformedRequestsRun(InetSocketAddress gateway, RecordingUpstream upstream) {
        this.gateway = gateway;
        this.upstream = upstream;
    }

    /**
     * Sends every case, one after the other, each over a connection of its own.
     *
     * @param gateway where the gateway listens for HTTP/1.1 in clear text
     * @param upstream where it sends everything; nobody else may
     * @return a verdict for each case, in the order of {@link MalformedRequests#all}
     * @throws InterruptedException if it is interrupted
     * @throws AssertionError if a connection is kept open, or an ordinary request does not reach the upstream
     */
    public static Map<Case, CaseVerdict> against(InetSocketAddress gateway, RecordingUpstream upstream)
            throws InterruptedException {
        MalformedRequestsRun run = new MalformedRequestsRun(gateway, upstream);
        Set<String> ordinary = run.ordinaryNames();
        Map<Case, CaseVerdict> verdicts = new LinkedHashMap<>();
        for (Case sent : MalformedRequests.all()) {
            String answer = run.exchange(sent.name(), sent.bytes());
            verdicts.put(sent, new CaseVerdict(sent, answer, run.arrivals(), ordinary));
        }
        return verdicts;
    }

    /**
     * Everything that must not be.
     *
     * @param verdicts of a run
     * @return a line for each case with problems; empty if there is none
     */
    public static String problems(Map<Case, CaseVerdict> verdicts) {
        return verdicts.entrySet().stream()
                .filter(entry -> !entry.getValue().problems().isEmpty())
                .map(entry -> entry.getKey() + ": " + entry.getValue().problems())
                .collect(joining("\n"));
    }

    private Set<String> ordinaryNames() throws InterruptedException {
        exchange("an ordinary request", FENCE.getBytes(StandardCharsets.ISO_8859_1));
        Message message = upstream.take().stream()
                .findFirst()
                .map(RecordingUpstream.Arrival::message)
                .orElseThrow(
                        () -> new AssertionError("an ordinary request to " + gateway + " did not reach the upstream"));
        return CaseVerdict.names(message);
    }

    /** Another request behind a case's, so that what the case left under way has come. */
    private List<RecordingUpstream.Arrival> arrivals() throws InterruptedException {
        exchange("an ordinary request", FENCE.getBytes(StandardCharsets.ISO_8859_1));
        return upstream.take().stream()
                .filter(arrival -> !arrival.raw().startsWith("GET /fence HTTP/1.1\r\n"))
                .toList();
    }

    /**
     * All that comes back before the server closes the connection: it refuses, or serves the second request and closes
     * as that one asks. A server that waits for more is told that no more will come. Not told so at once: to some the end
     * of what a client sends is the end of the client.
     */
    private String exchange(String name, byte[] bytes) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        try (Socket socket = new Socket(gateway.getAddress(), gateway.getPort())) {
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
