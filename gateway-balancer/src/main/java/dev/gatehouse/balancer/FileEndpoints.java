package dev.gatehouse.balancer;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Endpoints in a file, which is read again when it changes.
 *
 * @param path where it is, absolute
 * @param interval how often it is read at least
 * @param time when
 */
record FileEndpoints(Path path, Duration interval, TimeSource time) implements EndpointSource {

    /** Bounds how long a change is missed that nothing tells of, such as one on another machine's disk. */
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    FileEndpoints {
        path = path.toAbsolutePath();
        if (path.getParent() == null) {
            throw new IllegalArgumentException("path: " + path + " (expected: a file)");
        }
    }

    FileEndpoints(Path path) {
        this(path, INTERVAL, TimeSource.system());
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        FileWatch watch = new FileWatch(this, listener);
        watch.begin();
        return watch;
    }

    @Override
    public String toString() {
        return "file " + path;
    }
}
