package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClientIpHashTest {

    private static final int CLIENTS = 20_000;

    @Test
    void aClientStaysWhereItIs() {
        Picker picker = picker(Endpoints.list("a", "b", "c"));
        PickContext client = PickContext.forClient("192.0.2.7");
        String first = Picks.id(picker, client);
        IntStream.range(0, 50).forEach(i -> assertThat(Picks.id(picker, client)).isEqualTo(first));
    }

    @Test
    void neitherTheOrderOfTheListNorTheSeedMatters() {
        List<Endpoint> endpoints = new ArrayList<>(Endpoints.list("a", "b", "c", "d"));
        Map<String, String> before = placement(picker(endpoints));
        Collections.reverse(endpoints);
        assertThat(placement(Strategy.clientIpHash().newPicker(Picks.setup(99, endpoints))))
                .isEqualTo(before);
    }

    @Test
    void theAddressBehindAnIdDoesNotMatter() {
        Map<String, String> before = placement(picker(Endpoints.list("a", "b", "c")));
        List<Endpoint> moved = Endpoints.list("a", "b", "c").stream()
                .map(endpoint -> Endpoint.builder(
                                endpoint.id(),
                                URI.create("http://10.1.1.1:"
                                        + (9_000 + endpoint.id().charAt(0))))
                        .build())
                .toList();
        assertThat(placement(picker(moved))).isEqualTo(before);
    }

    @Test
    void whenANodeGoesOnlyItsClientsMove() {
        Map<String, String> before = placement(picker(Endpoints.list("a", "b", "c", "d")));
        Map<String, String> after = placement(picker(Endpoints.list("a", "b", "d")));
        before.forEach((client, id) -> {
            if (!id.equals("c")) {
                assertThat(after).containsEntry(client, id);
            }
        });
    }

    @Test
    void whenANodeComesClientsMoveToNoOther() {
        Map<String, String> before = placement(picker(Endpoints.list("a", "b", "c")));
        Map<String, String> after = placement(picker(Endpoints.list("a", "b", "c", "d")));
        after.forEach((client, id) -> {
            if (!id.equals("d")) {
                assertThat(before).containsEntry(client, id);
            }
        });
    }

    /**
     * A node's share of the ring is a sum of 160 gaps, so its deviation is about 1/sqrt(160) = 8 % of the mean. The clients add
     * 1/sqrt(4 000) = 1.6 %. Five deviations are 40 %.
     */
    @Test
    void clientsAreSpreadOverAllNodes() {
        Map<String, Integer> counts = counts(placement(picker(Endpoints.list("a", "b", "c", "d", "e"))));
        assertThat(counts.values())
                .hasSize(5)
                .allSatisfy(count -> assertThat(count).isBetween(CLIENTS / 5 * 6 / 10, CLIENTS / 5 * 14 / 10));
    }

    @Test
    void aHeavierNodeHasMoreClients() {
        Map<String, Integer> counts =
                counts(placement(picker(List.of(Endpoints.weighted("a", 30), Endpoints.weighted("b", 10)))));
        // Three quarters of the clients; the light node's share has a deviation of about 8 %, so five are 40 %.
        assertThat(counts.get("b")).isBetween(CLIENTS / 4 * 6 / 10, CLIENTS / 4 * 14 / 10);
    }

    @Test
    void aCallWithoutAnAddressGoesAnywhere() {
        Picker picker = picker(Endpoints.list("a", "b", "c"));
        assertThat(new TreeSet<>(Picks.ids(picker, 200))).containsExactly("a", "b", "c");
    }

    /** 160 points for each unit of these weights would be 16 000 million. */
    @Test
    void vastWeightsDoNotMakeAVastRing() {
        List<Endpoint> endpoints = IntStream.range(0, 100)
                .mapToObj(i -> Endpoints.weighted("n" + i, 1_000_000))
                .toList();
        assertThat(counts(placement(picker(endpoints)))).hasSize(100);
    }

    private static Picker picker(List<Endpoint> endpoints) {
        return Strategy.clientIpHash().newPicker(Picks.setup(1, endpoints));
    }

    private static Map<String, String> placement(Picker picker) {
        Map<String, String> placement = new TreeMap<>();
        for (int i = 0; i < CLIENTS; i++) {
            String address = "10." + i / 65_536 + "." + i / 256 % 256 + "." + i % 256;
            placement.put(address, Picks.id(picker, PickContext.forClient(address)));
        }
        return placement;
    }

    private static Map<String, Integer> counts(Map<String, String> placement) {
        Map<String, Integer> counts = new TreeMap<>();
        placement.values().forEach(id -> counts.merge(id, 1, Integer::sum));
        return counts;
    }
}
