package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.testkit.StrictHttp.MalformedMessageException;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An upstream for {@link MalformedRequestsRun}: reads requests by the grammar of {@link StrictHttp}, answers each whole one
 * 200, closes the connection of a malformed one, and remembers what came. Safe for use by several threads.
 */
public final class RecordingUpstream implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Predicate<String> ignored;
    private final List<Arrival> arrivals = new ArrayList<>();
    private int busy;
    private final RawUpstream upstream;

    private RecordingUpstream(Predicate<String> ignored) {
        this.ignored = ignored;
        this.upstream = RawUpstream.start(this::serve);
    }

    /**
     * Starts one on a free port of 127.0.0.1.
     *
     * @return the running upstream
     */
    public static RecordingUpstream start() {
        return new RecordingUpstream(target -> false);
    }

    /**
     * Starts one on a free port of 127.0.0.1 that also gets requests which the gateway makes by itself, such as health
     * checks. They are answered, and not remembered if they are whole.
     *
     * @param ignored tells them by their target
     * @return the running upstream
     */
    public static RecordingUpstream ignoring(Predicate<String> ignored) {
        return new RecordingUpstream(Objects.requireNonNull(ignored));
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
        return upstream.endpoint();
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
        upstream.close();
    }

    private void serve(RawConnection connection) throws IOException {
        while (true) {
            StringBuilder raw = new StringBuilder();
            Message message = read(connection, raw);
            boolean head = message.method().equals("HEAD");
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + (head ? "" : "ok"));
            if ("close".equals(message.field("Connection"))) {
                connection.close();
                return;
            }
        }
    }

    private Message read(RawConnection connection, StringBuilder raw) throws IOException {
        try {
            Message message = StrictHttp.readRequest(() -> next(connection, raw));
            end(new Arrival(raw.toString(), message, null));
            return message;
        } catch (MalformedMessageException malformed) {
            end(new Arrival(raw.toString(), null, malformed.getMessage()));
            throw malformed;
        } catch (IOException ended) {
            if (!raw.isEmpty()) {
                end(new Arrival(raw.toString(), null, null));
            }
            throw ended;
        }
    }

    private int next(RawConnection connection, StringBuilder raw) throws IOException {
        char next = connection.read(1).charAt(0);
        if (raw.isEmpty()) {
            begin();
        }
        raw.append(next);
        return next;
    }

    private synchronized void begin() {
        busy++;
    }

    private synchronized void end(Arrival arrival) {
        busy--;
        Message message = arrival.message();
        if (message == null || !ignored.test(message.target())) {
            arrivals.add(arrival);
        }
        notifyAll();
    }
}
