package dev.gatehouse.jdkserver;

import com.sun.net.httpserver.HttpExchange;
import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.BlockingTurn;
import dev.gatehouse.internal.host.HostThread;
import dev.gatehouse.internal.host.StreamBody;
import java.io.IOException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One exchange of the JDK's server, on its way through the gateway. */
final class JdkExchange implements HostExchange {

    private final HttpExchange exchange;
    private final HostCapabilities capabilities;
    private final BlockingTurn turn = new BlockingTurn();
    private final JdkUpload upload;
    private final StreamBody content;
    private final Request received;
    private volatile @Nullable JdkOut out;

    JdkExchange(HttpExchange exchange, HostCapabilities capabilities) {
        this.exchange = exchange;
        this.capabilities = capabilities;
        long length = Requests.contentLength(exchange.getRequestHeaders());
        this.upload = new JdkUpload(exchange, length);
        this.content = new StreamBody(turn.thread(), () -> upload, length, Headers::empty);
        this.received = Requests.received(exchange, length == 0 ? Body.empty() : Body.of(content, length));
    }

    /**
     * What this server can carry.
     *
     * @param toHost whether there is a handler behind the gateway
     */
    static HostCapabilities capabilities(boolean toHost) {
        return new HostCapabilities(
                toHost ? "JDK HttpServer filter" : "JDK HttpServer", false, false, false, false, toHost, false);
    }

    BlockingTurn.Decision await() {
        return turn.await();
    }

    BlockingTurn.HostRun hostRun() {
        return turn.hostRun();
    }

    HostThread thread() {
        return turn.thread();
    }

    Request received() {
        return received;
    }

    /** The content as the server reads it. */
    JdkUpload upload() {
        return upload;
    }

    /** Whether the server's own stream can be left to the host's code. */
    boolean isUnread(Body body) {
        return body == received.body() && !content.isTouched();
    }

    /**
     * Waits until the response is written, and ends the exchange.
     *
     * @throws IOException if it broke off: the server closes a connection whose handler throws, and writes no last chunk
     */
    void finish() throws IOException {
        turn.finish();
        JdkOut written = out;
        if (written != null) {
            written.linger();
        }
    }

    @Override
    public HostCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public void interim(int status, Headers headers) {
        // This server has no way to send one but the 100 that it sends by itself.
    }

    @Override
    public void respond(Response response, Done done) {
        JdkOut mine = new JdkOut(exchange, response, upload, received.body().length() < 0);
        out = mine;
        turn.respond(response, mine, failure -> {
            if (failure != null) {
                upload.cut(); // or the thread reads on, and the client waits for the rest of a response that broke off
            }
            done.done(failure);
        });
    }

    @Override
    public void onClientGone(Consumer<Throwable> listener) {
        turn.onGone(listener);
    }

    @Override
    public void toHost(Request request, HostCallback callback) {
        turn.runHost(request, callback);
    }

    @Override
    public boolean passesUnmatched() {
        return capabilities.toHost();
    }

    @Override
    public void passOn() {
        turn.passOn();
    }
}
