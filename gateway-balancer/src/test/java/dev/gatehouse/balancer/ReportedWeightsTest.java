package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportedWeightsTest {

    private final VirtualClock time = new VirtualClock();
    private final UpdatableEndpoints source = new UpdatableEndpoints(Endpoints.list("a", "b", "c"));
    private final Balancer balancer = Balancer.builder(source)
            .strategy(Strategy.reportedWeights())
            .time(time)
            .random(RandomSource.seeded(1))
            .build();

    private final Map<String, LoadReport> reports = new LinkedHashMap<>();

    @AfterEach
    void close() {
        balancer.close();
        assertThat(time.pending()).as("timers of a closed balancer").isZero();
    }

    /** Half in use: the weight is twice the requests per second. */
    /** All three nodes are half busy, with so many requests a second. */
    private void report(double a, double b, double c) {
        reports.put("a", half(a));
        reports.put("b", half(b));
        reports.put("c", half(c));
    }

    private static LoadReport half(double requestsPerSecond) {
        return new LoadReport(0.5, requestsPerSecond, 0);
    }

    /** At each full second, every node that is named in the reports sends its own, and a call ends. */
    private void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            time.advance(Duration.ofSeconds(1));
            balancer.nodes().forEach(node -> {
                LoadReport report = reports.get(node.endpoint().id());
                if (report != null) {
                    new Lease(balancer, node, context -> null, PickContext.none(), false, null).report(report);
                }
            });
            balancer.acquire(PickContext.none()).close();
            assertThat(time.pending()).as("timers in a second").isLessThanOrEqualTo(1);
            time.advance(Duration.ZERO);
        }
    }

    /** Whole numbers that the weights are in proportion to: the sequence is even, so that few picks show it exactly. */
    private List<Long> shares(int picks) {
        List<String> ids = Stream.generate(() -> {
                    try (Lease lease = balancer.acquire(PickContext.none())) {
                        return lease.endpoint().id();
                    }
                })
                .limit(picks)
                .toList();
        return balancer.nodes().stream()
                .map(node -> ids.stream().filter(node.endpoint().id()::equals).count())
                .toList();
    }

    @Test
    void weightsAreRequestsPerSecondByUtilization() {
        reports.put("a", new LoadReport(0.25, 100, 0));
        reports.put("b", new LoadReport(0.5, 100, 0));
        reports.put("c", new LoadReport(1, 100, 0));
        pass(12);
        assertThat(shares(70)).containsExactly(40L, 20L, 10L);
        assertThat(balancer.nodes().get(1).loadReport()).isEqualTo(new LoadReport(0.5, 100, 0));
    }

    @Test
    void errorsCountAsUtilization() {
        // 100 / (0.5 + 50 / 100 * 1) is half of 100 / 0.5.
        reports.put("a", half(100));
        reports.put("b", new LoadReport(0.5, 100, 50));
        reports.put("c", half(100));
        pass(12);
        assertThat(shares(50)).containsExactly(20L, 10L, 20L);
    }

    @Test
    void reportsDoNotCountUntilTheyHaveComeForTenSeconds() {
        report(400, 200, 100);
        // From the first second to the eleventh.
        pass(10);
        assertThat(shares(70)).containsExactlyInAnyOrder(23L, 23L, 24L);
        pass(1);
        assertThat(shares(70)).containsExactly(40L, 20L, 10L);
    }

    @Test
    void aNodeThatReportsNothingHasTheMean() {
        reports.put("a", half(300));
        reports.put("b", half(100));
        pass(12);
        assertThat(shares(60)).containsExactly(30L, 10L, 20L);
        assertThat(balancer.nodes().get(2).loadReport()).isNull();
    }

    @Test
    void whileOnlyOneReportsConfiguredWeightsCount() {
        source.set(List.of(Endpoints.weighted("a", 2), Endpoints.weighted("b", 1), Endpoints.weighted("c", 1)));
        reports.put("b", half(1_000));
        pass(20);
        assertThat(shares(40)).containsExactly(20L, 10L, 10L);
    }

    @Test
    void reportsExpireThreeMinutesAfterTheLastAndBeginAnewThen() {
        report(400, 200, 100);
        pass(12);
        reports.clear();
        pass(179);
        assertThat(shares(70)).containsExactly(40L, 20L, 10L);
        pass(1);
        // From the 12th second to the 192nd.
        assertThat(shares(70)).containsExactlyInAnyOrder(23L, 23L, 24L);
        report(100, 200, 400);
        pass(10);
        assertThat(shares(70)).containsExactlyInAnyOrder(23L, 23L, 24L);
        pass(1);
        assertThat(shares(70)).containsExactly(10L, 20L, 40L);
    }

    @Test
    void anIdleNodesReportsSayNothing() {
        report(300, 100, 200);
        pass(12);
        reports.put("b", new LoadReport(0, 0, 0));
        reports.put("c", new LoadReport(0.1, 0, 0));
        pass(5);
        assertThat(shares(60)).containsExactly(30L, 10L, 20L);
    }

    @Test
    void whatIsFarOffIsClipped() {
        report(1_000_000, 1, 1);
        pass(12);
        // The mean is a third of a million and two: 1 000 000 is three times that, 1 is raised to a tenth of it.
        assertThat(shares(320)).containsExactly(300L, 10L, 10L);
        reports.put("a", new LoadReport(Double.MIN_VALUE, Double.MAX_VALUE, 0));
        pass(1);
        assertThat(shares(320)).containsExactly(300L, 10L, 10L);
    }

    @Test
    void aPickerThatTakesOverKnowsTheNodesThatStayAndNotThoseThatReturn() {
        report(300, 100, 900);
        pass(12);
        balancer.drain("c", Duration.ZERO);
        assertThat(shares(40)).containsExactly(30L, 10L, 0L);
        balancer.undrain("c");
        assertThat(shares(60)).as("c has the mean at first").containsExactly(30L, 10L, 20L);
        pass(12);
        assertThat(shares(130)).containsExactly(30L, 10L, 90L);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, Double.NaN, Double.POSITIVE_INFINITY})
    void aReportOfNoNumbersIsRefused(double value) {
        String expected = ": " + value + " (expected: >= 0 and finite)";
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoadReport(value, 1, 1))
                .withMessage("utilization" + expected);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoadReport(1, value, 1))
                .withMessage("requestsPerSecond" + expected);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LoadReport(1, 1, value))
                .withMessage("errorsPerSecond" + expected);
    }
}
