package dev.gatehouse;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.host.HostExchange;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.PathVariables;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Serves one request from its arrival to the last byte of its answer: decides, runs the filters around what the route
 * ends in, and hands the response to the host, exactly once, whatever happens on the way.
 */
final class ExchangeRun {

    private final Graph graph;
    private final HostExchange host;
    private final Exchange exchange;
    private final Consumer<ExchangeRun> onEnd;
    private final AtomicBoolean answered = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable Response response;
    private volatile @Nullable GatewayException givenUp;
    private volatile TimeSource.@Nullable Timer deadline;

    private ExchangeRun(Graph graph, HostExchange host, Exchange exchange, Consumer<ExchangeRun> onEnd) {
        this.graph = graph;
        this.host = host;
        this.exchange = exchange;
        this.onEnd = onEnd;
    }

    /**
     * Serves a request.
     *
     * @param onBegin told of the run if there is one: not for what is passed on to the host
     * @param onEnd told when everything is over
     */
    static void serve(
            Graph graph,
            Request received,
            HostExchange host,
            Consumer<ExchangeRun> onBegin,
            Consumer<ExchangeRun> onEnd) {
        Decision decision = Decision.of(graph, received, host.passesUnmatched());
        if (decision instanceof Decision.PassedOn) {
            graph.exit();
            host.passOn();
            return;
        }
        ExchangeRun run = new ExchangeRun(graph, host, exchange(graph, received, decision), onEnd);
        onBegin.accept(run);
        run.start(decision);
    }

    private static Exchange exchange(Graph graph, Request received, Decision decision) {
        Services services = graph.services();
        if (decision instanceof Decision.Refused) {
            // Nothing in a malformed request is to be believed, or worth cleaning.
            ClientInfo client = ClientInfo.of(
                    received.connection().remote().getAddress(),
                    received.connection().scheme(),
                    "");
            return new Exchange(received, client, Exchange.NO_ROUTE, PathVariables.none(), Duration.ZERO, services);
        }
        Request clean = graph.forwarding().clean(received);
        ClientInfo client = graph.forwarding().client(received);
        return decision instanceof Decision.Routed routed
                ? new Exchange(
                        clean,
                        client,
                        routed.route().id(),
                        routed.variables(),
                        routed.route().timeouts().total(),
                        services)
                : new Exchange(clean, client, Exchange.NO_ROUTE, PathVariables.none(), Duration.ZERO, services);
    }

    private void start(Decision decision) {
        exchange.lastOnCancel(this::cancelled);
        host.onClientGone(gone ->
                exchange.cancel(new GatewayException(Kind.CLIENT_GONE, RequestSent.MAYBE, "the client is gone", gone)));
        if (answered.get()) {
            // The client was gone before anything began.
            return;
        }
        exchange.remaining().ifPresent(this::limit);
        if (decision instanceof Decision.Refused refused) {
            answer(exchange.services().error(exchange, refused.failure()));
        } else if (decision instanceof Decision.Answered answer) {
            graph.globalFilters()
                    .run(
                            exchange.request(),
                            exchange,
                            "gateway",
                            (request, done) -> done.accept(own(answer)),
                            this::answer);
        } else if (decision instanceof Decision.Routed routed) {
            Route route = routed.route();
            if (route.endsInHost()) {
                host.willRunHost();
            }
            route.filters()
                    .run(
                            MaxForwards.decrement(exchange.request()),
                            exchange,
                            "route " + route.id(),
                            (request, done) -> end(route, request, done),
                            this::answer);
        }
    }

    private void limit(Duration total) {
        TimeSource.Timer timer = exchange.services()
                .time()
                .schedule(
                        () -> exchange.cancel(new GatewayException(
                                Kind.DEADLINE, RequestSent.MAYBE, "not done within " + total, null)),
                        total);
        deadline = timer;
        if (ended.get()) {
            timer.cancel();
        }
    }

    private Response own(Decision.Answered answer) {
        GatewayException failure = answer.response().failure().orElse(null);
        if (failure == null) {
            return answer.response();
        }
        Response error = exchange.services().error(exchange, failure);
        String allow = answer.response().headers().get("Allow");
        return allow == null ? error : error.withHeader("Allow", allow);
    }

    private void end(Route route, Request request, Consumer<Response> done) {
        GatewayException refused =
                FilteredTarget.refuse(request, exchange.request().target(), route);
        if (refused != null) {
            throw refused;
        }
        Destination destination = route.destination();
        if (destination instanceof Destination.To && route.upstream() != null) {
            Request rewritten = rewritten(route, request);
            route.upstream().budget().request();
            Mirror mirror = route.mirror();
            Request forwarded = mirror == null ? rewritten : mirror.copying(rewritten, route, exchange);
            new Forward(route.upstream(), route, exchange, host, forwarded, done).start();
        } else if (destination instanceof Destination.ToHost) {
            host.toHost(request, new HostAnswer(route, cancelledAtTheEnd(done)));
        } else if (destination instanceof Destination.Handle handle) {
            CompletionStage<Response> stage = handle.handler().handle(request, exchange);
            Consumer<Response> answered = cancelledAtTheEnd(done);
            stage.whenComplete((answer, thrown) -> answered.accept(answer == null ? failed(route, thrown) : answer));
        } else if (destination instanceof Destination.Respond respond) {
            Response fixed = respond.response();
            Body body = fixed.body().replay();
            done.accept(body == null ? fixed : fixed.withBody(body));
        }
    }

    private Request rewritten(Route route, Request request) {
        try {
            return route.rewrite(request, exchange.pathVariables());
        } catch (GatewayException failure) {
            throw FilteredTarget.unwritable(request, exchange.request().target(), route, failure);
        }
    }

    /** Content that a filter has replaced, or nobody has read to its end, is cancelled when the exchange is over. */
    private Consumer<Response> cancelledAtTheEnd(Consumer<Response> done) {
        return given -> {
            Response answer = Unshared.of(given);
            exchange.onComplete(end -> answer.body()
                    .cancel(new GatewayException(Kind.CLIENT_GONE, RequestSent.YES, "the exchange is over", null)));
            done.accept(answer);
        };
    }

    private Response failed(Route route, @Nullable Throwable thrown) {
        String name = "the handler of route " + route.id();
        GatewayException failure =
                thrown == null ? Errors.breach(name, "answered null") : Errors.ofFilter(name, thrown);
        return exchange.services().error(exchange, failure);
    }

    /**
     * Hands the response to the host. Only the first one counts; what comes later is nobody's.
     *
     * @return whether this is the first one
     */
    private boolean answer(Response given) {
        if (!answered.compareAndSet(false, true)) {
            stop(given, new GatewayException(Kind.DEADLINE, "the exchange has another answer already"));
            return false;
        }
        Response sent = Unshared.of(given);
        if (sent == given) {
            sent = given.withBody(given.body().onEnd((count, failure, cancelled) -> bytes.set(count)));
        } else {
            bytes.set(given.body().length());
        }
        response = sent;
        GatewayException reason = givenUp;
        if (reason != null) {
            stop(sent, reason);
        }
        try {
            host.respond(sent, this::done);
        } catch (RuntimeException gone) {
            // A container has ended the exchange by itself, and let go of it, before the gateway has learnt of it.
            stop(sent, new GatewayException(Kind.CLIENT_GONE, RequestSent.MAYBE, "the host has let go", gone));
            done(gone);
        }
        return true;
    }

    /** After all that the exchange had under way was told to stop. */
    private void cancelled(GatewayException reason) {
        Response begun = response;
        if (begun == null && !answer(exchange.services().error(exchange, reason))) {
            // Somebody answers at this very moment, and looks for a reason once the response is there to be found.
            givenUp = reason;
            begun = response;
        }
        if (begun != null) {
            stop(begun, reason);
        }
    }

    private static void stop(Response begun, GatewayException reason) {
        // What is in memory is no work that could be spared: it may well be the answer that this reason led to.
        if (begun.body().inMemory() == null) {
            begun.body().cancel(reason);
        }
    }

    private void done(@Nullable Throwable aborted) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        TimeSource.Timer timer = deadline;
        if (timer != null) {
            timer.cancel();
        }
        Response sent = response;
        int status = sent == null ? Kind.CLIENT_GONE.status() : sent.status();
        long content = exchange.request().method().equals("HEAD") ? 0 : bytes.get();
        GatewayException failure = sent == null ? null : sent.failure().orElse(null);
        exchange.complete(new Completion(status, content, exchange.elapsed(), failure, aborted));
        graph.exit();
        onEnd.accept(this);
    }

    /** The gateway closes, and has waited long enough. */
    void abort(GatewayException reason) {
        exchange.cancel(reason);
    }

    /** The host's own code, as the end of a route. */
    private final class HostAnswer implements HostExchange.HostCallback {

        private final Route route;
        private final Consumer<Response> done;

        HostAnswer(Route route, Consumer<Response> done) {
            this.route = route;
            this.done = done;
        }

        @Override
        public void response(Response answer) {
            done.accept(answer);
        }

        @Override
        public void failed(Throwable failure) {
            done.accept(exchange.services()
                    .error(exchange, Errors.ofFilter("the host's code behind route " + route.id(), failure)));
        }
    }
}
