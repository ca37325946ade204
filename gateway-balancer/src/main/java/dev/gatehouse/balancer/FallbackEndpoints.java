package dev.gatehouse.balancer;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The endpoints of one source, and until it has told any, those of another.
 *
 * @param primary the source that counts
 * @param secondary the one that stands in at the start
 */
record FallbackEndpoints(EndpointSource primary, EndpointSource secondary) implements EndpointSource {

    private static final Logger LOG = LoggerFactory.getLogger(EndpointSource.class);

    @Override
    public AutoCloseable watch(Listener listener) {
        Choice choice = new Choice(listener);
        AutoCloseable first = primary.watch(choice.of(true));
        if (choice.wantsSecondary()) {
            try {
                choice.watching(secondary.watch(choice.of(false)));
            } catch (RuntimeException e) {
                try {
                    first.close();
                } catch (Exception alsoFailed) {
                    e.addSuppressed(alsoFailed);
                }
                throw e;
            }
        }
        return () -> {
            try {
                first.close();
            } finally {
                choice.end();
            }
        };
    }

    /** Whose reports count. The lock is held while the listener is told, so that reports come in order, and at no other time. */
    private static final class Choice {

        private final Listener listener;
        private boolean primaryTold;
        private boolean ended;
        private @Nullable AutoCloseable second;

        Choice(Listener listener) {
            this.listener = listener;
        }

        Listener of(boolean primary) {
            return new Listener() {
                @Override
                public void onEndpoints(List<Endpoint> endpoints) {
                    if (primary) {
                        primary(endpoints);
                    } else {
                        secondary(endpoints);
                    }
                }

                @Override
                public void onFailure(Throwable failure) {
                    failed(failure, primary);
                }
            };
        }

        synchronized boolean wantsSecondary() {
            return !primaryTold;
        }

        void watching(AutoCloseable watch) {
            boolean late;
            synchronized (this) {
                late = primaryTold;
                second = late ? null : watch;
            }
            if (late) {
                close(watch);
            }
        }

        private void primary(List<Endpoint> endpoints) {
            AutoCloseable done;
            synchronized (this) {
                if (ended) {
                    return;
                }
                primaryTold = true;
                done = second;
                second = null;
                listener.onEndpoints(endpoints);
            }
            // Without the lock: the secondary may be telling something right now, and wait for it.
            if (done != null) {
                close(done);
            }
        }

        private synchronized void secondary(List<Endpoint> endpoints) {
            if (wantsSecondary() && !ended) {
                listener.onEndpoints(endpoints);
            }
        }

        private synchronized void failed(Throwable failure, boolean ofPrimary) {
            if (!ended && (ofPrimary || wantsSecondary())) {
                listener.onFailure(failure);
            }
        }

        void end() throws Exception {
            AutoCloseable last;
            synchronized (this) {
                ended = true;
                last = second;
                second = null;
            }
            if (last != null) {
                last.close();
            }
        }

        private static void close(AutoCloseable watch) {
            try {
                watch.close();
            } catch (Exception e) {
                LOG.warn("the watch of a source that is no longer needed did not close", e);
            }
        }
    }
}
