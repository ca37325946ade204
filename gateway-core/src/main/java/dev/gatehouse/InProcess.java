package dev.gatehouse;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A call within the process: the caller is the client, and no server is in between. */
final class InProcess implements HostExchange {

    private static final HostCapabilities CAPABILITIES =
            new HostCapabilities("in-process", false, true, true, false, false, false);

    private final CompletableFuture<Response> result = new CompletableFuture<>();

    CompletionStage<Response> result() {
        return result;
    }

    @Override
    public HostCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public void onClientGone(Consumer<Throwable> listener) {
        // A caller that cancels the stage does not want the answer any more.
        var unused = result.whenComplete((response, thrown) -> {
            if (result.isCancelled()) {
                listener.accept(thrown);
            }
        });
    }

    @Override
    public void interim(int status, Headers headers) {}

    @Override
    public void respond(Response response, Done done) {
        // Content in memory holds nothing, so the exchange need not wait for somebody to read it.
        Body copy = response.body().inMemory() == null ? null : response.body().replay();
        Response given = response.withBody(
                copy == null ? response.body().onEnd((bytes, failure, cancelled) -> done.done(failure)) : copy);
        if (!result.complete(given)) {
            IllegalStateException gone = new IllegalStateException("the caller has cancelled");
            response.body().cancel(gone);
            done.done(gone);
        } else if (copy != null) {
            done.done(null);
        }
    }

    @Override
    public void toHost(Request request, HostCallback callback) {
        callback.failed(new IllegalStateException("a call within the process has no host behind it"));
    }

    @Override
    public boolean passesUnmatched() {
        return false;
    }

    @Override
    public void passOn() {
        throw new IllegalStateException("not asked for");
    }
}
