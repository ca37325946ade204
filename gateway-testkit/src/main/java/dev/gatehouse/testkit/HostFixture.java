package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ConfigurationException;
import dev.gatehouse.Gateway;
import dev.gatehouse.GatewayBuilder;
import dev.gatehouse.RouteBuilder;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Response;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** What all parts of {@link HostContract} share: one upstream, one gateway, one host. */
abstract class HostFixture {

    static final String HOST = " HTTP/1.1\r\nHost: example.org\r\n";
    static final Duration SHORT = Duration.ofMillis(300);

    /** More than all buffers between two ends that do not read, and can still be held in memory. */
    static final int MUCH = 48 << 20;

    private final Deque<AutoCloseable> resources = new ArrayDeque<>();
    private final List<String> unexpected = new CopyOnWriteArrayList<>();
    private @Nullable HostUnderTest host;

    /**
     * Starts the host under test on a free port.
     *
     * @param gateway what it serves by
     * @param code its own code, behind the gateway; a host without any does not use it
     * @return the running host
     * @throws Exception as it comes; a gateway that the host refuses must be refused here
     */
    protected abstract HostUnderTest start(Gateway gateway, HostCode code) throws Exception;

    /**
     * Starts the host under test with a gateway that sends everything to one upstream and has no further settings. Override
     * it if your host can do that in a process of its own; all other gateways have code of a test in them, and go to
     * {@link #start}. <b>Default:</b> builds that gateway and starts it.
     *
     * @param upstream where everything goes
     * @return the running host
     * @throws Exception as it comes
     */
    protected HostUnderTest startProxy(Endpoint upstream) throws Exception {
        return start(built(gateway -> to(gateway, upstream, route -> {})), this::unexpected);
    }

    @AfterEach
    final void closeEverything() throws Exception {
        while (!resources.isEmpty()) {
            resources.pop().close();
        }
        assertThat(unexpected).as("the host's own code ran").isEmpty();
    }

    final <T extends AutoCloseable> T keep(T resource) {
        resources.push(resource);
        return resource;
    }

    final RawUpstream upstream(RawUpstream.Script script) {
        return keep(RawUpstream.start(script));
    }

    final RawUpstream upstream(String response) {
        return keep(RawUpstream.start(RawUpstream.answering(response)));
    }

    /** A host whose gateway sends everything to an upstream. */
    final void proxy(RawUpstream upstream) {
        started(() -> startProxy(upstream.endpoint()));
    }

    final void proxy(RawUpstream upstream, Consumer<RouteBuilder> settings) {
        run(gateway -> to(gateway, upstream.endpoint(), settings));
    }

    private static void to(GatewayBuilder gateway, Endpoint upstream, Consumer<RouteBuilder> settings) {
        gateway.upstream("up", up -> up.endpoints(upstream)).route("/**", route -> {
            settings.accept(route);
            route.to("up");
        });
    }

    /** A host with a gateway, and no code of its own that a test expects to run. */
    final void run(Consumer<GatewayBuilder> settings) {
        run(settings, this::unexpected);
    }

    final void run(Consumer<GatewayBuilder> settings, HostCode code) {
        Gateway gateway = built(settings);
        started(() -> start(gateway, code));
    }

    private void unexpected(HostCode.Call call) {
        unexpected.add("once");
    }

    private Gateway built(Consumer<GatewayBuilder> settings) {
        GatewayBuilder builder = Gateway.builder();
        settings.accept(builder);
        Gateway gateway = builder.build();
        keep(() -> gateway.close(Duration.ZERO));
        return gateway;
    }

    private void started(Callable<HostUnderTest> start) {
        try {
            host = keep(start.call());
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Exception failed) {
            throw new AssertionError("the host did not start", failed);
        }
    }

    /**
     * A host whose gateway has a route to its own code. One that has no such code must refuse it.
     *
     * @return whether it runs
     */
    final boolean runHost(Consumer<GatewayBuilder> settings, HostCode code) {
        try {
            run(settings, code);
        } catch (ConfigurationException refused) {
            run(gateway -> gateway.route("/", route -> route.respond(Response.of(204))));
            assertThat(host().capabilities().toHost())
                    .as("it says that it has code of its own, and refuses a route to it")
                    .isFalse();
            return false;
        }
        assertThat(host().capabilities().toHost())
                .as("it has code of its own, and does not say so")
                .isTrue();
        return true;
    }

    final HostUnderTest host() {
        return Objects.requireNonNull(host, "no host was started");
    }

    final HttpSocket client() {
        return keep(new HttpSocket(host().port()));
    }

    /** A request without content, and without more headers. */
    final String get(String target) {
        return request("GET", target) + "\r\n";
    }

    /** A request line and the host, open for more headers. */
    final String request(String method, String target) {
        return method + ' ' + host().prefix() + target + HOST;
    }

    final String post(String target, String content) {
        return request("POST", target) + "Content-Length: " + content.length() + "\r\n\r\n" + content;
    }

    /** Lines of a message, each with its end. */
    static String lines(String... lines) {
        return String.join("\r\n", lines) + "\r\n";
    }

    static String response(String content) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + content.length() + "\r\n\r\n" + content;
    }
}
