package dev.gatehouse.balancer;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a file when its directory changes, and from time to time. The directory is what is watched, since files are replaced
 * by renaming, and in a Kubernetes volume it is a link beside the file that changes.
 *
 * <p>What is compared is the content: times of modification are too coarse to tell two quick changes apart.
 */
final class FileWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointSource.class);

    /** A file that is written in place is short for a moment: only what has been the same for this long counts. */
    static final Duration SETTLE = Duration.ofMillis(200);

    /** Some 100 000 endpoints. */
    private static final long LARGEST = 16 << 20;

    /** What a look found: one of both. */
    private record Seen(@Nullable String content, @Nullable String problem) {}

    private final Path path;
    private final Path directory;
    private final FileEndpoints settings;
    private final EndpointSource.Listener listener;

    /** Held while a file is read, so that looks do not overtake each other. What ends the watch does not wait for it. */
    private final Object looking = new Object();

    private volatile boolean closed;

    /** What follows is this object's, whose lock is held while the listener is told: nothing comes after the end. */
    private @Nullable Seen taken;

    private @Nullable Seen candidate;
    private long candidateSince;
    private @Nullable List<Endpoint> told;
    private TimeSource.@Nullable Timer settling;
    private TimeSource.@Nullable Timer next;
    private @Nullable WatchService service;
    private @Nullable WatchKey key;

    FileWatch(FileEndpoints settings, EndpointSource.Listener listener) {
        this.settings = settings;
        this.listener = listener;
        this.path = settings.path();
        this.directory = path.resolveSibling("");
    }

    /** Reads the file before it returns, and believes what is there: there is nothing older to stay with. */
    void begin() {
        openService();
        register();
        take(read());
        schedule();
    }

    private synchronized void openService() {
        try {
            WatchService opened = directory.getFileSystem().newWatchService();
            service = opened;
            Threads.ALL.execute(() -> follow(opened));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.warn("{} is only looked at every {}: {}", path, settings.interval(), e.toString());
        }
    }

    /** Each time anew, since the directory may be another one, or not have been there before. */
    private synchronized void register() {
        if (service == null || closed) {
            return;
        }
        try {
            WatchKey registered = directory.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            if (key != null && !key.equals(registered)) {
                key.cancel();
            }
            key = registered;
        } catch (IOException | ClosedWatchServiceException notNow) {
            // That the file cannot be read is told; the looks go on.
            LOG.debug("{} cannot be watched", directory, notNow);
        }
    }

    private void follow(WatchService opened) {
        try {
            while (!closed) {
                WatchKey changed = opened.take();
                changed.pollEvents();
                changed.reset();
                look();
            }
        } catch (ClosedWatchServiceException end) {
            LOG.trace("{} is no longer watched", path, end);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void schedule() {
        if (!closed) {
            next = settings.time().schedule(() -> onThread(this::lookAgain), settings.interval());
        }
    }

    private void lookAgain() {
        register();
        look();
    }

    /** Reading blocks, and a timer must not. */
    private void onThread(Runnable task) {
        try {
            Threads.ALL.execute(task);
        } catch (OutOfMemoryError noThread) {
            LOG.warn("no thread to look at {}", path, noThread);
        } finally {
            schedule();
        }
    }

    private void look() {
        if (closed) {
            return;
        }
        synchronized (looking) {
            try {
                consider(read());
            } catch (RuntimeException | Error e) {
                // A listener's: the watch goes on.
                LOG.error("a listener failed on a report of {}", path, e);
            }
        }
    }

    private Seen read() {
        try {
            long size = Files.size(path);
            if (size > LARGEST) {
                return new Seen(null, "it has " + size + " bytes (expected: <= " + LARGEST + ")");
            }
            return new Seen(Files.readString(path), null);
        } catch (NoSuchFileException e) {
            return new Seen(null, "there is no such file");
        } catch (CharacterCodingException e) {
            return new Seen(null, "it is not in UTF-8");
        } catch (IOException | RuntimeException e) {
            return new Seen(null, e.toString());
        }
    }

    private synchronized void consider(Seen seen) {
        long now = settings.time().nanoTime();
        if (closed) {
            return;
        }
        if (seen.equals(taken)) {
            candidate = null;
        } else if (!seen.equals(candidate)) {
            candidate = seen;
            candidateSince = now;
            if (settling != null) {
                settling.cancel();
            }
            settling = settings.time().schedule(() -> Threads.ALL.execute(this::look), SETTLE);
        } else if (now - candidateSince >= SETTLE.toNanos()) {
            take(seen);
        }
    }

    private synchronized void take(Seen seen) {
        taken = seen;
        candidate = null;
        String content = seen.content();
        if (content == null) {
            fail(String.valueOf(seen.problem()));
            return;
        }
        if (content.isBlank()) {
            fail("it is empty (expected: endpoints, or a comment that says that there are none)");
            return;
        }
        EndpointLines.Parsed parsed =
                EndpointLines.parse(content.startsWith("\uFEFF") ? content.substring(1) : content);
        if (!parsed.problems().isEmpty()) {
            fail(String.join("; ", parsed.problems()));
        } else if (!parsed.endpoints().equals(told)) {
            told = parsed.endpoints();
            listener.onEndpoints(parsed.endpoints());
        }
    }

    private void fail(String why) {
        listener.onFailure(new IOException(path + ": " + why));
    }

    @Override
    public void close() throws IOException {
        closed = true;
        WatchService opened;
        synchronized (this) {
            opened = service;
            if (next != null) {
                next.cancel();
            }
            if (settling != null) {
                settling.cancel();
            }
        }
        if (opened != null) {
            opened.close();
        }
    }

    /** Made for the first watch. */
    private static final class Threads {
        static final ExecutorService ALL = LookThreads.named("gatehouse-file");
    }
}
