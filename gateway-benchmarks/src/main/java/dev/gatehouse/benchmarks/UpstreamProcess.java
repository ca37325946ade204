package dev.gatehouse.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A {@link FaultyUpstream} in its process, always on the same port. */
final class UpstreamProcess implements AutoCloseable {

    private final int port;
    private Process process;

    UpstreamProcess() {
        this.port = freePort();
        this.process = start(port);
    }

    String uri() {
        return "http://127.0.0.1:" + port;
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Process start(int port) {
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx64m",
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FaultyUpstream.class.getName(),
                            Integer.toString(port))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            expect(process, "ready");
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void expect(Process process, String word) throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
        String line = out.readLine();
        if (!word.equals(line)) {
            throw new IOException("the upstream said " + line + " instead of " + word);
        }
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    void restart() {
        process = start(port);
    }

    void reset() throws IOException {
        process.getOutputStream().write("reset\n".getBytes(StandardCharsets.US_ASCII));
        process.getOutputStream().flush();
        expect(process, "done");
    }

    void stop() throws IOException, InterruptedException {
        signal("STOP");
    }

    void goOn() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " answered " + status);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
