package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.TransportFixture.LONG;
import static dev.gatehouse.testkit.TransportFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import dev.gatehouse.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many exchanges at once, good and bad, given up at any moment: each is reported once and nothing is left behind. */
final class JettyTransportChurnTest {

    private static final int THREADS = 8;
    private static final int REQUESTS = 100;
    private static final long SEED = 20260101;

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = JettyTransportContractTest.jetty(TransportSetup.usual())
            .byteBufferPool(buffers)
            .build();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final Server server = new Server();
    private final HttpConfiguration configuration = new HttpConfiguration();
    private final ServerConnector connector = new ServerConnector(
            server, 1, 1, new HttpConnectionFactory(configuration), new HTTP2CServerConnectionFactory(configuration));

    @BeforeEach
    void startServer() throws Exception {
        server.addConnector(connector);
        server.setHandler(new Upstream());
        server.start();
    }

    @AfterEach
    void stopServer() throws Exception {
        threads.shutdownNow();
        transport.close();
        server.stop();
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    /** Behaves as the path says. */
    private static final class Upstream extends Handler.Abstract {

        @Override
        public boolean handle(org.eclipse.jetty.server.Request request, Response response, Callback callback) {
            switch (request.getHttpURI().getPath()) {
                case "/echo" -> Content.copy(request, response, callback);
                case "/early" -> response.write(true, ByteBuffer.wrap(new byte[1000]), callback);
                case "/cut" ->
                    response.write(
                            false,
                            ByteBuffer.wrap(new byte[1000]),
                            Callback.from(() -> callback.failed(new IllegalStateException("cut")), callback::failed));
                case "/fail" -> {
                    request.getConnectionMetaData()
                            .getConnection()
                            .getEndPoint()
                            .close();
                    callback.succeeded();
                }
                default ->
                    throw new IllegalArgumentException(request.getHttpURI().getPath());
            }
            return true;
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftBehind(Call.Protocol protocol) throws Exception {
        List<CompletableFuture<List<Answer>>> all = IntStream.range(0, THREADS)
                .mapToObj(thread ->
                        CompletableFuture.supplyAsync(() -> churn(protocol, new Random(SEED + thread)), threads))
                .toList();
        List<Answer> answers = new ArrayList<>();
        for (CompletableFuture<List<Answer>> some : all) {
            answers.addAll(Patience.await(some, "the exchanges did not end; seed " + SEED));
        }

        assertThat(answers)
                .hasSize(THREADS * REQUESTS)
                .allSatisfy(answer ->
                        assertThat(answer.reports()).as("seed " + SEED).isEqualTo(1));
        assertThat(answers.stream().filter(Answer::awaitSettled).count())
                .as("some must succeed")
                .isPositive();
        // What is still open is in the pool: the transport works as before.
        Answer last = new Answer();
        transport.send(call(protocol, request("POST", "/echo").body(Body.of("last"))), last);
        assertThat(last.awaitText()).isEqualTo("last");
    }

    private List<Answer> churn(Call.Protocol protocol, Random random) {
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            Answer answer = new Answer();
            answers.add(answer);
            one(protocol, random, answer);
        }
        return answers;
    }

    private void one(Call.Protocol protocol, Random random, Answer answer) {
        // One HTTP/2 connection carries everybody's exchanges: if it broke every few of them, few would be left to see.
        List<String> paths = protocol == Call.Protocol.HTTP_1_1
                ? List.of("/echo", "/echo", "/echo", "/early", "/cut", "/fail")
                : List.of("/echo", "/echo", "/echo", "/early", "/cut");
        PushedBody body = new PushedBody();
        Request.Builder request =
                request("POST", paths.get(random.nextInt(paths.size()))).body(body.body());
        boolean whole = random.nextBoolean();
        if (whole) {
            body.give(new byte[random.nextInt(100_000)]).end();
        }
        Transport.Handle handle = transport.send(call(protocol, request), answer);
        if (!whole) {
            body.give(new byte[random.nextInt(10_000)]);
        }
        int then = random.nextInt(4);
        if (then == 0) {
            handle.abort(new GatewayException(Kind.DEADLINE, "churn"));
        }
        body.end();
        if (answer.awaitSettled()) {
            if (then == 1) {
                answer.awaitResponse().body().cancel(new IllegalStateException("churn"));
            } else if (then == 2) {
                handle.abort(new GatewayException(Kind.DEADLINE, "churn"));
            }
            Answer.readAll(answer.awaitResponse().body());
        }
    }

    private Call call(Call.Protocol protocol, Request.Builder request) {
        Endpoint endpoint = Endpoint.of("http://127.0.0.1:" + connector.getLocalPort());
        return new Call(endpoint, request.build(), protocol, LONG, LONG);
    }
}
