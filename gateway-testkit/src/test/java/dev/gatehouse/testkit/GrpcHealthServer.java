package dev.gatehouse.testkit;

import dev.gatehouse.balancer.Endpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * A gRPC server that has nothing but the health service, over HTTP/2 in clear text alone. The service's name says what it
 * does. What is no POST is answered 204.
 */
final class GrpcHealthServer extends Handler.Abstract implements AutoCloseable {

    private static final byte[] SERVING = {0, 0, 0, 0, 2, 8, 1};
    private static final byte[] NOT_SERVING = {0, 0, 0, 0, 2, 8, 2};

    /** What came: path, content type, TE and User-Agent. */
    final LinkedBlockingQueue<String> heads = new LinkedBlockingQueue<>();

    /** That a request which is not answered was reset. */
    final CountDownLatch reset = new CountDownLatch(1);

    private final Server server = new Server();
    private final ServerConnector connector =
            new ServerConnector(server, 1, 1, new HTTP2CServerConnectionFactory(new HttpConfiguration()));

    GrpcHealthServer() {
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(this);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    Endpoint endpoint() {
        return Endpoint.of("http://127.0.0.1:" + connector.getLocalPort());
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        HttpFields fields = request.getHeaders();
        // Before anybody is told that the request has come, and may give it up.
        request.addFailureListener(failure -> reset.countDown());
        heads.add(request.getMethod() + " " + request.getHttpURI().getPathQuery() + " " + fields.get("content-type")
                + " " + fields.get("te") + " " + fields.get("user-agent"));
        if (!request.getMethod().equals("POST")) {
            response.setStatus(204);
            callback.succeeded();
            return true;
        }
        Content.Source.asByteBuffer(
                request, Promise.from(asked -> answer(asked, request, response, callback), callback::failed));
        return true;
    }

    private void answer(ByteBuffer asked, Request request, Response response, Callback callback) {
        response.getHeaders().put("content-type", "application/grpc");
        switch (service(asked)) {
            case "", "shop.Orders" -> message(SERVING, "0", response, callback);
            case "shop.Closed" -> message(NOT_SERVING, "0", response, callback);
            case "shop.Broken" -> message(SERVING, "13", response, callback);
            case "shop.Endless" -> endless(response, callback);
            case "shop.Silent" -> request.addFailureListener(callback::failed);
            default -> {
                // An answer of trailers only.
                response.getHeaders().put("grpc-status", "5").put("grpc-message", "unknown service");
                response.write(true, ByteBuffer.allocate(0), callback);
            }
        }
    }

    private static String service(ByteBuffer asked) {
        if (asked.get() != 0 || asked.getInt() != asked.remaining()) {
            throw new IllegalArgumentException("not one message");
        }
        if (!asked.hasRemaining()) {
            return "";
        }
        if (asked.get() != 0x0a || asked.get() != asked.remaining()) {
            throw new IllegalArgumentException("not field 1 alone");
        }
        return StandardCharsets.UTF_8.decode(asked).toString();
    }

    private static void message(byte[] message, String status, Response response, Callback callback) {
        response.setTrailersSupplier(() -> HttpFields.build().put("grpc-status", status));
        response.write(true, ByteBuffer.wrap(message), callback);
    }

    /** Until nobody reads any more. */
    private static void endless(Response response, Callback callback) {
        response.write(
                false,
                ByteBuffer.wrap(new byte[1024]),
                Callback.from(() -> endless(response, callback), callback::failed));
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
