package dev.gatehouse.benchmarks;

import dev.gatehouse.Filter;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.filters.HeadersFilter;
import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.rules.ForwardingPolicy;
import dev.gatehouse.internal.rules.RequestRules;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the header fields of one exchange cost between client and upstream: the gateway's own rules, step by step, by the
 * number of fields; and {@link HeadersFilter}, by the number of its changes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeaderRulesBenchmark {

    private static final int FIELDS_TO_CHANGE = 20;
    private static final int OK = 200;

    private static Request request(Headers headers) {
        return Request.get("/orders/42?full=1")
                .headers(headers)
                .connection(new Connection(
                        new InetSocketAddress("192.0.2.7", 49152),
                        new InetSocketAddress("192.0.2.1", 80),
                        "http",
                        "HTTP/1.1"))
                .build();
    }

    /** What a browser sends, and so many fields more. */
    private static Headers fields(String prefix, int more) {
        Headers.Builder builder = Headers.builder()
                .add("Host", "www.example.com")
                .add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0")
                .add("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
                .add("Accept-Language", "en-GB,en;q=0.5")
                .add("Accept-Encoding", "gzip, deflate, br")
                .add("Connection", "keep-alive")
                .add("Cookie", "session=4711")
                .add("Cache-Control", "no-cache");
        for (int i = 0; i < more; i++) {
            builder.add(prefix + i, "value " + i);
        }
        return builder.build();
    }

    /** Messages for the gateway's own rules. */
    @State(Scope.Benchmark)
    public static class Messages {

        /** How many fields there are beside the eight of a browser. */
        @Param({"0", "20", "80"})
        int more;

        /** How the names of those begin; one with an underscore can be taken for another. */
        @Param({"X-Field-", "x_field_"})
        String prefix = "";

        private final ForwardingPolicy policy = new ForwardingPolicy(
                ForwardedHeaders.defaults(), () -> ThreadLocalRandom.current().nextLong());
        private Request received = Request.get("/").build();
        private Request clean = received;
        private ClientInfo client = policy.client(received);
        private Response answer = Response.of(OK);

        /** Makes the messages. */
        @Setup
        public void make() {
            received = request(fields(prefix, more));
            if (RequestRules.check(received) != null) {
                throw new IllegalStateException("refused");
            }
            clean = policy.clean(received);
            client = policy.client(received);
            answer = answer.withHeaders(fields(prefix, more).without("Host"));
        }
    }

    /**
     * Whether the request is let in.
     *
     * @param messages what is judged
     * @return null, since it is
     */
    @Benchmark
    public @Nullable GatewayException check(Messages messages) {
        return RequestRules.check(messages.received);
    }

    /**
     * What filters get to see of the request.
     *
     * @param messages what is cleaned
     * @return the request
     */
    @Benchmark
    public Request clean(Messages messages) {
        return messages.policy.clean(messages.received);
    }

    /**
     * Who the client is; nobody before the gateway is believed.
     *
     * @param messages what is looked at
     * @return the client
     */
    @Benchmark
    public ClientInfo client(Messages messages) {
        return messages.policy.client(messages.received);
    }

    /**
     * What the upstream gets of the request.
     *
     * @param messages what is sent
     * @return the request
     */
    @Benchmark
    public Request toUpstream(Messages messages) {
        return messages.policy.toUpstream(messages.clean, messages.client, "10.1.0.1:8080");
    }

    /**
     * What the client gets of the response.
     *
     * @param messages what came back
     * @return the response
     */
    @Benchmark
    public Response toClient(Messages messages) {
        return messages.policy.toClient(messages.answer, "GET", "HTTP/1.1");
    }

    /** What a change does. */
    public enum Change {
        /** Sets a field that is there. */
        SET,
        /** Adds a field. */
        ADD,
        /** Removes a field that is there. */
        REMOVE,
        /** Removes a field that is not there, as rules do that guard against clients. */
        REMOVE_ABSENT;

        private void addTo(HeadersFilter.Changes changes, int index) {
            switch (this) {
                case SET -> changes.set("X-Field-" + index, "new");
                case ADD -> changes.add("X-Added-" + index, "new");
                case REMOVE -> changes.remove("X-Field-" + index);
                case REMOVE_ABSENT -> changes.remove("X-Absent-" + index);
            }
        }
    }

    /** A filter with changes, and a request and a response of 28 fields for it. */
    @State(Scope.Benchmark)
    public static class Changes {

        /** What each change does. */
        @Param
        Change change = Change.SET;

        /** How many changes there are in each direction; none is a filter that lets pass. */
        @Param({"0", "5", "20"})
        int changes;

        private @Nullable Filter filter;
        private @Nullable FixedChain chain;
        private Request request = Request.get("/").build();

        /** Builds the filter and the messages. */
        @Setup
        public void build() {
            Headers headers = fields("X-Field-", FIELDS_TO_CHANGE);
            request = request(headers);
            chain = new FixedChain(request, Response.of(OK).withHeaders(headers));
            filter = changes == 0 ? unchanged() : changed();
        }

        private static PhaseFilter unchanged() {
            return (request, exchange) -> Verdict.proceed(request, response -> response);
        }

        private HeadersFilter changed() {
            return HeadersFilter.builder()
                    .request(this::add)
                    .response(this::add)
                    .build();
        }

        private void add(HeadersFilter.Changes to) {
            for (int i = 0; i < changes; i++) {
                change.addTo(to, i);
            }
        }
    }

    /**
     * Both phases of {@link HeadersFilter}. A stage for the response is allocated by each call, which the gateway spares
     * this filter.
     *
     * @param changes what is done
     * @return ended, with the response
     */
    @Benchmark
    public CompletionStage<Response> filter(Changes changes) {
        return Objects.requireNonNull(changes.filter).apply(changes.request, Objects.requireNonNull(changes.chain));
    }
}
