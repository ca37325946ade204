package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Node;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A gateway with one upstream of three endpoints over a scripted transport, under virtual time. */
final class Fixture implements AutoCloseable {

    final VirtualClock time = new VirtualClock();
    final List<Completion> completions = new ArrayList<>();
    final List<Attempt> attempts = new ArrayList<>();
    final List<String> denied = new ArrayList<>();
    final Gateway gateway;

    Fixture(ScriptedTransport transport, Consumer<UpstreamBuilder> upstream, UnaryOperator<GatewayBuilder> more) {
        GatewayBuilder builder = Gateway.builder()
                .time(time)
                .seed(42)
                .transport(transport)
                .listener(new GatewayListener() {
                    @Override
                    public void onCompletion(Exchange exchange, Completion completion) {
                        completions.add(completion);
                    }

                    @Override
                    public void onAttempt(Exchange exchange, String name, Attempt attempt) {
                        attempts.add(attempt);
                    }

                    @Override
                    public void onRetryDenied(Exchange exchange, String name) {
                        denied.add(name);
                    }
                })
                .upstream("up", up -> {
                    up.endpoints("http://a:1", "http://b:1", "http://c:1");
                    upstream.accept(up);
                })
                .route("/up/**", r -> r.to("up"));
        gateway = more.apply(builder).build();
    }

    static Fixture of(ScriptedTransport transport) {
        return new Fixture(transport, up -> {}, builder -> builder);
    }

    /** Answers within this call, or fails the test. */
    Response call(Request request) {
        CompletableFuture<Response> stage = begin(request);
        assertThat(stage).as("answered at once").isDone();
        return stage.join();
    }

    CompletableFuture<Response> begin(Request request) {
        return gateway.handle(request).toCompletableFuture();
    }

    static String text(Response response) {
        try {
            return new String(
                    response.body().bytes(1 << 20).toCompletableFuture().get(10, TimeUnit.SECONDS),
                    StandardCharsets.UTF_8);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static GatewayException failure(Kind kind, RequestSent sent) {
        return new GatewayException(kind, sent, "scripted", null);
    }

    int inFlight() {
        return gateway.upstream("up").balancer().nodes().stream()
                .mapToInt(Node::inFlight)
                .sum();
    }

    @Override
    public void close() {
        gateway.close(Duration.ZERO);
    }
}
