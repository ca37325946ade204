package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadMeterTest {

    private final VirtualClock time = new VirtualClock();
    private double utilization = 0.25;
    private final LoadMeter meter = new LoadMeter(time, () -> utilization);

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    /** So many at once, each of which takes as long. */
    private void requests(int count, int millis) {
        List<LoadMeter.Request> open =
                Stream.generate(meter::begin).limit(count).toList();
        time.advance(Duration.ofMillis(millis));
        open.forEach(request -> {
            request.answered(false);
            request.end();
        });
    }

    @Test
    void aFreshServerSaysThatItIsIdle() {
        assertThat(meter.report()).isEqualTo(new LoadReport(0, 0, 0, 0, LoadReport.UNSAID));
    }

    @Test
    void requestsInFlightAreThoseThatHaveNotEnded() {
        LoadMeter.Request one = meter.begin();
        meter.begin();
        assertThat(meter.report().requestsInFlight()).isEqualTo(2);
        one.end();
        one.end();
        assertThat(meter.report().requestsInFlight()).isEqualTo(1);
    }

    @Test
    void latencyIsThatOfRequestsThatFoundAsManyInFlight() {
        for (int i = 0; i < 20; i++) {
            requests(1, 5);
            requests(2, 50);
        }
        // Those that found none: half alone, with 5 ms, half with one behind them. Those that found one: 50 ms.
        assertThat(meter.report().latencyNanos()).isEqualTo(5 * MILLI);
        LoadMeter.Request one = meter.begin();
        assertThat(meter.report().latencyNanos()).isEqualTo(50 * MILLI);
        // Nobody has found 40: the nearest who found fewer.
        List<LoadMeter.Request> open = new ArrayList<>(List.of(one));
        Stream.generate(meter::begin).limit(39).forEach(open::add);
        assertThat(meter.report().latencyNanos()).isEqualTo(50 * MILLI);
        open.forEach(LoadMeter.Request::end);
    }

    @Test
    void failuresSayNothingOfLatencyAndOldLatenciesAreForgotten() {
        requests(1, 5);
        LoadMeter.Request failed = meter.begin();
        time.advance(Duration.ofMillis(500));
        failed.answered(true);
        failed.end();
        assertThat(meter.report().latencyNanos()).isEqualTo(5 * MILLI);
        time.advance(Duration.ofMillis(10_500));
        assertThat(meter.report().latencyNanos()).isEqualTo(LoadReport.UNSAID);
    }

    @Test
    void ratesAreThoseSinceTheLastReportOfAnotherSecond() {
        for (int i = 0; i < 40; i++) {
            requests(1, 50);
        }
        LoadMeter.Request failed = meter.begin();
        failed.answered(true);
        failed.answered(true);
        failed.end();
        assertThat(meter.report()).extracting(LoadReport::requestsPerSecond).isEqualTo(20.5);
        assertThat(meter.report().errorsPerSecond()).isEqualTo(0.5);
        assertThat(meter.report().utilization()).isEqualTo(0.25);
        time.advance(Duration.ofMillis(999));
        utilization = Double.NaN;
        assertThat(meter.report().requestsPerSecond()).isEqualTo(20.5);
        time.advance(Duration.ofMillis(1));
        assertThat(meter.report()).isEqualTo(new LoadReport(0, 0, 0, 0, 50 * MILLI));
    }

    @Test
    void theProcessorsOfThisMachineHaveAUtilization() {
        assertThat(new LoadMeter().report().utilization()).isBetween(0.0, 1.0);
    }

    /** Every number of requests in flight has its place, and a neighbour's is found. */
    @Test
    void anyNumberInFlightHasALevel() {
        for (int inFlight : new int[] {0, 1, 15, 16, 17, 31, 32, 1_000, 1 << 20, Integer.MAX_VALUE}) {
            LatencyByLoad latencies = new LatencyByLoad();
            latencies.add(inFlight, 7 * MILLI, 0);
            assertThat(latencies.median(inFlight, 0)).isEqualTo(7 * MILLI);
            assertThat(latencies.median(0, 0)).isEqualTo(7 * MILLI);
            assertThat(latencies.median(Integer.MAX_VALUE, 0)).isEqualTo(7 * MILLI);
        }
    }

    @Test
    void aReportGoesThroughAFieldAndBack() {
        LoadReport full = new LoadReport(0.5, 120.25, 3, 7, 2_500_000);
        assertThat(full.toField())
                .isEqualTo("TEXT application_utilization=0.5,rps_fractional=120.25,eps=3.0,"
                        + "named_metrics.requests_in_flight=7,named_metrics.latency_ms=2.5");
        assertThat(LoadReport.ofField(full.toField())).isEqualTo(full);
        LoadReport part = new LoadReport(1.5, 0, 0);
        assertThat(LoadReport.ofField(part.toField())).isEqualTo(part);
    }

    @Test
    void whatOthersWriteIsRead() {
        LoadReport report = LoadReport.ofField(
                "TEXT cpu_utilization=0.3, mem_utilization=0.8,rps_fractional=10,eps=1,named_metrics.queue=4");
        assertThat(report).isEqualTo(new LoadReport(0.3, 10, 1));
        LoadReport application = LoadReport.ofField("TEXT cpu_utilization=0.3,application_utilization=0.7");
        assertThat(application.utilization()).isCloseTo(0.7, within(0.0));
        assertThat(LoadReport.ofField("TEXT named_metrics.requests_in_flight=1e99")
                        .requestsInFlight())
                .isEqualTo(Integer.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "TEXT ",
                "TEXT cpu_utilization",
                "TEXT cpu_utilization=",
                "TEXT cpu_utilization=x",
                "TEXT cpu_utilization=-1",
                "TEXT cpu_utilization=NaN",
                "TEXT rps_fractional=Infinity",
                "TEXT named_metrics.requests_in_flight=-1",
                "TEXT named_metrics.latency_ms=NaN",
                "JSON {\"cpu_utilization\": 0.3}",
                "BIN AAAA"
            })
    void whatIsNoReportIsNone(String value) {
        assertThat(LoadReport.ofField(value)).isNull();
        assertThat(LoadReport.ofField("TEXT eps=1," + "x=1,".repeat(1_100) + "eps=1"))
                .isNull();
    }

    /** A thread that looked at the time just before another one took note of an answer. */
    @Test
    void aLatencyFromAMomentAfterTheReportIsNotTakenForOneFromLongAgo() {
        LatencyByLoad latencies = new LatencyByLoad();
        latencies.add(0, 5 * MILLI, 1_000 * MILLI);
        latencies.add(0, 5 * MILLI, 999 * MILLI);
        assertThat(latencies.median(0, 998 * MILLI)).isEqualTo(5 * MILLI);
        assertThat(latencies.median(0, 10_000 * MILLI)).isEqualTo(5 * MILLI);
        assertThat(latencies.median(0, 12_000 * MILLI)).isEqualTo(LoadReport.UNSAID);
    }

    @Test
    void aUtilizationThatFailsCostsNoReport() {
        LoadMeter failing = new LoadMeter(time, () -> {
            throw new IllegalStateException("on purpose");
        });
        failing.begin().answered(false);
        time.advance(Duration.ofSeconds(1));
        assertThat(failing.report().utilization()).isZero();
        assertThat(failing.report().requestsPerSecond()).isEqualTo(1);
    }
}
