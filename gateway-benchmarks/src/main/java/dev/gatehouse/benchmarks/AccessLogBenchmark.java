package dev.gatehouse.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.filters.AccessLogFilter;
import dev.gatehouse.filters.AccessLogFilter.Format;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a line of the access log costs. As a benchmark of JMH: the caller's part, while nothing is written. As a program:
 * all of it, for a million lines from one thread, as CPU time of each thread and of the whole process, with garbage
 * collection and compilers.
 *
 * <p>Arguments of the program: format ({@code COMMON}), lines each second (40000), and {@code file}, in {@code /tmp}, or
 * {@code slf4j}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 500)
@Measurement(iterations = 500)
public class AccessLogBenchmark {

    /** Fewer than half of the queue, so that the thread that writes is not woken while the caller is measured. */
    private static final int CALLS = 4000;

    private static final int WARM_UP = 400_000;
    private static final int LINES = 1_000_000;
    private static final int STEPS_EACH_SECOND = 100;

    /** What a line looks like. */
    @Param({"COMMON", "COMBINED", "JSON"})
    Format format = Format.COMMON;

    private final Path file = file();
    private final Ended ended = Ended.once();
    private @Nullable AccessLogFilter log;

    /** An exchange that is over: a filter that asks to be told of its end is told at once. */
    private record Ended(Request request, Exchange exchange) {

        static Ended once() {
            Exchange[] seen = new Exchange[1];
            GatewayListener watch = new GatewayListener() {
                @Override
                public void onCompletion(Exchange exchange, Completion completion) {
                    seen[0] = exchange;
                }
            };
            Request request = Request.get("/service-7/items/4711?page=2")
                    .headers(Headers.of(
                            "Host", "www.example.com",
                            "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
                            "Accept", "*/*",
                            "Referer", "https://www.example.com/service-7"))
                    .connection(new Connection(
                            new InetSocketAddress("192.0.2.7", 49152),
                            new InetSocketAddress("192.0.2.1", 80),
                            "http",
                            "HTTP/1.1"))
                    .build();
            try (Gateway gateway = Gateway.builder()
                    .listener(watch)
                    .route("/**", r -> r.respond(Response.text(200, "x".repeat(1024))))
                    .build()) {
                Response response =
                        gateway.handle(request).toCompletableFuture().join();
                response.body().bytes(1024).toCompletableFuture().join();
            }
            return new Ended(request, Objects.requireNonNull(seen[0]));
        }

        void log(AccessLogFilter log, int times) {
            for (int i = 0; i < times; i++) {
                log.onRequest(request, exchange);
            }
        }
    }

    private static Path file() {
        try {
            Path file = Files.createTempFile("access-log-benchmark", ".log");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Opens a log that writes only when it is closed, and lets it start its thread. */
    @Setup(Level.Iteration)
    public void open() {
        log = AccessLogFilter.builder(format)
                .file(file)
                .collect(Duration.ofHours(1))
                .build();
        ended.log(log, 1);
    }

    /** Writes the lines. */
    @TearDown(Level.Iteration)
    public void close() {
        Objects.requireNonNull(log).close();
    }

    /** The filter's call, and what it does at the end of the exchange. */
    @Benchmark
    @OperationsPerInvocation(CALLS)
    public void record() {
        ended.log(Objects.requireNonNull(log), CALLS);
    }

    /**
     * Measures all of it.
     *
     * @param args format, lines each second, {@code file} or {@code slf4j}
     */
    public static void main(String[] args) {
        Format format = Format.valueOf(args.length > 0 ? args[0] : "COMMON");
        int perSecond = args.length > 1 ? Integer.parseInt(args[1]) : 40_000;
        AccessLogFilter.Builder builder = AccessLogFilter.builder(format);
        if (args.length < 3 || args[2].equals("file")) {
            builder.file(file());
        }
        AccessLogFilter log = builder.build();
        Ended ended = Ended.once();
        produce(log, ended, WARM_UP, perSecond);
        Usage before = Usage.now();
        produce(log, ended, LINES, perSecond);
        Usage.now().print(before);
        log.close();
        System.out.println("lines lost: " + log.dropped());
    }

    /** Logs at a steady rate, and waits until all must be written. */
    private static void produce(AccessLogFilter log, Ended ended, int lines, int perSecond) {
        int step = perSecond / STEPS_EACH_SECOND;
        long next = System.nanoTime();
        for (int done = 0; done < lines; done += step) {
            ended.log(log, Math.min(step, lines - done));
            next += TimeUnit.SECONDS.toNanos(1) / STEPS_EACH_SECOND;
            LockSupport.parkNanos(next - System.nanoTime());
        }
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }

    /**
     * CPU time spent so far.
     *
     * @param process of the whole process, in nanoseconds
     * @param threads of each thread of Java code, by name, in nanoseconds
     * @param allocated bytes allocated by this thread
     */
    private record Usage(long process, Map<String, Long> threads, long allocated) {

        static Usage now() {
            ThreadMXBean all = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            Map<String, Long> threads = new HashMap<>();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                threads.merge(thread.getName(), all.getThreadCpuTime(thread.getId()), Long::sum);
            }
            long allocated = all.getThreadAllocatedBytes(Thread.currentThread().getId());
            return new Usage(system.getProcessCpuTime(), threads, allocated);
        }

        void print(Usage before) {
            threads.forEach((name, nanos) -> print(name, nanos - before.threads.getOrDefault(name, 0L)));
            print("process", process - before.process);
            System.out.println("allocated by the caller: " + (allocated - before.allocated) / LINES + " B a line");
        }

        private static void print(String name, long nanos) {
            if (nanos >= LINES) {
                System.out.println(name + ": " + nanos / LINES + " ns a line");
            }
        }
    }
}
