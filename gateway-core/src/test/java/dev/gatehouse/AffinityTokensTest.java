package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.balancer.EndpointSource;
import dev.gatehouse.balancer.Node;
import dev.gatehouse.balancer.UpdatableEndpoints;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What tokens cost with many endpoints, counted, and what becomes of tags as lists come and go. */
class AffinityTokensTest {

    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.UTF_8);
    private static final Affinity STAY = Affinity.cookie("gh", SECRET);

    /** A list that counts how often somebody looks at an element. */
    private static final class Counted extends AbstractList<Node> {

        private final List<Node> nodes;
        private final AtomicInteger looks = new AtomicInteger();

        Counted(List<Node> nodes) {
            this.nodes = nodes;
        }

        @Override
        public Node get(int index) {
            looks.incrementAndGet();
            return nodes.get(index);
        }

        @Override
        public int size() {
            return nodes.size();
        }
    }

    static EndpointSource many(int count) {
        return new UpdatableEndpoints(IntStream.range(0, count)
                .mapToObj(i -> Endpoint.of("http://10.1." + i / 250 + '.' + i % 250 + ":80"))
                .toList());
    }

    @Test
    void aRequestWithATokenLooksThroughNoList() {
        try (Balancer balancer = Balancer.builder(many(10_000)).build()) {
            Counted nodes = new Counted(balancer.nodes());
            AffinityTokens tokens = new AffinityTokens(STAY.withMaxIdle(Duration.ofSeconds(100)), "up");
            tokens.prepare(nodes);
            assertThat(nodes.looks.getAndSet(0)).isGreaterThanOrEqualTo(10_000);
            for (int i = 0; i < 10_000; i += 100) {
                String id = nodes.nodes.get(i).endpoint().id();
                String text = tokens.issue(id, nodes, 1000, 1000);
                assertThat(tokens.read(text, nodes, 1050)).isEqualTo(new AffinityTokens.Token(id, 1000, true));
            }
            assertThat(nodes.looks).hasValue(0);
        }
    }

    /** A thread with the list before has forgotten what it does not know, after one with the new list has made all tags. */
    @Test
    void tagsOfANewListAreFoundAgainWhenAnOldOneHasLedToTheirLoss() {
        try (Balancer small = Balancer.builder(many(1)).build();
                Balancer large = Balancer.builder(many(100)).build()) {
            AffinityKey key = new AffinityKey(SECRET, "up");
            List<Node> nodes = large.nodes();
            String id = nodes.get(99).endpoint().id();
            key.tagAll(nodes);
            AffinityKey.Tag tag = key.tag(id, nodes);
            key.tag("one more", small.nodes());
            assertThat(key.id(tag, nodes)).isEqualTo(id);
        }
    }
}
