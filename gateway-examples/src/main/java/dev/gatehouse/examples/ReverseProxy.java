package dev.gatehouse.examples;

import dev.gatehouse.Gateway;

/**
 * A reverse proxy in front of anything, from one command line, in each of the servers that a gateway can live in. It
 * forwards every method and every unambiguous path, adds no policy, and logs nothing for a request.
 */
public final class ReverseProxy {

    private ReverseProxy() {}

    static Gateway gateway(ProxyOptions options) {
        return Gateway.builder()
                .upstream(
                        "upstream",
                        up -> up.endpoints(options.endpoints().toArray(String[]::new))
                                .strategy(options.strategy()))
                .forwarded(f -> f.preserveHost(options.preserveHost()))
                .route("/**", r -> r.to("upstream"))
                .build();
    }

    /**
     * Starts the proxy. Exits with 2 if the command line is wrong, with 1 if it cannot listen.
     *
     * @param args see {@link ProxyOptions#USAGE}
     * @throws InterruptedException if the wait ends
     */
    public static void main(String[] args) throws InterruptedException {
        ProxyOptions options;
        Gateway gateway;
        try {
            options = ProxyOptions.parse(args);
            gateway = gateway(options);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.err.println(ProxyOptions.USAGE);
            System.exit(2);
            return;
        }
        RunningHost host;
        try {
            host = RunningHost.start(options, gateway);
        } catch (Exception e) {
            System.err.println(CannotListen.text(options.listenHost(), options.listenPort(), e));
            gateway.close();
            System.exit(1);
            return;
        }
        System.out.println("ready on http://" + options.listenHost() + ":" + host.port());
        Runtime.getRuntime().addShutdownHook(new Thread(host::close, "shutdown"));
        host.join();
    }
}
