package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayListener;
import dev.gatehouse.UpstreamBuilder;
import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.BalancerEvent;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.HealthChecker;
import dev.gatehouse.balancer.HttpHealthCheck;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.TransportProbes;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Health checks over Jetty's transport and real sockets: the way of the traffic. */
class TransportProbesTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = JettyTransport.builder()
            .trustStore(TestTls.trust())
            .byteBufferPool(buffers)
            .build();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @AfterEach
    void nothingIsLeftBehind() {
        transport.close();
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    private Gateway gateway(JettyTransport over, Endpoint endpoint, Consumer<UpstreamBuilder> more) {
        return Gateway.builder()
                .transport(over)
                .listener(new GatewayListener() {
                    @Override
                    public void onBalancerEvent(String upstream, BalancerEvent event) {
                        if (event.type() == BalancerEvent.Type.UP || event.type() == BalancerEvent.Type.DOWN) {
                            events.add(event.type() + " " + event.reason());
                        }
                    }
                })
                .upstream("up", up -> {
                    up.endpoints(endpoint);
                    more.accept(up);
                })
                .route("/**", r -> r.to("up"))
                .build();
    }

    /** What the first check of an endpoint decides. */
    private String decision(
            JettyTransport over, Endpoint endpoint, HealthChecker checker, Consumer<UpstreamBuilder> more) {
        Gateway gateway = gateway(
                over,
                endpoint,
                more.andThen(
                        up -> up.healthCheck(checker, health -> health.jitter(0).unhealthyAfter(1))));
        try {
            return Patience.await(events, "no check decided");
        } finally {
            gateway.close(Duration.ZERO);
        }
    }

    private String decision(Endpoint endpoint, HealthChecker checker) {
        return decision(transport, endpoint, checker, up -> {});
    }

    @Test
    void aCertificateThatOnlyTheTransportTrustsIsGood() {
        try (RawUpstream upstream = RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(OK))) {
            HealthChecker checker = HttpHealthCheck.builder("/health")
                    .content(text -> text.equals("ok"))
                    .build();
            assertThat(decision(upstream.endpoint(), checker)).startsWith("UP");
            assertThat(upstream.connection(0).received())
                    .startsWith("GET /health HTTP/1.1\r\n")
                    .contains("Host: localhost:" + upstream.port() + "\r\n")
                    .contains("User-Agent: gatehouse-health-check\r\n");
        }
    }

    /** The same question by the JDK's client fails: what the gateway finds out there is its transport's doing. */
    @Test
    void aloneTheSameCertificateIsNot() {
        try (RawUpstream upstream = RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(OK));
                Balancer balancer = Balancer.builder(upstream.endpoint().uri().toString())
                        .healthCheck(
                                HealthChecker.http("/"),
                                health -> health.jitter(0).unhealthyAfter(1))
                        .listener(event -> events.add(event.type() + " " + event.reason()))
                        .build()) {
            assertThat(Patience.await(events, "no endpoint")).startsWith("ADDED");
            assertThat(Patience.await(events, "no check decided"))
                    .startsWith("DOWN")
                    .contains("SSLHandshakeException");
            assertThat(balancer.nodes()).hasSize(1);
        }
    }

    @Test
    void aCertificateThatTheTransportDoesNotTrustIsNot() {
        JettyTransport wary = JettyTransport.builder()
                .trustStore(TestTls.trustElsewhereOnly())
                .build();
        try (wary;
                RawUpstream upstream = RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(OK))) {
            assertThat(decision(wary, upstream.endpoint(), HealthChecker.http("/"), up -> {}))
                    .startsWith("DOWN");
        }
    }

    @Test
    void aCertificateForAnotherHostIsNot() {
        try (RawUpstream upstream = RawUpstream.startTls(TestTls.elsewhere(), RawUpstream.answering(OK))) {
            assertThat(decision(upstream.endpoint(), HealthChecker.http("/"))).startsWith("DOWN");
        }
    }

    @Test
    void anotherHostThatIsAskedForDoesNotChangeWhomTlsVerifies() {
        HealthChecker checker =
                HttpHealthCheck.builder("/").host("shop.example").build();
        try (RawUpstream upstream = RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(OK))) {
            assertThat(decision(upstream.endpoint(), checker)).startsWith("UP");
            assertThat(upstream.connection(0).received()).contains("Host: shop.example\r\n");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theVersionOfHttpIsThatOfTheTraffic(Call.Protocol protocol) {
        try (GrpcHealthServer http2Only = new GrpcHealthServer()) {
            boolean http2 = protocol == Call.Protocol.HTTP_2;
            HealthChecker checker =
                    HttpHealthCheck.builder("/health").method("HEAD").build();
            String decision = decision(transport, http2Only.endpoint(), checker, up -> {
                if (http2) {
                    up.http2();
                }
            });
            assertThat(decision).startsWith(http2 ? "UP" : "DOWN");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'', UP 1 checks in a row succeeded",
        "shop.Orders, UP 1 checks in a row succeeded",
        "shop.Closed, NOT_SERVING (expected: SERVING)",
        "shop.Broken, grpc-status 13",
        "shop.Other, grpc-status 5 (NOT_FOUND: no such service): unknown service",
        "shop.Endless, an answer of more than 4096 bytes"
    })
    void aGrpcServerIsAskedForItsHealth(String service, String decision) {
        try (GrpcHealthServer server = new GrpcHealthServer()) {
            // Though the upstream's traffic is HTTP/1.1.
            assertThat(decision(server.endpoint(), HealthChecker.grpc(service))).endsWith(decision);
            assertThat(server.heads)
                    .contains("POST /grpc.health.v1.Health/Check application/grpc trailers gatehouse-health-check");
        }
    }

    @Test
    void aGrpcServerThatNeverAnswersIsDownAndItsStreamReset() {
        try (GrpcHealthServer server = new GrpcHealthServer()) {
            Gateway gateway = gateway(
                    transport,
                    server.endpoint(),
                    up -> up.healthCheck(
                            HealthChecker.grpc("shop.Silent"),
                            health -> health.jitter(0).unhealthyAfter(1).timeout(Duration.ofMillis(300))));
            try {
                assertThat(Patience.await(events, "no check decided"))
                        .isEqualTo("DOWN 1 checks in a row failed, the last with TimeoutException: no answer within 300"
                                + " ms");
                Patience.await(server.reset, "the stream was not reset");
            } finally {
                gateway.close(Duration.ZERO);
            }
        }
    }

    @Test
    void whatIsUnderWayEndsWithTheGateway() {
        try (GrpcHealthServer server = new GrpcHealthServer()) {
            Gateway gateway = gateway(
                    transport,
                    server.endpoint(),
                    up -> up.healthCheck(
                            HealthChecker.grpc("shop.Silent"),
                            health -> health.jitter(0)
                                    .interval(Duration.ofMinutes(2))
                                    .timeout(Duration.ofMinutes(1))));
            Patience.await(server.heads, "no check came");
            gateway.close(Duration.ZERO);
            Patience.await(server.reset, "the stream was not reset");
        }
    }

    @Test
    void contentThatDoesNotEndIsCutAndItsConnectionClosed() {
        try (RawUpstream upstream = RawUpstream.start(connection -> {
            connection.readRequest();
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                connection.write("400\r\n" + "a".repeat(1024) + "\r\n");
            }
        })) {
            assertThat(decision(upstream.endpoint(), HealthChecker.http("/"))).startsWith("UP");
        }
    }

    @Test
    void checksShareAConnection() {
        try (RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK))) {
            HealthChecker checker = HealthChecker.http("/")
                    .through(new TransportProbes(transport, Call.Protocol.HTTP_1_1, Duration.ofSeconds(5)));
            for (int i = 0; i < 3; i++) {
                Patience.await(checker.check(upstream.endpoint()), "check " + i + " did not end");
            }
            assertThat(upstream.connections()).hasSize(1);
        }
    }

    @Test
    void aTimeOutThatCannotBeIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransportProbes(transport, Call.Protocol.HTTP_2, Duration.ZERO))
                .withMessage("timeout: PT0S (expected: > 0)");
    }

    /** The contract for a check over a transport. */
    abstract static class OverTransport extends HealthCheckerContract {

        private final JettyTransport transport =
                JettyTransport.builder().idleTimeout(Duration.ofMillis(500)).build();

        abstract HealthChecker checker();

        abstract Call.Protocol protocol();

        @Override
        protected HealthChecker newChecker() {
            return checker().through(new TransportProbes(transport, protocol(), Duration.ofSeconds(5)));
        }

        @AfterEach
        void close() {
            transport.close();
        }
    }

    @Nested
    class OverHttp1 extends OverTransport {

        private final RawUpstream upstream = RawUpstream.start(RawUpstream.answering(OK));

        @Override
        HealthChecker checker() {
            return HealthChecker.http("/");
        }

        @Override
        Call.Protocol protocol() {
            return Call.Protocol.HTTP_1_1;
        }

        @Override
        protected Endpoint wellEndpoint() {
            return upstream.endpoint();
        }

        @AfterEach
        void stop() {
            upstream.close();
        }
    }

    @Nested
    class OverGrpc extends OverTransport {

        private final GrpcHealthServer server = new GrpcHealthServer();

        @Override
        HealthChecker checker() {
            return HealthChecker.grpc();
        }

        @Override
        Call.Protocol protocol() {
            return Call.Protocol.HTTP_2;
        }

        @Override
        protected Endpoint wellEndpoint() {
            return server.endpoint();
        }

        @AfterEach
        void stop() {
            server.close();
        }
    }
}
