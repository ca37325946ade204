package dev.gatehouse.testkit.host;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.jetty.GatewayHandler;
import dev.gatehouse.jetty.GatewayServer;
import dev.gatehouse.testkit.RawConnection;
import dev.gatehouse.testkit.RawUpstream;
import dev.gatehouse.testkit.TestTls;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a Jetty server lends to the transport of its gateway, and takes back. */
final class LentPartsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Set<Thread> before = Thread.getAllStackTraces().keySet();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final CountDownLatch slowMayAnswer = new CountDownLatch(1);
    private final CountDownLatch slowIsAsked = new CountDownLatch(1);
    private final CompletableFuture<Response> slowAnswer = new CompletableFuture<>();
    private final RawUpstream quick = RawUpstream.start(RawUpstream.answering(OK));
    private final RawUpstream slow = RawUpstream.start(connection -> {
        connection.readHead();
        slowIsAsked.countDown();
        await(slowMayAnswer);
        connection.write(OK);
    });
    private final Gateway behindHttp2 = Gateway.builder()
            .route("/http2", route -> route.respond(Response.text(200, "two")))
            .route(
                    "/http2/slow",
                    route -> route.handle((request, exchange) -> {
                        slowIsAsked.countDown();
                        return slowAnswer;
                    }))
            .build();
    private final GatewayServer http2 = GatewayServer.start(behindHttp2, "127.0.0.1", 0);

    private final RawUpstream secure = RawUpstream.startTls(TestTls.localhost(), RawConnection::readToEnd);
    private final List<Server> servers = new ArrayList<>();

    private final Gateway gateway = Gateway.builder()
            .upstream("quick", up -> up.endpoints(quick.endpoint()))
            .upstream("named", up -> up.endpoints("http://localhost:" + quick.port()))
            .upstream("slow", up -> up.endpoints(slow.endpoint()))
            .upstream("tls", up -> up.endpoints("https://localhost:" + secure.port()))
            .upstream("http2", up -> up.endpoints(http2.uri().toString()).http2())
            .route("/quick", route -> route.to("quick"))
            .route("/named", route -> route.to("named"))
            .route("/slow", route -> route.to("slow"))
            .route("/tls", route -> route.to("tls"))
            .route("/http2/**", route -> route.to("http2"))
            .build();

    @AfterEach
    void close() throws Exception {
        slowMayAnswer.countDown();
        for (Server server : servers) {
            server.stop();
        }
        gateway.close();
        http2.close();
        behindHttp2.close();
        quick.close();
        slow.close();
        secure.close();
        assertThat(ownThreads()).isEmpty();
    }

    @Test
    void aHandlersGatewayCallsUpstreamsOnThreadsOfItsServer() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        assertThat(ownThreads()).isEmpty();
    }

    @Test
    void twoHandlersInOneServerBorrowFromOneServer() throws Exception {
        Server server = started(new Handler.Sequence(
                context("/quick", GatewayHandler.of(gateway)), context("/", GatewayHandler.of(gateway))));
        try {
            assertThat(get(server, "/quick")).isEqualTo("200 ok");
            assertThat(ownThreads()).isEmpty();
        } finally {
            server.stop();
        }
        assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
    }

    @Test
    void soDoesTheGatewayOfAServerOfItsOwn() throws Exception {
        try (GatewayServer server = GatewayServer.start(gateway, "127.0.0.1", 0)) {
            assertThat(get(server.port(), "/quick")).isEqualTo("200 ok");
            assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
            assertThat(ownThreads()).isEmpty();
        }
    }

    @Test
    void whenTheServerHasStoppedTheGatewayGoesOnOnThreadsOfItsOwn() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        assertThat(get(server, "/http2")).isEqualTo("200 two");

        server.stop();

        assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
        assertThat(inProcess(Request.get("/http2")).get(10, SECONDS)).isEqualTo("200 two");
        assertThat(ownThreads()).isNotEmpty();
    }

    @Test
    void whatIsUnderWayWhenTheServerStopsIsTriedAgainOnThreadsOfOurOwn() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        CompletableFuture<String> underWay = inProcess(Request.get("/slow"));
        assertThat(slowIsAsked.await(10, SECONDS)).isTrue();
        assertThat(ownThreads()).isEmpty();

        server.stop();
        slowMayAnswer.countDown();

        assertThat(underWay.get(10, SECONDS)).isEqualTo("200 ok");
        assertThat(slow.connections()).hasSize(2);
    }

    @Test
    void whatMustNotBeTriedAgainEndsWithTheServer() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        CompletableFuture<String> underWay = inProcess(Request.builder("POST", "/slow"));
        assertThat(slowIsAsked.await(10, SECONDS)).isTrue();

        server.stop();

        assertThat(underWay.get(10, SECONDS)).startsWith("502");
    }

    @Test
    void aServerThatStartsAgainLendsAgain() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        server.stop();

        server.start();
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        assertThat(ownThreads()).isEmpty();
    }

    @Test
    void whatOneServerHasUnderWayDoesNotEndWithAnother() throws Exception {
        Server first = started(GatewayHandler.of(gateway));
        assertThat(get(first, "/quick")).isEqualTo("200 ok");
        Server second = started(GatewayHandler.of(gateway));
        CompletableFuture<String> underWay = send(port(second), "/slow");
        assertThat(slowIsAsked.await(10, SECONDS)).isTrue();

        first.stop();
        slowMayAnswer.countDown();

        assertThat(underWay.get(10, SECONDS)).isEqualTo("200 ok");
        assertThat(slow.connections()).hasSize(1);
        assertThat(get(second, "/quick")).isEqualTo("200 ok");
    }

    @Test
    void aSmallPoolIsLeftToItsServer() throws Exception {
        Server server = started(new QueuedThreadPool(6), GatewayHandler.of(gateway));
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        assertThat(ownThreads()).isNotEmpty();
    }

    @Test
    void http2InClearTextIsSpokenOnTheServersThreadsToo() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/http2")).isEqualTo("200 two");
        assertThat(ownThreads()).isEmpty();
    }

    @Test
    void tlsHasThreadsOfItsOwn() throws Exception {
        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/tls")).startsWith("502");
        assertThat(ownThreads()).isNotEmpty();
    }

    @Test
    void aCallDoesNotWaitForAThreadOfAPoolThatHasNoneToSpare() throws Exception {
        QueuedThreadPool threads = new QueuedThreadPool(2 * Runtime.getRuntime().availableProcessors() + 20);
        CountDownLatch blocked = new CountDownLatch(1);
        GatewayServer server =
                GatewayServer.builder(gateway).port(0).threadPool(threads).start();
        try {
            assertThat(get(server.port(), "/quick")).isEqualTo("200 ok");
            for (int i = 0; i < threads.getMaxThreads(); i++) {
                threads.execute(() -> await(blocked));
            }
            assertThat(ownThreads()).isEmpty();

            // The first needs loops besides those of the server, the second a look-up of its name.
            assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
            assertThat(inProcess(Request.get("/named")).get(10, SECONDS)).isEqualTo("200 ok");
            assertThat(ownThreads()).isNotEmpty();
        } finally {
            blocked.countDown();
            server.close();
        }
    }

    @Test
    void whatAGatewayHasAlreadyItDoesNotBorrow() throws Exception {
        assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
        Set<String> own = ownThreads();
        assertThat(own).isNotEmpty();

        Server server = started(GatewayHandler.of(gateway));
        assertThat(get(server, "/quick")).isEqualTo("200 ok");
        server.stop();

        assertThat(ownThreads()).containsAll(own);
        assertThat(inProcess(Request.get("/quick")).get(10, SECONDS)).isEqualTo("200 ok");
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static Handler context(String path, Handler handler) {
        ContextHandler context = new ContextHandler(handler, path);
        context.setAllowNullPathInContext(true);
        return context;
    }

    private Server started(Handler handler) throws Exception {
        return started(new QueuedThreadPool(), handler);
    }

    private Server started(QueuedThreadPool threads, Handler handler) throws Exception {
        Server server = new Server(threads);
        server.addConnector(new ServerConnector(server, 1, 1));
        server.setHandler(handler);
        servers.add(server);
        server.start();
        return server;
    }

    /** Of transports, and not there when the test began. */
    private Set<String> ownThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> name.startsWith("gatehouse-upstream"))
                .collect(Collectors.toSet());
    }

    private CompletableFuture<String> inProcess(Request.Builder request) {
        return gateway.handle(request.build())
                .thenCompose(response -> response.body()
                        .bytes(1000)
                        .thenApply(bytes -> response.status() + " " + new String(bytes, US_ASCII)))
                .toCompletableFuture();
    }

    private String get(Server server, String path) throws Exception {
        return get(port(server), path);
    }

    private String get(int port, String path) throws Exception {
        return send(port, path).get(10, SECONDS);
    }

    private CompletableFuture<String> send(int port, String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(PATIENCE)
                .build();
        return client.sendAsync(request, BodyHandlers.ofString())
                .thenApply(response -> response.statusCode() + " " + response.body());
    }

    private static int port(Server server) {
        return ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    }
}
