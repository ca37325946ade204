package dev.gatehouse.servlet;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;

/** Notices when the container ends an asynchronous exchange of the host's code, so that the gateway's ends too. */
final class HostAsyncWatch implements AsyncListener {

    private final HostRun run;

    HostAsyncWatch(HostRun run) {
        this.run = run;
    }

    @Override
    public void onComplete(AsyncEvent event) {
        if (!run.answer().isFinished()) {
            run.ended(new IOException("the container ended the exchange before its response was complete"));
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // What becomes of it is up to the host's code, and then to the container, which completes it.
    }

    @Override
    public void onError(AsyncEvent event) {
        // As above.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        event.getAsyncContext().addListener(this);
    }
}
