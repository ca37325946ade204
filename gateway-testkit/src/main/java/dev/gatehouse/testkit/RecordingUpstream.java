package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.testkit.StrictHttp.MalformedMessageException;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An upstream for {@link MalformedRequestsRun}: reads requests by the grammar of {@link StrictHttp}, answers each whole one
 * 200, closes the connection of a malformed one, and remembers what came. Safe for use by several threads.
 *
 * <p>One thread reads all connections, so that what was sent first has been seen first: whoever is answered by it knows
 * that nothing from before is still waiting to be read.
 */
public final class RecordingUpstream implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Predicate<String> ignored;
    private final List<Arrival> arrivals = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocate(64 << 10);
    private final Selector selector;
    private final ServerSocketChannel server;
    private final int port;
    private int busy;
    private volatile boolean closed;

    private RecordingUpstream(Predicate<String> ignored) {
        this.ignored = ignored;
        try {
            selector = Selector.open();
            server = ServerSocketChannel.open();
            server.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 1024);
            server.configureBlocking(false);
            server.register(selector, SelectionKey.OP_ACCEPT);
            port = server.socket().getLocalPort();
        } catch (IOException noSocket) {
            throw new UncheckedIOException(noSocket);
        }
    }

    /**
     * Starts one on a free port of 127.0.0.1.
     *
     * @return the running upstream
     */
    public static RecordingUpstream start() {
        return ignoring(target -> false);
    }

    /**
     * Starts one on a free port of 127.0.0.1 that also gets requests which the gateway makes by itself, such as health
     * checks. They are answered, and not remembered if they are whole.
     *
     * @param ignored tells them by their target
     * @return the running upstream
     */
    public static RecordingUpstream ignoring(Predicate<String> ignored) {
        RecordingUpstream upstream = new RecordingUpstream(Objects.requireNonNull(ignored));
        Thread thread = new Thread(upstream::run, "recording-upstream-" + upstream.port);
        thread.setDaemon(true);
        thread.start();
        return upstream;
    }

    /**
     * What came.
     *
     * @param raw all of its bytes that were read
     * @param message what they say, or null if they broke off or are malformed
     * @param malformed what is wrong with them, or null
     */
    record Arrival(
            String raw, @Nullable Message message, @Nullable String malformed) {}

    /**
     * Where it listens.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return Endpoint.of("http://127.0.0.1:" + port);
    }

    /** What came since the last time, once nothing is under way any more. */
    synchronized List<Arrival> take() throws InterruptedException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (busy > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError("a request at the upstream neither ends nor breaks off");
            }
            wait(left);
        }
        List<Arrival> taken = List.copyOf(arrivals);
        arrivals.clear();
        return taken;
    }

    /** Stops listening and closes all connections. */
    @Override
    public void close() {
        closed = true;
        selector.wakeup();
    }

    private void run() {
        try (selector;
                server) {
            while (!closed) {
                selector.select();
                readAll();
            }
            selector.keys().forEach(RecordingUpstream::quietlyClose);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Everything that was there when one looked, before anybody can take it. */
    private synchronized void readAll() throws IOException {
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isValid() && key.isAcceptable()) {
                accept();
            } else if (key.isValid()) {
                read(key, ((Unread) key.attachment()).raw);
            }
        }
        selector.selectedKeys().clear();
    }

    private void accept() throws IOException {
        for (SocketChannel channel = server.accept(); channel != null; channel = server.accept()) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.register(selector, SelectionKey.OP_READ).attach(new Unread());
        }
    }

    private void read(SelectionKey key, StringBuilder raw) {
        boolean before = !raw.isEmpty();
        try {
            buffer.clear();
            if (((SocketChannel) key.channel()).read(buffer) < 0) {
                throw new EOFException();
            }
            raw.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
            answerWhatIsWhole(key, raw);
        } catch (MalformedMessageException malformed) {
            end(new Arrival(raw.toString(), null, malformed.getMessage()));
            raw.setLength(0);
            quietlyClose(key);
        } catch (IOException ended) {
            if (!raw.isEmpty()) {
                end(new Arrival(raw.toString(), null, null));
                raw.setLength(0);
            }
            quietlyClose(key);
        }
        busy += (raw.isEmpty() ? 0 : 1) - (before ? 1 : 0);
        notifyAll();
    }

    private void answerWhatIsWhole(SelectionKey key, StringBuilder raw) throws IOException {
        while (!raw.isEmpty() && key.isValid()) {
            Reader reader = new Reader(raw);
            Message message;
            try {
                message = StrictHttp.readRequest(reader);
            } catch (EOFException moreToCome) {
                return;
            }
            end(new Arrival(raw.substring(0, reader.position), message, null));
            raw.delete(0, reader.position);
            boolean head = message.method().equals("HEAD");
            String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (head ? "" : "ok");
            ((SocketChannel) key.channel()).write(StandardCharsets.ISO_8859_1.encode(answer));
            if ("close".equals(message.field("Connection"))) {
                raw.setLength(0);
                quietlyClose(key);
            }
        }
    }

    private void end(Arrival arrival) {
        Message message = arrival.message();
        if (message == null || !ignored.test(message.target())) {
            arrivals.add(arrival);
        }
    }

    private static void quietlyClose(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException alreadyBroken) {
            // What matters is that it is gone.
        }
    }

    /** What has come on a connection and is no whole request yet. */
    private static final class Unread {

        final StringBuilder raw = new StringBuilder();
    }

    /** What has come, up to its end for now. */
    private static final class Reader implements StrictHttp.Source {

        private final CharSequence raw;
        private int position;

        Reader(CharSequence raw) {
            this.raw = raw;
        }

        @Override
        public int next() throws EOFException {
            if (position == raw.length()) {
                throw new EOFException();
            }
            return raw.charAt(position++);
        }
    }
}
