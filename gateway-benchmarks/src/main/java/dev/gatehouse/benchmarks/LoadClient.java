package dev.gatehouse.benchmarks;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends GETs at a steady rate over connections that stay open, and tells what became of each: answered with 200; failed,
 * which is any other status or no answer at all; or aborted after its answer had begun.
 */
final class LoadClient {

    private final int port;
    private final long intervalNanos;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, AtomicLong> failures = new TreeMap<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong aborted = new AtomicLong();
    private final AtomicLong slowestNanos = new AtomicLong();
    private volatile boolean running = true;

    LoadClient(int port, int connections, int perSecond) {
        this.port = port;
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) * connections / perSecond;
        for (int i = 0; i < connections; i++) {
            long offset = intervalNanos * i / connections;
            Thread thread = new Thread(() -> run(System.nanoTime() + offset), "load-" + i);
            thread.start();
            threads.add(thread);
        }
    }

    private void run(long first) {
        @Nullable Connection connection = null;
        long next = first;
        while (running) {
            LockSupport.parkNanos(next - System.nanoTime());
            long start = System.nanoTime();
            // Who fell behind goes on from now: a rate, not a debt.
            next = Math.max(next + intervalNanos, start);
            try {
                if (connection == null) {
                    connection = new Connection(port);
                }
                connection.get();
                answered.incrementAndGet();
            } catch (Failed failed) {
                if (failed.begun) {
                    aborted.incrementAndGet();
                } else {
                    count(String.valueOf(failed.getMessage()));
                }
                connection = closed(connection);
            } catch (IOException e) {
                count(e.toString());
                connection = closed(connection);
            }
            slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
        }
        closed(connection);
    }

    private static @Nullable Connection closed(@Nullable Connection connection) {
        if (connection != null) {
            connection.close();
        }
        return null;
    }

    private void count(String failure) {
        synchronized (failures) {
            failures.computeIfAbsent(failure, text -> new AtomicLong()).incrementAndGet();
        }
    }

    long answered() {
        return answered.get();
    }

    long failed() {
        synchronized (failures) {
            return failures.values().stream().mapToLong(AtomicLong::get).sum();
        }
    }

    @Override
    public String toString() {
        synchronized (failures) {
            return String.format(
                    Locale.ROOT,
                    "%d answered, %d failed%s, %d aborted after their answer had begun, slowest %d ms",
                    answered.get(),
                    failed(),
                    failures.isEmpty() ? "" : " " + failures,
                    aborted.get(),
                    TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()));
        }
    }

    void stop() throws InterruptedException {
        running = false;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A request that was not answered in full. */
    private static final class Failed extends IOException {

        private static final long serialVersionUID = 1L;

        private final boolean begun;

        Failed(String message, boolean begun) {
            super(message);
            this.begun = begun;
        }
    }

    private static final class Connection {

        private static final byte[] REQUEST =
                "GET /some/path?q=1 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: load\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII);

        private final Socket socket;
        private final InputStream in;

        Connection(int port) throws IOException {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
            in = new BufferedInputStream(socket.getInputStream());
        }

        void get() throws IOException {
            socket.getOutputStream().write(REQUEST);
            String status = line();
            if (status == null) {
                throw new Failed("closed without an answer", false);
            }
            if (!status.startsWith("HTTP/1.1 200 ")) {
                throw new Failed(status, false);
            }
            int length = -1;
            String field = line();
            while (field != null && !field.isEmpty()) {
                if (field.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(
                            field.substring("content-length:".length()).trim());
                }
                field = line();
            }
            if (field == null || length < 0 || in.readNBytes(length).length < length) {
                throw new Failed("broke off", true);
            }
        }

        private @Nullable String line() throws IOException {
            StringBuilder text = new StringBuilder();
            int c = in.read();
            while (c >= 0 && c != '\n') {
                if (c != '\r') {
                    text.append((char) c);
                }
                c = in.read();
            }
            return c < 0 ? null : text.toString();
        }

        void close() {
            try {
                socket.close();
            } catch (IOException alreadyBroken) {
                // It is not used again.
            }
        }
    }
}
