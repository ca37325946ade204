package dev.gatehouse.benchmarks;

import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a request costs within the gateway, without a socket, by the number and the kind of its filters. None of the
 * filters does or allocates anything, so what 20 of them cost more than none, divided by 20, is the price of one; with
 * {@code -prof gc} in bytes too.
 *
 * <p>All filters of a run are of one class, which the compiler of the JVM likes better than the mixture of a real route.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PipelineBenchmark {

    private static final int OK = 200;

    /** How a filter is written, and where it stands. */
    public enum Kind {
        /** The general form: {@code (request, next) -> next.proceed(request)}. */
        FILTER,
        /** {@link Filter#onRequest}. */
        ON_REQUEST,
        /** {@link Filter#onResponse}. */
        ON_RESPONSE,
        /** A {@link PhaseFilter} with both phases. */
        PHASE,
        /** {@link Filter#blocking}: each waits on a thread of its own, and moving there is what it costs. */
        BLOCKING,
        /** The general form as an attempt filter; the route ends in an upstream that answers at once. */
        ATTEMPT_FILTER,
        /** A {@link PhaseFilter} as an attempt filter. */
        ATTEMPT_PHASE;

        private boolean forAttempts() {
            return this == ATTEMPT_FILTER || this == ATTEMPT_PHASE;
        }

        private Filter filter() {
            return switch (this) {
                case FILTER, ATTEMPT_FILTER -> (request, next) -> next.proceed(request);
                case ON_REQUEST -> Filter.onRequest(request -> request);
                case ON_RESPONSE -> Filter.onResponse(response -> response);
                case PHASE, ATTEMPT_PHASE -> phases();
                case BLOCKING -> Filter.blocking((request, next) -> next.proceed(request));
            };
        }

        private static PhaseFilter phases() {
            UnaryOperator<Response> unchanged = response -> response;
            return (request, exchange) -> Verdict.proceed(request, unchanged);
        }
    }

    /** What the filters are. */
    @Param
    Kind kind = Kind.FILTER;

    /** How many filters there are. */
    @Param({"0", "5", "20"})
    int count;

    private final Request request = Request.get("/orders/42").build();
    private @Nullable Gateway gateway;

    /** Builds the gateway, and makes sure that it answers. */
    @Setup
    public void build() {
        gateway = kind.forAttempts() ? forwarding() : answering();
        Response answer = handle();
        if (answer.status() != OK) {
            throw new IllegalStateException("answered " + answer);
        }
    }

    private Gateway answering() {
        return Gateway.builder()
                .route("/orders/{id}", route -> {
                    for (int i = 0; i < count; i++) {
                        route.filter(kind.filter());
                    }
                    route.respond(Response.of(OK));
                })
                .build();
    }

    private Gateway forwarding() {
        GatewayBuilder builder = Gateway.builder()
                .transport(new InstantTransport(Response.of(OK)))
                .upstream("orders", upstream -> upstream.endpoints("http://192.0.2.1:8080"))
                .route("/orders/{id}", route -> route.to("orders"));
        for (int i = 0; i < count; i++) {
            builder.attemptFilter(kind.filter());
        }
        return builder.build();
    }

    /** Closes the gateway. */
    @TearDown
    public void close() {
        Objects.requireNonNull(gateway).close();
    }

    /**
     * A request from its arrival to its answer.
     *
     * @return the answer
     */
    @Benchmark
    public Response handle() {
        return Objects.requireNonNull(gateway)
                .handle(request)
                .toCompletableFuture()
                .join();
    }
}
