package dev.gatehouse.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** An example in a process of its own, as its user starts it. */
final class Program implements AutoCloseable {

    private static final int PATIENCE_SECONDS = 60;

    /** Readers wait for each other in the common pool, which may have one thread only. */
    private static final Executor OWN_THREADS = task -> {
        Thread thread = new Thread(task, "reader of a program");
        thread.setDaemon(true);
        thread.start();
    };

    private final Process process;
    private final BufferedReader out;

    /** Read all the while, so that a program with much to complain of need not wait. */
    private final CompletableFuture<List<String>> complaints;

    private Program(Process process) {
        this.process = process;
        this.out = reader(process.getInputStream());
        this.complaints = CompletableFuture.supplyAsync(
                () -> reader(process.getErrorStream()).lines().toList(), OWN_THREADS);
    }

    static Program start(Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(main.getName());
        command.addAll(List.of(args));
        return new Program(new ProcessBuilder(command).start());
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    /** The next line that it prints. */
    String line() throws Exception {
        return CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return String.valueOf(out.readLine());
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        OWN_THREADS)
                .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** What it complains of until it has ended. */
    List<String> complaints() throws Exception {
        return complaints.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .as("the program ended")
                .isTrue();
        return process.exitValue();
    }

    /** Asks it to end, as a service manager or Ctrl-C does. */
    void terminate() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
