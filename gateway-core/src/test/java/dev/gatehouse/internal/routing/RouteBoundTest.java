package dev.gatehouse.internal.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Request;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** No path makes a match expensive. */
class RouteBoundTest {

    private static final int DEPTH = 60;

    private static RoutePattern pattern(String path) {
        return RoutePattern.of(path);
    }

    /** At each level a literal, a variable and a rest: paths that follow one branch far, and then fail. */
    @Test
    void aPathVisitsNoMoreNodesThanAgreeWithIt() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        StringBuilder literal = new StringBuilder();
        for (int i = 0; i < DEPTH; i++) {
            builder.add("variable " + i, pattern(literal + "/{v}/end"), "");
            builder.add("rest " + i, pattern(literal + "/**").withMethods(List.of("PURGE")), "");
            literal.append("/a");
        }
        RouteTable<String> table = builder.build();
        for (String path : List.of(literal + "/nothing", "/a".repeat(2_000), "/a".repeat(DEPTH - 1))) {
            VisitedNodes<String> visited =
                    VisitedNodes.of(table, Request.get(path).build());
            assertThat(visited.eachOnce()).isTrue();
            // The root, and for each level the literal and the variable.
            assertThat(visited.count()).isBetween(DEPTH, 2 * DEPTH + 1);
        }
    }

    /** Literal or variable at each of ten levels, in all combinations: each node agrees with the path. */
    @Test
    void noNodeIsVisitedTwiceHoweverManyWaysThereAre() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        int levels = 10;
        for (int bits = 0; bits < 1 << levels; bits++) {
            StringBuilder path = new StringBuilder();
            for (int level = 0; level < levels; level++) {
                path.append((bits >> level & 1) == 0 ? "/a" : "/{v" + level + "}");
            }
            builder.add("r" + bits, pattern(path + "/end"), "");
        }
        RouteTable<String> table = builder.build();
        Request request = Request.get("/a".repeat(levels) + "/other").build();
        VisitedNodes<String> visited = VisitedNodes.of(table, request);
        assertThat(visited.eachOnce()).isTrue();
        assertThat(visited.count()).isEqualTo((1 << (levels + 1)) - 1);
        assertThat(table.match(request)).isInstanceOf(Match.Miss.class);
    }

    @Test
    void eachHostIsWalkedOnce() {
        RouteTable.Builder<String> builder = RouteTable.builder();
        for (String host : List.of("c.b.a", "*.b.a", "*.a")) {
            builder.add(host, pattern("/x/{v}/y").withHost(host), host);
        }
        builder.add("any", pattern("/**").withMethods(List.of("PUT")), "any");
        Request request = Request.get("/x/y/z").authority("c.b.a:8080").build();
        VisitedNodes<String> visited = VisitedNodes.of(builder.build(), request);
        assertThat(visited.eachOnce()).isTrue();
        // For each of three hosts the root, x and the variable; for any host the root.
        assertThat(visited.count()).isEqualTo(10);
    }

    @Test
    void aHitOnALiteralPathAllocatesNothingButTheHit() {
        RouteTable.Builder<Integer> builder = RouteTable.builder();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            builder.add("r" + i, pattern("/s" + random.nextInt(20) + "/r" + i).withHost("h" + i % 3 + ".test"), i);
        }
        builder.add("wanted", pattern("/s1/wanted").withMethods(List.of("GET")).withHost("h1.test"), -1);
        RouteTable<Integer> table = builder.build();
        Request request = Request.get("/s1/wanted?q=1").authority("h1.test:80").build();
        int times = 100_000;
        long bytes = Long.MAX_VALUE;
        // The compiler may be at work in the first rounds.
        for (int round = 0; round < 5; round++) {
            bytes = Math.min(bytes, allocatedBy(table, request, times));
        }
        // A header of 12 to 16 bytes and two references of 4 to 8.
        assertThat((double) bytes / times).isLessThanOrEqualTo(32);
    }

    private static long allocatedBy(RouteTable<Integer> table, Request request, int times) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        int hits = 0;
        for (int i = 0; i < times; i++) {
            hits += table.match(request) instanceof Match.Hit<Integer> ? 1 : 0;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(hits).isEqualTo(times);
        return allocated;
    }
}
