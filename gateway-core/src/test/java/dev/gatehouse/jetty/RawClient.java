package dev.gatehouse.jetty;

import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** A client that sends and shows bytes as they are. */
final class RawClient implements AutoCloseable {

    private final Socket socket;

    RawClient(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(10_000);
    }

    RawClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
        return this;
    }

    /** Everything up to a mark, which is included. */
    String until(String mark) throws IOException {
        InputStream in = socket.getInputStream();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed before '" + mark + "', after: " + text(bytes));
            }
            bytes.write(next);
            if (text(bytes).endsWith(mark)) {
                return text(bytes);
            }
        }
    }

    /** The header section of the next response. */
    String head() throws IOException {
        return until("\r\n\r\n");
    }

    /** Everything until the server closes the connection. */
    String rest() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    /** Reads until the last chunk; true if there was at least so much before it. */
    boolean rest(long bytes) throws IOException {
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[65_536];
        String tail = "";
        long seen = 0;
        while (!tail.endsWith("\r\n0\r\n\r\n")) {
            int count = in.read(buffer);
            if (count < 0) {
                throw new IOException("closed before the last chunk");
            }
            seen += count;
            String text = tail + new String(buffer, 0, count, StandardCharsets.ISO_8859_1);
            tail = text.substring(Math.max(0, text.length() - 7));
        }
        return seen >= bytes;
    }

    /** Waits until a count stands still: whoever counts is held back because nothing is read here. */
    void settle(IntSupplier count) {
        AtomicInteger last = new AtomicInteger(-1);
        await().atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> last.getAndSet(count.getAsInt()) == count.getAsInt());
    }

    /** Closes so that the server sees a reset, as from a process that was killed. */
    void reset() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private static String text(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }
}
