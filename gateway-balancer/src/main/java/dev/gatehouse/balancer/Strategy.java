package dev.gatehouse.balancer;

import java.time.Duration;

/**
 * How a {@link Balancer} chooses among its nodes: a factory for {@link Picker}s.
 *
 * <p>The balancer calls {@link #newPicker} whenever the nodes, their availability or their effective weights change;
 * calls are serial, and rapid changes are merged into one. A strategy holds settings only; what a choice needs to
 * remember lives in the picker, which may inherit it from {@link Setup#previous()}.
 *
 * <p>Strategies compose: one may narrow the nodes and hand the rest to another with
 * {@link Setup#withNodes(java.util.List)}.
 *
 * <p>The built-in strategies are values: two of the same kind with the same settings are equal, so that a gateway's
 * update can tell that nothing changed. Implementations must be safe for use by several balancers at once.
 */
@FunctionalInterface
public interface Strategy {

    /**
     * Makes a picker for a fixed list of nodes.
     *
     * @param setup the nodes and what else a picker may use
     * @return a picker for these nodes; never null
     */
    Picker newPicker(Setup setup);

    /**
     * Whether {@link LoadReport}s make a difference, so that a gateway reads the field {@value LoadReport#FIELD} of responses,
     * reports it to the balancer, and takes it out of what the client gets.
     *
     * @return false, since most strategies go by something else
     */
    default boolean usesLoadReports() {
        return false;
    }

    /**
     * This strategy, asking endpoints over other connections. A gateway calls it with what asks by the upstream's transport.
     *
     * @param client what the strategy asks with
     * @return a strategy that is equal to others of the same settings and an equal client. <b>Default:</b> this one, since most
     *     strategies ask nobody
     */
    default Strategy through(ProbeClient client) {
        return this;
    }

    /**
     * One node after another, whatever their weights, from a random start.
     *
     * @return a strategy
     */
    static Strategy roundRobin() {
        return new RoundRobin();
    }

    /**
     * One node after another in proportion to the weights, evenly spread, by the static stride scheduler of gRPC (gRFC A58),
     * one for each group of nodes of similar weight (as in Group Ratio Round-Robin, Caprita et al., USENIX 2005). So a
     * choice looks at less than two nodes and 20 groups on average, whatever the weights, and no weight is clipped.
     *
     * <p>Not for nodes whose speed changes: it sees neither load nor latency.
     *
     * @return a strategy
     */
    static Strategy weightedRoundRobin() {
        return new WeightedRoundRobin();
    }

    /**
     * Weighted round robin by weights that the endpoints report themselves (gRFC A58), which callers pass on with {@link
     * Lease#report(LoadReport)}: the weight is requests per second by utilization, with one for each error of a request added
     * to it. As in gRPC, weights are updated every second in which a call ends; those of a node count from 10 s after its first report, and no more
     * 3 minutes after its last one; between a tenth and ten times the mean. A node without one has the mean. While fewer
     * than two have one, configured weights count, as in {@link #weightedRoundRobin()}.
     *
     * <p>Not for endpoints that report nothing, nor where utilization does not grow with load, as when all wait for one
     * database: each would look as if it could take more.
     *
     * @return a strategy
     */
    static Strategy reportedWeights() {
        return new ReportedWeights();
    }

    /**
     * Prequal: the better of what a few nodes have said of their load within the last second (Wydrowski et al., "Load is not
     * what you should balance: Introducing Prequal", NSDI 2024). Asks some nodes for each call; keeps the answers in a small
     * pool; of the nodes in it that do not have unusually many requests in flight it takes the one of the lowest latency, and
     * if all have, the one with the fewest. Since the numbers are the server's own, they know of other clients, and of
     * other work on its machine. With fewer than two answers it goes by chance, in proportion to the weights. A node that
     * has failed most of its calls of late is the last to be taken, since one that fails fast would look idle.
     *
     * <p>Questions are sent as calls are answered. Answers that come with the responses ({@link Lease#report(LoadReport)})
     * are taken, too.
     *
     * <p>Not for endpoints that cannot say how many requests they have, nor for a few clients of a small fleet whose calls
     * are all they do: {@link #leastRequest()} knows the same without asking. Each call costs some questions.
     *
     * @param prober asks a node
     * @param settings how many are asked, and what their answers are worth
     * @return a strategy
     */
    static Strategy prequal(LoadProber prober, PrequalSettings settings) {
        return new Prequal(prober, settings);
    }

    /**
     * Prequal with the {@linkplain PrequalSettings#defaults() defaults} of the paper.
     *
     * @param prober asks a node
     * @return a strategy
     */
    static Strategy prequal(LoadProber prober) {
        return prequal(prober, PrequalSettings.defaults());
    }

    /**
     * Any node, all equally likely, whatever their weights.
     *
     * @return a strategy
     */
    static Strategy random() {
        return new RandomChoice();
    }

    /**
     * The less loaded of two random nodes, by calls in flight for each unit of weight: close to the least loaded of all
     * at the cost of two reads (Mitzenmacher, 2001).
     *
     * @return a strategy
     */
    static Strategy leastRequest() {
        return new LeastRequest(LeastRequest.FEWEST);
    }

    /**
     * The least loaded of a few random nodes.
     *
     * @param choices how many are compared, 2 to 10
     * @return a strategy
     */
    static Strategy leastRequest(int choices) {
        return new LeastRequest(choices);
    }

    /**
     * {@link #peakEwma(Duration)} with a decay time of 10 s, as in Finagle: long enough to remember a pause for garbage,
     * short enough to forgive it within a minute.
     *
     * @return a strategy
     */
    static Strategy peakEwma() {
        return new PeakEwma(PeakEwma.DECAY);
    }

    /**
     * The cheaper of two random nodes, by latency times the calls that would be in flight, for each unit of weight (Peak
     * EWMA of Finagle). A node's latency rises to a slow call at once and sinks with time: exponentially towards that of
     * its calls, and towards zero while it has none, so that it is tried again. A node of unknown latency is taken when it
     * has no call in flight, and else only against another such node. A failure counts as a call that takes ten times as
     * long as those that succeed, so that a node that fails fast draws no calls. {@link Outcome#IGNORED} counts nothing.
     *
     * <p>Not for calls that take very different times by what they ask for: a node is blamed for the request. Nor for few
     * calls for each node in a decay time: nothing is learnt then that {@link #leastRequest()} does not see.
     *
     * @param decay the time after which a slow call counts 1/e, 1 ms to 365 days; longer to forgive later
     * @return a strategy
     * @throws IllegalArgumentException if the decay time is out of bounds
     */
    static Strategy peakEwma(Duration decay) {
        return new PeakEwma(decay);
    }

    /**
     * The least loaded of all nodes, by calls in flight for each unit of weight; among equals any. Looks at every node: for
     * some tens of them, and not where several balancers share them.
     *
     * @return a strategy
     */
    static Strategy leastRequestFullScan() {
        return new LeastRequestFullScan();
    }

    /**
     * The same node for the same client address, as long as it is usable; when nodes come or go, few clients move. Calls
     * without an address go to any node.
     *
     * @return a strategy
     */
    static Strategy clientIpHash() {
        return new ClientIpHash();
    }

    /**
     * The same node for the same {@linkplain PickContext#key() key}, as long as it is usable; without a key, for the same
     * client address; else any node. Consistent hashing on a ring (Karger et al., 1997) with 160 points for each unit of
     * configured weight, as in ketama: when nodes come or go, only the keys move that must.
     *
     * <p>All gateways agree on the node if they have the same ids and weights. Equal nodes differ by about 8 % in keys: where
     * that is too much, {@link #maglev()}. Load is not looked at: not for keys of which some are far busier than others, for
     * which {@link #boundedLoad} is. Who may choose keys can choose them all for one node: see {@link #ringHash(long)}.
     *
     * @return a strategy
     */
    static Strategy ringHash() {
        return new RingHash(Hashing.NO_SEED);
    }

    /**
     * {@link #ringHash()} for keys that clients choose: without the seed nobody can tell which keys share a node (SipHash;
     * Aumasson and Bernstein, 2012). Against a client that can see which node answers, and tries keys until it has enough
     * of them for one, no hash helps.
     *
     * @param seed the same for all gateways that shall agree, and kept secret; 0 is {@link #ringHash()}
     * @return a strategy
     */
    static Strategy ringHash(long seed) {
        return new RingHash(seed);
    }

    /**
     * The same node for the same {@linkplain PickContext#key() key}, as {@link #ringHash()}, by one look into a table
     * (Eisenbud et al., "Maglev", NSDI 2016): nodes of equal weight have equally many places but for one, and a choice
     * costs the same for any number of nodes. The table has 65 537 places, more from 656 nodes on: at least 100 for each, up
     * to 5 000 011.
     *
     * <p>When a node comes or goes, more keys move than must: about half as many again. Not where each such key is dear,
     * and not while the number of usable nodes goes back and forth over 655, or a double of it, where the table changes its
     * size and nearly all keys move: set a larger table then, {@link #maglev(int, long)}. Load is not looked at. Each change
     * of the usable nodes fills a whole table.
     *
     * @return a strategy
     */
    static Strategy maglev() {
        return new Maglev(Maglev.USUAL_TABLE, Hashing.NO_SEED);
    }

    /**
     * {@link #maglev()} with a larger or smaller table, or for keys that clients choose.
     *
     * @param tableSize the least number of places, four bytes each: a prime up to 5 000 011; more places than 65 537 move
     *     fewer keys, but may not fit the processor's cache
     * @param seed as for {@link #ringHash(long)}; 0 for none
     * @return a strategy
     * @throws IllegalArgumentException if the size is no such prime
     */
    static Strategy maglev(int tableSize, long seed) {
        return new Maglev(tableSize, seed);
    }

    /**
     * The same node for the same {@linkplain PickContext#key() key}, as {@link #ringHash()}, without any table: each node
     * draws a number for the key, and the best one has it (Thaler and Ravishankar, 1998), by configured weight with the
     * logarithm method (Schindelhauer and Schomaker, 2005). The spread is that of chance, only keys that must move do, and
     * the keys of a node that goes are spread over all others.
     *
     * <p>A choice looks at every node, and takes a logarithm for each if the weights differ: not for more than some tens of
     * nodes. Load is not looked at.
     *
     * @return a strategy
     */
    static Strategy rendezvous() {
        return new Rendezvous(Hashing.NO_SEED);
    }

    /**
     * {@link #rendezvous()} for keys that clients choose.
     *
     * @param seed as for {@link #ringHash(long)}; 0 for none
     * @return a strategy
     */
    static Strategy rendezvous(long seed) {
        return new Rendezvous(seed);
    }

    /**
     * Hashing that looks at load: a node takes a call only while it has no more than {@code factor} times its fair share of
     * all calls in flight, by weight, this call included and rounded up; else the call goes to the next node in the order
     * that the hash gives for its key (Mirrokni, Thorup and Zadimoghaddam, 2018). The limit holds among threads. It is for
     * what begins: when other calls end, a node may have more than its share for a while. A second attempt is placed as if
     * the node of the first one were not there.
     *
     * <p>If the first node is busy, a choice counts the calls of all nodes: not for many thousands of busy ones. Not where
     * a call must not go to another node, nor where a hit of a cache saves less than waiting costs: {@link #leastRequest()}
     * balances better. Each gateway counts its own calls. Not inside of a strategy that drops what a picker has chosen: the
     * place is taken by then.
     *
     * @param hash {@link #ringHash()}, {@link #maglev()}, {@link #rendezvous()} or {@link #clientIpHash()}
     * @param factor more than 1: 1.25 lets few keys move and keeps nodes within 25 % of each other; the nearer to 1, the
     *     more keys move and the longer is the search
     * @return a strategy
     * @throws IllegalArgumentException if the strategy does not hash, or the factor is not more than 1 or not finite
     */
    static Strategy boundedLoad(Strategy hash, double factor) {
        return BoundedLoad.of(hash, factor);
    }

    /**
     * The endpoints of the lowest {@linkplain Endpoint#priority() priority} while they can take the load, and those of the
     * next ones for the rest: a level counts as whole while 71.4 % of its nodes are usable (the priority levels of Envoy
     * with its overprovisioning of 1.4). A hashing strategy within keeps a key in a level only while the load is in one.
     * Not for endpoints that are always in use: give them weights.
     *
     * @param within chooses among the endpoints of a level
     * @return a strategy
     */
    static Strategy byPriority(Strategy within) {
        return new ByPriority(within);
    }

    /**
     * The endpoints of the own {@linkplain Endpoint#zone() zone} as far as they can take its calls, those of others for the
     * rest, so that in the end each endpoint gets load by its weight (Envoy's zone-aware routing). Assumes that clients
     * are spread evenly over the zones: where they are not, a zone with many clients overloads its endpoints. Not for few
     * endpoints (Envoy asks for six): one that goes shifts much.
     *
     * @param zone where this client is
     * @param within chooses among the endpoints of a zone
     * @return a strategy
     * @throws IllegalArgumentException if the zone has no name
     */
    static Strategy zoneAware(String zone, Strategy within) {
        return new ZoneAware(zone, within);
    }

    /**
     * The first usable node: that of the lowest {@linkplain Endpoint#priority() priority}, and among equals the first in the
     * list. All others are spares: a second attempt takes the second, and when the first is down, ejected or drained, calls
     * go to the second. Weights are not looked at.
     *
     * <p>It never goes on to the second because the first is busy: not to share load, for which {@link #leastRequest()} is.
     * What a limit of {@link BalancerBuilder#maxInFlightPerNode} leaves over goes to the least loaded of the others.
     *
     * @return a strategy
     */
    static Strategy first() {
        return new First();
    }
}
