package dev.gatehouse.balancer;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/** Endpoints for tests that call nobody. */
final class Endpoints {

    private Endpoints() {}

    static Endpoint named(String id) {
        return weighted(id, 1);
    }

    static Endpoint weighted(String id, int weight) {
        return Endpoint.builder(id, URI.create("http://" + id + ".test:8080"))
                .weight(weight)
                .build();
    }

    static Endpoint[] array(String... ids) {
        return list(ids).toArray(Endpoint[]::new);
    }

    static List<Endpoint> list(String... ids) {
        return Stream.of(ids).map(Endpoints::named).toList();
    }
}
