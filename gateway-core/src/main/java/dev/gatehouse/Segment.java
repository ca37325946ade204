package dev.gatehouse;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Filters around a terminal: runs requests inwards and responses outwards. Filters of the phase form are called one
 * after another in a loop; only a filter of the general form costs a future, and makes a link that the way back stops at.
 */
final class Segment {

    /** What filters lead to. Answers exactly once, sooner or later; what it throws is a failure of the terminal. */
    @FunctionalInterface
    interface Terminal {
        void run(Request request, Consumer<Response> done);
    }

    private static final @Nullable Object[] NOTHING = {};

    private final Filter[] filters;
    private final String[] names;

    Segment(List<Filter> filters) {
        this.filters = filters.toArray(Filter[]::new);
        this.names = filters.stream().map(Filter::name).toArray(String[]::new);
    }

    List<String> names() {
        return List.of(names);
    }

    boolean isEmpty() {
        return filters.length == 0;
    }

    /**
     * Runs one request.
     *
     * @param terminalName for errors
     * @param done told the response exactly once
     */
    void run(Request request, Exchange exchange, String terminalName, Terminal terminal, Consumer<Response> done) {
        new Run(exchange, terminalName, terminal, done).inwards(0, request);
    }

    private final class Run {

        private final Exchange exchange;
        private final String terminalName;
        private final Terminal terminal;
        private final Consumer<Response> done;

        /** For each filter that was passed: its response phase, its {@link Link}, or null. */
        private final @Nullable Object[] passed = filters.length == 0 ? NOTHING : new @Nullable Object[filters.length];

        Run(Exchange exchange, String terminalName, Terminal terminal, Consumer<Response> done) {
            this.exchange = exchange;
            this.terminalName = terminalName;
            this.terminal = terminal;
            this.done = done;
        }

        void inwards(int first, Request request) {
            Request current = request;
            for (int i = first; i < filters.length; i++) {
                if (!(filters[i] instanceof PhaseFilter filter)) {
                    general(i, current);
                    return;
                }
                long start = nanoTime();
                Verdict verdict;
                try {
                    verdict = filter.onRequest(current, exchange);
                } catch (Throwable thrown) {
                    outwards(i, error(Errors.ofFilter(names[i], thrown)));
                    return;
                }
                watch(names[i], start);
                Request next = follow(i, verdict);
                if (next == null) {
                    return;
                }
                current = next;
            }
            terminal(current);
        }

        /** Carries out a verdict; answers the request to go on with, or null if the way inwards ends or waits here. */
        private @Nullable Request follow(int i, @Nullable Verdict verdict) {
            if (verdict == null) {
                outwards(i, error(Errors.breach(names[i], "returned null")));
                return null;
            }
            if (verdict.later != null) {
                verdict.later.whenComplete((decided, thrown) -> resume(i, decided, thrown));
                return null;
            }
            if (verdict.response != null) {
                outwards(i, Unshared.of(verdict.response));
                return null;
            }
            passed[i] = verdict.onResponse;
            return verdict.request;
        }

        private void resume(int i, @Nullable Verdict decided, @Nullable Throwable thrown) {
            if (thrown != null) {
                outwards(i, error(Errors.ofFilter(names[i], thrown)));
                return;
            }
            Request next = follow(i, decided);
            if (next != null) {
                inwards(i + 1, next);
            }
        }

        private void general(int i, Request request) {
            Link link = new Link(this, i);
            passed[i] = link;
            long start = nanoTime();
            CompletionStage<Response> stage;
            try {
                stage = filters[i].apply(request, link);
            } catch (Throwable thrown) {
                outwards(i, error(Errors.ofFilter(names[i], thrown)));
                return;
            }
            watch(names[i], start);
            if (stage == null) {
                outwards(i, error(Errors.breach(names[i], "returned null")));
                return;
            }
            stage.whenComplete((response, thrown) -> {
                if (thrown != null) {
                    outwards(i, error(Errors.ofFilter(names[i], thrown)));
                } else {
                    outwards(
                            i,
                            response == null ? error(Errors.breach(names[i], "answered null")) : Unshared.of(response));
                }
            });
        }

        private void terminal(Request request) {
            OnceAnswer answer = new OnceAnswer(this);
            try {
                terminal.run(request, answer);
            } catch (Throwable thrown) {
                answer.accept(error(Errors.ofFilter(terminalName, thrown)));
            }
        }

        /** Takes a response from filter {@code from} (or the terminal) through those before it. */
        void outwards(int from, Response response) {
            Response current = response;
            for (int i = from - 1; i >= 0; i--) {
                Object step = passed[i];
                if (step instanceof Link link) {
                    link.answered(current);
                    return;
                }
                if (step != null) {
                    current = onResponse(i, step, current);
                }
            }
            done.accept(current);
        }

        @SuppressWarnings({"unchecked", "ReferenceEquality"}) // follow() puts nothing else there
        private Response onResponse(int i, Object step, Response response) {
            long start = nanoTime();
            try {
                Response changed = ((UnaryOperator<Response>) step).apply(response);
                watch(names[i], start);
                if (changed == null) {
                    return error(Errors.breach(names[i], "answered null"));
                }
                return changed.body() == response.body() ? changed : Unshared.of(changed);
            } catch (Throwable thrown) {
                return error(Errors.ofFilter(names[i], thrown));
            }
        }

        private Response error(GatewayException failure) {
            return exchange.services().error(exchange, failure);
        }

        private long nanoTime() {
            return exchange.services().time().nanoTime();
        }

        private void watch(String name, long start) {
            exchange.services().watchdog().held(name, nanoTime() - start);
        }
    }

    /** A terminal that answers and then throws, or answers twice, must not run the response phases twice. */
    private static final class OnceAnswer extends AtomicBoolean implements Consumer<Response> {

        private static final long serialVersionUID = 1L;

        private final transient Run run;

        OnceAnswer(Run run) {
            this.run = run;
        }

        @Override
        public void accept(Response response) {
            if (compareAndSet(false, true)) {
                run.outwards(run.passed.length, Objects.requireNonNull(response));
            }
        }
    }

    /** The chain that a filter of the general form gets. */
    private final class Link implements Chain {

        private final Run run;
        private final int index;
        private final AtomicBoolean proceeded = new AtomicBoolean();
        private final CompletableFuture<Response> response = new CompletableFuture<>();

        Link(Run run, int index) {
            this.run = run;
            this.index = index;
        }

        @Override
        public CompletionStage<Response> proceed(Request request) {
            Objects.requireNonNull(request);
            if (!proceeded.compareAndSet(false, true)) {
                return CompletableFuture.failedFuture(Errors.breach(names[index], "called proceed twice"));
            }
            run.inwards(index + 1, request);
            return response;
        }

        @Override
        public Exchange exchange() {
            return run.exchange;
        }

        void answered(Response inner) {
            response.complete(inner);
        }
    }
}
