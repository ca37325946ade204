package dev.gatehouse.balancer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of several sources as one list, in the order of the sources. Reports once every source has reported or
 * failed, so that a slow one does not look like an empty one.
 *
 * @param sources the sources
 */
record CompositeEndpoints(List<EndpointSource> sources) implements EndpointSource {

    CompositeEndpoints {
        sources = List.copyOf(sources);
        if (sources.isEmpty()) {
            throw new IllegalArgumentException("sources: none (expected: one or more)");
        }
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        Merge merge = new Merge(sources.size(), listener);
        List<AutoCloseable> watches = new ArrayList<>();
        try {
            for (int i = 0; i < sources.size(); i++) {
                watches.add(sources.get(i).watch(merge.part(i)));
            }
        } catch (RuntimeException e) {
            try {
                closeAll(watches);
            } catch (Exception alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
        return () -> closeAll(watches);
    }

    /** Closes all, whichever fails; throws the first failure. */
    private static void closeAll(List<AutoCloseable> watches) throws Exception {
        Exception first = null;
        for (AutoCloseable watch : watches) {
            try {
                watch.close();
            } catch (Exception e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private static final class Merge {

        private final List<@Nullable List<Endpoint>> parts;
        private final Listener listener;

        Merge(int size, Listener listener) {
            this.parts = new ArrayList<>(Collections.nCopies(size, null));
            this.listener = listener;
        }

        Listener part(int index) {
            return new Listener() {
                @Override
                public void onEndpoints(List<Endpoint> endpoints) {
                    report(index, List.copyOf(endpoints));
                }

                @Override
                public void onFailure(Throwable failure) {
                    failed(index, failure);
                }
            };
        }

        /** Holds the lock while it tells the listener: reports must come in order. */
        private synchronized void report(int index, List<Endpoint> endpoints) {
            parts.set(index, endpoints);
            List<Endpoint> all = new ArrayList<>();
            for (List<Endpoint> part : parts) {
                if (part == null) {
                    return;
                }
                all.addAll(part);
            }
            listener.onEndpoints(all);
        }

        private synchronized void failed(int index, Throwable failure) {
            listener.onFailure(failure);
            if (parts.get(index) == null) {
                report(index, List.of());
            }
        }
    }
}
