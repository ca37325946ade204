package dev.gatehouse.balancer;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Some of the endpoints of a source, others for each client: the deterministic subsetting of "Site Reliability Engineering"
 * (Beyer et al., 2016, chapter 20). Clients come in rounds; in each round the endpoints are in another order, and cut into
 * subsets, one for each client of the round. The order is by a hash of round and id, rather than by shuffling a list, so that
 * an endpoint that comes or goes moves one endpoint of a subset at most, as long as the number of subsets stays.
 *
 * @param source all endpoints
 * @param clientIndex which client this is, from 0
 * @param clients how many there are
 * @param size how many endpoints each has
 */
record SubsetEndpoints(EndpointSource source, int clientIndex, int clients, int size) implements EndpointSource {

    /** With fewer, one endpoint that fails takes too large a part of a client's load along. */
    static final int FEWEST = 12;

    SubsetEndpoints {
        Objects.requireNonNull(source, "source");
        check(clientIndex, clients, size);
    }

    static void check(int clientIndex, int clients, int size) {
        expect(clients >= 1, "clients", clients, ">= 1");
        expect(clientIndex >= 0 && clientIndex < clients, "clientIndex", clientIndex, "0 to " + (clients - 1));
        expect(size >= FEWEST, "size", size, ">= " + FEWEST);
    }

    private static void expect(boolean holds, String name, int value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("subset: " + name + ": " + value + " (expected: " + expected + ")");
        }
    }

    @Override
    public AutoCloseable watch(Listener listener) {
        return source.watch(new Listener() {
            @Override
            public void onEndpoints(List<Endpoint> endpoints) {
                listener.onEndpoints(subset(endpoints));
            }

            @Override
            public void onFailure(Throwable failure) {
                listener.onFailure(failure);
            }
        });
    }

    /** In the order of the source, which strategies may go by. */
    List<Endpoint> subset(List<Endpoint> all) {
        int subsets = all.size() / size;
        if (all.size() <= size) {
            return all;
        }
        int round = clientIndex / subsets;
        int first = clientIndex % subsets * size;
        List<Integer> chosen = IntStream.range(0, all.size())
                .boxed()
                .sorted(Comparator.<Integer>comparingLong(
                                i -> Hashing.nth(Hashing.hash(all.get(i).id()), round))
                        .thenComparing(i -> all.get(i).id()))
                .skip(first)
                .limit(size)
                .sorted()
                .toList();
        return chosen.stream().map(all::get).toList();
    }

    @Override
    public String toString() {
        return size + " of " + source + " for client " + clientIndex + " of " + clients;
    }
}
