package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** As many calls as nodes, and none ends: the balls and bins of Azar, Broder, Karlin and Upfal (1994). */
class TwoChoicesTest {

    private static final int NODES = 10_000;
    private static final int MOST = 6;

    private static List<Node> loaded(Strategy strategy, long seed) {
        Setup setup = Picks.setup(seed, Keys.endpoints(NODES));
        Picker picker = strategy.newPicker(setup);
        for (int i = 0; i < NODES; i++) {
            Objects.requireNonNull(picker.pick(PickContext.none())).begin();
        }
        return setup.nodes();
    }

    private static long withAtLeast(int calls, List<Node> nodes) {
        return nodes.stream().filter(node -> node.inFlight() >= calls).count();
    }

    /**
     * The share of nodes with k calls or more, as the number of nodes grows: the solution at 1 of s(k)' = s(k - 1)^d - s(k)^d
     * with d choices and s(0) = 1 (Mitzenmacher, 1996). By Euler's method; its error is of the order of a step, 1e-4.
     */
    private static double[] fluidLimit(int choices) {
        double[] shares = new double[MOST + 1];
        shares[0] = 1;
        int steps = 10_000;
        for (int step = 0; step < steps; step++) {
            for (int calls = MOST; calls > 0; calls--) {
                shares[calls] += (Math.pow(shares[calls - 1], choices) - Math.pow(shares[calls], choices)) / steps;
            }
        }
        return shares;
    }

    /**
     * A number of nodes with k calls or more has a standard deviation of no more than sqrt(n s (1 - s)), since the more of them
     * there are, the fewer come to be; five of these, and one node for the step and for the two being different ones.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theNodesWithSoManyCallsAreThoseOfTheFluidLimit(long seed) {
        List<Node> nodes = loaded(Strategy.leastRequest(2), seed);
        double[] limit = fluidLimit(2);
        // s(1) is tanh 1 = 0.762.
        assertThat(limit[1]).isCloseTo(Math.tanh(1), within(1e-3));
        for (int calls = 1; calls <= MOST; calls++) {
            double deviation = Math.sqrt(NODES * limit[calls] * (1 - limit[calls]));
            assertThat((double) withAtLeast(calls, nodes))
                    .as("nodes with %d calls or more", calls)
                    .isCloseTo(NODES * limit[calls], within(5 * deviation + 1));
        }
    }

    /**
     * The most at one node is ln ln n / ln 2 + O(1), here 3.2 + O(1): the fluid limit has 0.06 nodes with four calls and 1e-8 with
     * five. With one choice, calls are spread by Poisson's law, and 37 nodes of 10 000 have five or more.
     */
    @Test
    void theMostAtOneNodeIsFourWhereChanceAloneHasMore() {
        for (long seed = 1; seed <= 10; seed++) {
            assertThat(withAtLeast(5, loaded(Strategy.leastRequest(2), seed))).isZero();
            assertThat(withAtLeast(5, loaded(Strategy.random(), seed))).isPositive();
        }
    }
}
