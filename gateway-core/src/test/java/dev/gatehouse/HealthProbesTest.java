package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Health;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.HttpHealthCheck;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.transport.Call;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Health checks of a gateway, which go through its transport: here one without sockets, under virtual time. */
class HealthProbesTest {

    private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};

    private final VirtualClock time = new VirtualClock();
    private final List<String> told = new ArrayList<>();
    private @Nullable Gateway gateway;

    @AfterEach
    void nothingIsLeft() {
        if (gateway != null) {
            gateway.close(Duration.ZERO);
        }
        assertThat(time.pending()).isZero();
    }

    private GatewayBuilder builder(ScriptedTransport transport, Consumer<UpstreamBuilder> more) {
        return Gateway.builder()
                .time(time)
                .transport(transport)
                .listener(new GatewayListener() {
                    @Override
                    public void onAttempt(Exchange exchange, String upstream, Attempt attempt) {
                        told.add("attempt " + attempt);
                    }
                })
                .upstream("up", up -> {
                    up.endpoints("http://a:1").panicThreshold(0);
                    more.accept(up);
                })
                .route("/**", r -> r.to("up"));
    }

    private Node start(ScriptedTransport transport, HealthChecker checker) {
        return started(
                transport,
                up -> up.healthCheck(checker, health -> health.jitter(0).unhealthyAfter(1)));
    }

    private Node started(ScriptedTransport transport, Consumer<UpstreamBuilder> more) {
        gateway = builder(transport, more).build();
        return node();
    }

    private Node node() {
        return Objects.requireNonNull(Objects.requireNonNull(gateway).upstream("up"))
                .balancer()
                .nodes()
                .get(0);
    }

    private void seconds(double seconds) {
        time.advance(Duration.ofNanos((long) (seconds * 1e9)));
    }

    @Test
    void anHttpCheckGoesThroughTheTransport() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(204));
        Node node = start(transport, HealthChecker.http("/health?deep=1"));
        seconds(0);
        assertThat(node.health()).isEqualTo(Health.UP);
        Call call = transport.sent.get(0).call;
        assertThat(call.endpoint()).isEqualTo(node.endpoint());
        assertThat(call.protocol()).isEqualTo(Call.Protocol.HTTP_1_1);
        assertThat(call.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
        Request request = call.request();
        assertThat(request.method()).isEqualTo("GET");
        assertThat(request.target().raw()).isEqualTo("/health?deep=1");
        assertThat(request.authority()).isEqualTo("a:1");
        assertThat(request.headers()).isEqualTo(Headers.of("User-Agent", "gatehouse-health-check"));
    }

    @Test
    void itIsNoCall() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(500));
        Node node = started(
                transport,
                up -> up.healthCheck(HealthChecker.http("/"), health -> health.jitter(0))
                        .outlierDetection(outlier -> outlier.consecutiveFailures(1))
                        .attemptFilter(Filter.onResponse(response -> {
                            told.add("filter");
                            return response;
                        })));
        seconds(1);
        assertThat(transport.sent).hasSize(2);
        assertThat(told).isEmpty();
        assertThat(node.inFlight()).isZero();
        assertThat(node.failures()).isZero();
    }

    @Test
    void methodHostAndHeadersAreSettings() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        start(
                transport,
                HttpHealthCheck.builder("/")
                        .method("HEAD")
                        .host("shop.example")
                        .header("X-Check", "yes")
                        .build());
        seconds(0);
        Request request = transport.sent.get(0).call.request();
        assertThat(request.method()).isEqualTo("HEAD");
        assertThat(request.authority()).isEqualTo("shop.example");
        assertThat(request.headers().get("X-Check")).isEqualTo("yes");
    }

    @Test
    void anUpstreamOfHttp2IsAskedOverHttp2() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        started(transport, up -> up.http2().healthCheck(HealthChecker.http("/"), health -> health.jitter(0)));
        seconds(0);
        assertThat(transport.sent.get(0).call.protocol()).isEqualTo(Call.Protocol.HTTP_2);
    }

    @Test
    void aGrpcCheckIsAskedOverHttp2Always() {
        ScriptedTransport transport = new ScriptedTransport(sent -> sent.respond(Response.of(503)));
        Node node = start(transport, HealthChecker.grpc("a.B"));
        seconds(0);
        ScriptedTransport.Sent sent = transport.sent.get(0);
        assertThat(sent.call.protocol()).isEqualTo(Call.Protocol.HTTP_2);
        assertThat(sent.readContent()).isEqualTo("\0\0\0\0\5\n\3a.B");
        assertThat(sent.call.request().headers().get("te")).isEqualTo("trailers");
        assertThat(node.health()).isEqualTo(Health.DOWN);
    }

    @Test
    void contentArrivesPieceByPiece() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        List<String> seen = new ArrayList<>();
        Node node =
                start(transport, HttpHealthCheck.builder("/").content(seen::add).build());
        seconds(0);
        ScriptedTransport.Content content = transport.sent.get(0).stream();
        content.push("o");
        content.push("k");
        assertThat(node.health()).isEqualTo(Health.UNKNOWN);
        content.end(Chunk.end());
        assertThat(node.health()).isEqualTo(Health.UP);
        assertThat(seen).containsExactly("ok");
    }

    @Test
    void contentThatIsTooLongIsCancelledAndJudgedByItsStart() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        List<String> seen = new ArrayList<>();
        Node node =
                start(transport, HttpHealthCheck.builder("/").content(seen::add).build());
        seconds(0);
        ScriptedTransport.Content content = transport.sent.get(0).stream();
        content.push("a".repeat(64 * 1024));
        assertThat(content.cancelled).isNull();
        content.push("b");
        assertThat(content.cancelled).isNotNull();
        assertThat(node.health()).isEqualTo(Health.UP);
        assertThat(seen).containsExactly("a".repeat(64 * 1024));
    }

    @Test
    void contentOfTheGreatestLengthIsNotCancelled() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Node node = start(transport, HealthChecker.http("/"));
        seconds(0);
        ScriptedTransport.Content content = transport.sent.get(0).stream();
        content.push("a".repeat(64 * 1024));
        content.end(Chunk.end());
        assertThat(content.cancelled).isNull();
        assertThat(node.health()).isEqualTo(Health.UP);
    }

    @Test
    void everyChunkIsReleased() {
        int[] open = {0};
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        start(transport, HealthChecker.http("/"));
        seconds(0);
        ScriptedTransport.Content content = transport.sent.get(0).stream();
        for (int i = 0; i < 5; i++) {
            open[0]++;
            content.end(new Chunk() {
                @Override
                public ByteBuffer data() {
                    return ByteBuffer.allocate(16 * 1024);
                }

                @Override
                public boolean last() {
                    return false;
                }

                @Override
                public void release() {
                    open[0]--;
                }
            });
        }
        assertThat(content.cancelled).isNotNull();
        assertThat(open[0]).isZero();
    }

    @Test
    void aCheckIsGivenUpWhenItsTimeIsOver() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Node node = start(transport, HealthChecker.http("/"));
        seconds(1.9);
        assertThat(transport.sent.get(0).aborted).isNull();
        seconds(0.2);
        assertThat(transport.sent.get(0).aborted).isNotNull();
        assertThat(node.health()).isEqualTo(Health.DOWN);
    }

    @Test
    void contentThatDoesNotEndIsGivenUpWhenTheTimeIsOver() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        Node node = start(transport, HealthChecker.http("/"));
        seconds(0);
        ScriptedTransport.Content content = transport.sent.get(0).stream();
        seconds(2);
        assertThat(content.cancelled).isNotNull();
        assertThat(node.health()).isEqualTo(Health.DOWN);
    }

    @Test
    void aCheckIsGivenUpWhenTheGatewayCloses() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        start(transport, HealthChecker.http("/"));
        seconds(0);
        Objects.requireNonNull(gateway).close(Duration.ZERO);
        assertThat(transport.sent.get(0).aborted).isNotNull();
    }

    @Test
    void aResponseToACheckThatWasGivenUpIsCancelled() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {});
        start(transport, HealthChecker.http("/"));
        seconds(2);
        ScriptedTransport.Sent late = transport.sent.get(0);
        ScriptedTransport.Content content = new ScriptedTransport.Content();
        // Past the script, which lets nothing through after an abort: a transport may have been about to tell.
        late.callback.response(Response.of(200, Headers.empty(), Body.of(content, -1)));
        assertThat(content.cancelled).isNotNull();
    }

    @Test
    void aFailureOfTheTransportIsAFailedCheck() {
        ScriptedTransport transport = new ScriptedTransport(
                sent -> sent.fail(new GatewayException(Kind.CONNECT_FAILED, RequestSent.NO, "nobody listens", null)));
        assertThat(startAndSettle(transport)).isEqualTo(Health.DOWN);
    }

    @Test
    void aTransportThatThrowsIsAFailedCheck() {
        ScriptedTransport transport = new ScriptedTransport(sent -> {
            throw new IllegalStateException("on purpose");
        });
        assertThat(startAndSettle(transport)).isEqualTo(Health.DOWN);
    }

    @Test
    void contentThatBreaksOffIsAFailedCheck() {
        ScriptedTransport transport = new ScriptedTransport(
                sent -> sent.stream().end(Chunk.failed(new GatewayException(Kind.RESPONSE_BODY_UPSTREAM, "cut"))));
        assertThat(startAndSettle(transport)).isEqualTo(Health.DOWN);
    }

    private Health startAndSettle(ScriptedTransport transport) {
        Node node = start(transport, HealthChecker.http("/"));
        seconds(0);
        return node.health();
    }

    @Test
    void aGrpcStatusInTheTrailersIsRead() {
        Node node = start(
                ScriptedTransport.answering(sent -> streamed(Headers.of("grpc-status", "0"))), HealthChecker.grpc());
        seconds(0);
        assertThat(node.health()).isEqualTo(Health.UP);
    }

    @Test
    void aFailureInTheTrailersIsRead() {
        Node node = start(
                ScriptedTransport.answering(sent -> streamed(Headers.of("grpc-status", "2"))), HealthChecker.grpc());
        seconds(0);
        assertThat(node.health()).isEqualTo(Health.DOWN);
    }

    private static Response streamed(Headers trailers) {
        Body.Source source = new Body.Source() {
            private boolean read;

            @Override
            public Chunk read() {
                Chunk next = read ? Chunk.end() : Chunk.of(ByteBuffer.wrap(SERVING), true);
                read = true;
                return next;
            }

            @Override
            public void demand(Runnable onAvailable) {
                onAvailable.run();
            }

            @Override
            public void cancel(Throwable reason) {}

            @Override
            public Headers trailers() {
                return read ? trailers : Headers.empty();
            }
        };
        return Response.of(200, Headers.of("Content-Type", "application/grpc"), Body.of(source, -1));
    }

    @Test
    void anUpdateToAnotherTransportChecksThroughThatOne() {
        ScriptedTransport first = ScriptedTransport.answering(sent -> Response.of(200));
        ScriptedTransport second = ScriptedTransport.answering(sent -> Response.of(200));
        Consumer<UpstreamBuilder> settings = up -> up.healthCheck(HealthChecker.http("/"), health -> health.jitter(0));
        started(first, settings);
        seconds(6);
        int before = first.sent.size();
        Objects.requireNonNull(gateway).update(builder(second, settings));
        seconds(6);
        assertThat(second.sent).isNotEmpty();
        assertThat(first.sent).hasSize(before);
    }

    @Test
    void anUpdateToHttp2ChecksOverHttp2() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Consumer<UpstreamBuilder> settings = up -> up.healthCheck(HealthChecker.http("/"), health -> health.jitter(0));
        started(transport, settings);
        seconds(1);
        Objects.requireNonNull(gateway).update(builder(transport, settings.andThen(UpstreamBuilder::http2)));
        seconds(6);
        assertThat(transport.sent.get(transport.sent.size() - 1).call.protocol())
                .isEqualTo(Call.Protocol.HTTP_2);
    }

    @Test
    void anUpdateThatChangesNothingGoesOnChecking() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Consumer<UpstreamBuilder> settings = up -> up.healthCheck(HealthChecker.http("/"), health -> health.jitter(0));
        started(transport, settings);
        seconds(1);
        Node before = node();
        Objects.requireNonNull(gateway).update(builder(transport, settings));
        assertThat(node()).isSameAs(before);
        seconds(3);
        // No check began anew: the next one comes five seconds after the first.
        assertThat(transport.sent).hasSize(1);
    }
}
