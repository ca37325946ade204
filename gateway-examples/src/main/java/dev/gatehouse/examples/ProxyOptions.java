package dev.gatehouse.examples;

import dev.gatehouse.balancer.Strategy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The command line of {@link ReverseProxy}. */
record ProxyOptions(
        String listenHost, int listenPort, List<String> endpoints, Strategy strategy, Host host, boolean preserveHost) {

    static final String USAGE = """
        usage: java -jar reverse-proxy.jar --listen HOST:PORT --to URL[,URL...] [options]
          --listen HOST:PORT       where to listen; port 0 takes a free one
          --to URL[,URL...]        where to forward, http or https, without a path
          --strategy NAME          %s (default: leastRequest)
          --host NAME              jetty, servlet or jdk: the server to run in (default: jetty)
          --preserve-host          upstreams see the Host that the client sent\
        """.formatted(String.join(", ", strategies().keySet()));

    enum Host {
        JETTY,
        SERVLET,
        JDK
    }

    /**
     * Reads a command line.
     *
     * @throws IllegalArgumentException listing everything that is wrong
     */
    static ProxyOptions parse(String... args) {
        return new Parser().parse(args);
    }

    private static Map<String, Strategy> strategies() {
        Map<String, Strategy> known = new TreeMap<>();
        known.put("roundRobin", Strategy.roundRobin());
        known.put("weightedRoundRobin", Strategy.weightedRoundRobin());
        known.put("random", Strategy.random());
        known.put("leastRequest", Strategy.leastRequest());
        known.put("clientIpHash", Strategy.clientIpHash());
        return known;
    }

    private static final class Parser {

        private final List<String> problems = new ArrayList<>();
        private @Nullable String listenHost;
        private int listenPort;
        private List<String> endpoints = List.of();
        private Strategy strategy = Strategy.leastRequest();
        private Host host = Host.JETTY;
        private boolean preserveHost;

        ProxyOptions parse(String[] args) {
            for (int i = 0; i < args.length; i++) {
                if (args[i].equals("--preserve-host")) {
                    preserveHost = true;
                } else if (i + 1 == args.length) {
                    problems.add(args[i] + " is unknown, or lacks a value");
                } else {
                    option(args[i], args[++i]);
                }
            }
            String listen = listenHost;
            if (listen == null) {
                problems.add("--listen is missing");
            }
            if (endpoints.isEmpty()) {
                problems.add("--to is missing");
            }
            if (listen == null || !problems.isEmpty()) {
                throw new IllegalArgumentException(String.join("\n", problems));
            }
            return new ProxyOptions(listen, listenPort, endpoints, strategy, host, preserveHost);
        }

        private void option(String name, String value) {
            switch (name) {
                case "--listen" -> listen(value);
                case "--to" -> endpoints = List.of(value.split(","));
                case "--strategy" -> {
                    Strategy known = strategies().get(value);
                    if (known == null) {
                        problems.add("--strategy " + value + " (known: "
                                + String.join(", ", strategies().keySet()) + ")");
                    } else {
                        strategy = known;
                    }
                }
                case "--host" -> {
                    switch (value) {
                        case "jetty" -> host = Host.JETTY;
                        case "servlet" -> host = Host.SERVLET;
                        case "jdk" -> host = Host.JDK;
                        default -> problems.add("--host " + value + " (known: jetty, servlet, jdk)");
                    }
                }
                default -> problems.add(name + " is unknown");
            }
        }

        private void listen(String value) {
            int colon = value.lastIndexOf(':');
            try {
                int port = Integer.parseInt(value.substring(colon + 1));
                if (colon > 0 && port >= 0 && port <= 65_535) {
                    listenHost = value.substring(0, colon);
                    listenPort = port;
                    return;
                }
            } catch (NumberFormatException notANumber) {
                // Said below.
            }
            problems.add("--listen " + value + " (expected: HOST:PORT)");
        }
    }
}
