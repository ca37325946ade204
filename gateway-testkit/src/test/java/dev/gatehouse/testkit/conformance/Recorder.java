package dev.gatehouse.testkit.conformance;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.testkit.RawConnection;
import dev.gatehouse.testkit.RawUpstream;
import dev.gatehouse.testkit.StrictHttp;
import dev.gatehouse.testkit.StrictHttp.MalformedMessageException;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An upstream that reads by the grammar, answers what is whole, and remembers what came. */
final class Recorder implements AutoCloseable {

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final List<Arrival> arrivals = new ArrayList<>();
    private int busy;
    private final RawUpstream upstream = RawUpstream.start(this::serve);

    /**
     * What came.
     *
     * @param raw all of its bytes that were read
     * @param message what they say, or null if they broke off or are malformed
     * @param malformed what is wrong with them, or null
     */
    record Arrival(
            String raw, @Nullable Message message, @Nullable String malformed) {}

    Endpoint endpoint() {
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
        arrivals.add(arrival);
        notifyAll();
    }
}
