package dev.gatehouse;

import dev.gatehouse.host.Done;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A host without a server, which writes a response as one does: reading its body, whatever it is. */
class ScriptedHost implements HostExchange {

    static final HostCapabilities CAPABILITIES = new HostCapabilities("scripted", true, true, true, true, true, true);

    final List<Integer> interims = new ArrayList<>();
    final List<Request> passedToHost = new ArrayList<>();
    private final @Nullable Throwable gone;
    volatile @Nullable Response response;
    volatile @Nullable HostCallback callback;

    /** All that was written until the body's end; the end is an exclamation mark if it broke off. */
    volatile String written = "";

    ScriptedHost() {
        this(null);
    }

    /** A client that is gone before anything begins. */
    ScriptedHost(@Nullable Throwable gone) {
        this.gone = gone;
    }

    @Override
    public HostCapabilities capabilities() {
        return CAPABILITIES;
    }

    @Override
    public void interim(int status, Headers headers) {
        interims.add(status);
    }

    @Override
    public void respond(Response answer, Done done) {
        response = answer;
        write(answer, done);
    }

    private synchronized void write(Response answer, Done done) {
        Chunk chunk = answer.body().read();
        while (chunk != null) {
            if (chunk.failure() != null) {
                written += "!";
                done.done(chunk.failure());
                return;
            }
            written += StandardCharsets.UTF_8.decode(chunk.data());
            boolean last = chunk.last();
            chunk.release();
            if (last) {
                done.done(null);
                return;
            }
            chunk = answer.body().read();
        }
        answer.body().demand(() -> write(answer, done));
    }

    @Override
    public void onClientGone(Consumer<Throwable> listener) {
        if (gone != null) {
            listener.accept(gone);
        }
    }

    @Override
    public void toHost(Request request, HostCallback answer) {
        passedToHost.add(request);
        callback = answer;
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
