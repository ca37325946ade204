package dev.gatehouse.benchmarks;

import dev.gatehouse.balancer.Endpoint;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** A {@link ComparedProxy} in its process, started as the programs in {@code entries} start it. */
final class ProxyProcess implements AutoCloseable {

    private final Process process;
    private final int port;

    private ProxyProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Returns once it listens. */
    static ProxyProcess start(String form, Path folder, Endpoint upstream) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ComparedProxy.class.getName(),
                        form))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("PORT", "0");
        builder.environment().put("BACKENDS", upstream.uri().getAuthority());
        builder.environment().put("TMP", folder.toString());
        Process process = builder.start();
        BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
        String line = out.readLine();
        if (line == null || !line.startsWith(ComparedProxy.LISTENING)) {
            process.destroyForcibly();
            throw new IOException("the proxy said " + line + " instead of where it listens");
        }
        return new ProxyProcess(process, Integer.parseInt(line.substring(ComparedProxy.LISTENING.length())));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL, and nothing is left of it. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
