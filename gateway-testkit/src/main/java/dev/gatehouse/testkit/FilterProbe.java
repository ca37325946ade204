package dev.gatehouse.testkit;

import dev.gatehouse.Completion;
import dev.gatehouse.Exchange;
import dev.gatehouse.Filter;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.Handler;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Tests a filter without a socket: sends requests through it, answers them behind it, and shows what came out on either
 * side. The filter runs in a real {@link Gateway}, so that order, errors and the end of an exchange are the true ones.
 *
 * <pre>{@code
 * var probe = FilterProbe.of(filter).client("192.0.2.7").answering(Response.of(204));
 * var result = probe.send(Request.get("/orders/7").build());
 * assert result.response().status() == 204;
 * assert result.received().isPresent();
 * }</pre>
 *
 * <p>Every setting holds for the requests that are sent after it. Settings are not safe for use by several threads;
 * {@link #send} is.
 */
public final class FilterProbe {

    private static final String HOST = "probe.example";
    private static final InetSocketAddress LOCAL = new InetSocketAddress(InetAddress.getLoopbackAddress(), 80);

    private final Filter filter;
    private Handler inside = answer(Response.of(200));
    private Connection connection = connectionOf("192.0.2.1");
    private String path = "/**";
    private TimeSource time = TimeSource.system();

    private FilterProbe(Filter filter) {
        this.filter = filter;
    }

    /**
     * A probe for a filter.
     *
     * @param filter the filter; the same one sees all requests
     * @return a probe whose inside answers 200 without content, and whose client is 192.0.2.1
     */
    public static FilterProbe of(Filter filter) {
        return new FilterProbe(Objects.requireNonNull(filter));
    }

    /**
     * Answers behind the filter with a response.
     *
     * @param response the answer to every request; content that is not in memory can be read once only
     * @return this probe
     */
    public FilterProbe answering(Response response) {
        Objects.requireNonNull(response);
        return answering(answer(response));
    }

    /**
     * Answers behind the filter with a function.
     *
     * @param handler makes the answer
     * @return this probe
     */
    public FilterProbe answering(Handler handler) {
        this.inside = Objects.requireNonNull(handler);
        return this;
    }

    /**
     * Fails behind the filter. The filter sees a response that stands for the failure, as it would of an upstream.
     *
     * @param failure the failure of every request
     * @return this probe
     */
    public FilterProbe failing(GatewayException failure) {
        Objects.requireNonNull(failure);
        return answering((request, exchange) -> CompletableFuture.failedFuture(failure));
    }

    /**
     * Sets where requests come from. <b>Default:</b> 192.0.2.1, an address for documentation (RFC 5737). A request that
     * has a connection of its own keeps that.
     *
     * @param address an IP address, not a name
     * @return this probe
     */
    public FilterProbe client(String address) {
        this.connection = connectionOf(address);
        return this;
    }

    /**
     * Sets the path of the route that the filter is on. <b>Default:</b> {@code /**}.
     *
     * @param template such as {@code /orders/{id}}, for filters that read path variables
     * @return this probe
     */
    public FilterProbe route(String template) {
        this.path = Objects.requireNonNull(template);
        return this;
    }

    /**
     * Sets the gateway's time. A filter that takes a {@link TimeSource} itself has to be given the same one.
     * <b>Default:</b> that of this machine.
     *
     * @param source such as a {@link VirtualTime}
     * @return this probe
     */
    public FilterProbe time(TimeSource source) {
        this.time = Objects.requireNonNull(source);
        return this;
    }

    /**
     * Sends a request. Does not wait for the answer: {@link Result} does, so that a test can move time on in between.
     *
     * @param request the request; without a {@code Host} it gets one
     * @return what comes of it
     */
    public Result send(Request request) {
        Result result = new Result();
        Handler handler = inside;
        // A gateway for each request: nothing has to tell concurrent requests apart, and there is nothing to close.
        Gateway gateway = Gateway.builder()
                .time(time)
                .listener(result.listener())
                .filter(PhaseFilter.named("FilterProbe", (arrived, exchange) -> {
                    result.began(exchange);
                    return Verdict.proceed(arrived);
                }))
                .route(
                        path,
                        route -> route.id("probe").filter(filter).handle((passed, exchange) -> {
                            result.received = passed;
                            return handler.handle(passed, exchange);
                        }))
                .build();
        result.answeredBy(gateway.handle(arriving(request)));
        return result;
    }

    private Request arriving(Request request) {
        if (!request.connection().equals(Connection.IN_PROCESS)) {
            return request;
        }
        Headers headers = request.headers();
        if (!headers.contains("Host")) {
            headers = headers.with("Host", request.authority().isEmpty() ? HOST : request.authority());
        }
        return Request.builder(request.method(), request.target())
                .headers(headers)
                .body(request.body())
                .connection(connection)
                .build();
    }

    private static Handler answer(Response response) {
        return (request, exchange) -> {
            Body again = response.body().replay();
            return Filter.answer(again == null ? response : response.withBody(again));
        };
    }

    private static Connection connectionOf(String address) {
        boolean literal = address.indexOf(':') >= 0 || address.matches("[0-9.]+");
        try {
            if (literal) {
                return new Connection(
                        new InetSocketAddress(InetAddress.getByName(address), 49152), LOCAL, "http", "HTTP/1.1");
            }
        } catch (UnknownHostException notAnAddress) {
            throw new IllegalArgumentException("client: " + address + " (expected: an IP address)", notAnAddress);
        }
        throw new IllegalArgumentException("client: " + address + " (expected: an IP address, not a name)");
    }

    /**
     * What came of one request. Accessors wait for what they tell, 10 seconds at most, and fail the test with an
     * {@link AssertionError} if it does not come. Safe for use by several threads.
     */
    public static final class Result {

        private static final int MOST_TEXT = 16 << 20;

        private final CompletableFuture<Response> response = new CompletableFuture<>();
        private final CompletableFuture<Completion> completion = new CompletableFuture<>();
        private volatile @Nullable Exchange exchange;
        private volatile @Nullable Request received;
        private @Nullable String text;

        private Result() {}

        private void began(Exchange begun) {
            exchange = begun;
        }

        /** Told after all that filters have registered, so that a test sees what those did. */
        private GatewayListener listener() {
            return new GatewayListener() {
                @Override
                public void onCompletion(Exchange ended, Completion end) {
                    completion.complete(end);
                }
            };
        }

        private void answeredBy(CompletionStage<Response> stage) {
            stage.whenComplete((answer, thrown) -> {
                if (thrown == null) {
                    response.complete(answer);
                } else {
                    response.completeExceptionally(thrown);
                }
            });
        }

        /**
         * Whether the response is there.
         *
         * @return false as long as the filter or the inside makes the client wait
         */
        public boolean isAnswered() {
            return response.isDone();
        }

        /**
         * The response as it left the filter.
         *
         * @return the response; its body is the test's to read, here or by {@link #text()}
         */
        public Response response() {
            return Patience.await(response, "no response came out of the filter");
        }

        /**
         * The content of the response.
         *
         * @return all of it, as UTF-8
         */
        public synchronized String text() {
            if (text == null) {
                byte[] bytes = Patience.await(response().body().bytes(MOST_TEXT), "the content did not end");
                text = new String(bytes, StandardCharsets.UTF_8);
            }
            return text;
        }

        /**
         * The request as it came out of the filter at the inner end.
         *
         * @return empty if it did not, so far
         */
        public Optional<Request> received() {
            return Optional.ofNullable(received);
        }

        /**
         * The exchange, for its attributes and its cancellation.
         *
         * @return the exchange
         */
        public Exchange exchange() {
            Exchange begun = exchange;
            if (begun == null) {
                throw new AssertionError("the gateway refused the request before any filter: " + response());
            }
            return begun;
        }

        /**
         * How the exchange ended. Reads the content of the response to its end, if nobody has.
         *
         * @return what filters are told by {@link Exchange#onComplete}
         */
        public Completion completion() {
            text();
            return Patience.await(completion, "the exchange did not end");
        }

        /** The status, if the response is there. */
        @Override
        public String toString() {
            return isAnswered() && !response.isCompletedExceptionally()
                    ? response.join().toString()
                    : "no response yet";
        }
    }
}
