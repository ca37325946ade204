package dev.gatehouse.testkit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.balancer.OutlierDetection;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScenarioTest {

    private static Scenario allThereIs() {
        return Scenario.builder("All there is")
                .seed(-7)
                .duration(Duration.ofMinutes(2))
                .warmUp(Duration.ofSeconds(5))
                .clients(4, "a", "b")
                .arrivals(100)
                .arrivalsFrom(Duration.ofSeconds(30), 200.5)
                .timeout(Duration.ofMillis(300))
                .networkDelay(Duration.ofNanos(500_000))
                .zoneDelay(Duration.ofMillis(2))
                .retries(3, 0.25, 4)
                .outlierDetection(
                        OutlierDetection.builder().consecutiveFailures(3).build())
                .keys(100, 1)
                .servers(
                        "one",
                        2,
                        ServiceTime.lognormal(Duration.ofMillis(30), Duration.ofMillis(150)),
                        s -> s.concurrency(8)
                                .queue(20)
                                .speed(1.5)
                                .weight(3)
                                .zone("a")
                                .fault(Fault.slow(5).during(Duration.ofSeconds(1), Duration.ofSeconds(2)))
                                .fault(Fault.failFast()))
                .build();
    }

    @Test
    void aTextSaysWhatABuilderSays() {
        String text = """
            # A comment.
            name: All there is
            seed: -7
            duration: 2m   # another one
            warmUp: 5s
            clients: 4 zones=a,b
            arrivals: 100/s
            arrivals: 200.5/s from=30s
            timeout: 300ms
            networkDelay: 500us
            zoneDelay: 2ms
            retries: 3 share=0.25 perSecond=4
            outlierDetection: defaults consecutiveFailures=3

            keys: 100 exponent=1
            servers one: count=2 service=lognormal(30ms,150ms) concurrency=8 queue=20 speed=1.5 weight=3 zone=a \
            fault=slow(5)@1s..2s fault=failFast
            """;

        Scenario built = allThereIs();
        assertThat(Scenario.parse(text)).hasToString(built.toString());
        assertThat(Scenario.parse(built.toString())).hasToString(built.toString());
    }

    @Test
    void everyServiceAndEveryFaultCanBeWritten() {
        for (String service : new String[] {"constant(40ms)", "exponential(1.5s)", "bimodal(5ms,200ms,0.1)"}) {
            assertThat(Scenario.parse(with("service=" + service)).toString()).contains("service=" + service);
        }
        for (String fault :
                new String[] {"failing(0.5)", "flapping(10s)", "antagonist(0.6,5s,20s)", "rollingRestart(2s,1s)@5s..60s"
                }) {
            assertThat(Scenario.parse(with("service=constant(1ms) fault=" + fault))
                            .toString())
                    .contains("fault=" + fault);
        }
    }

    private static String with(String words) {
        return "name: n\narrivals: 1/s\nservers s: " + words;
    }

    @Test
    void everythingThatIsWrongIsListedWithItsLine() {
        String text = """
            name: wrong
            clients: 0
            arrivals: 100
            timeout: soon
            speed: 3
            servers a: count=1
            servers b: service=gaussian(3ms)
            servers c: service=constant(3ms) fault=sleepy
            servers d: service=constant(3ms) cores=3
            """;
        assertThatThrownBy(() -> Scenario.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 2: clients: 0 (expected: >= 1)")
                .hasMessageContaining("line 3: arrivals: 100 (expected: a rate such as 1200/s)")
                .hasMessageContaining("line 4: soon (expected: a time such as 40ms")
                .hasMessageContaining("line 5: speed is unknown (known: name, seed")
                .hasMessageContaining("line 6: servers a: no service (expected: one of constant(time)")
                .hasMessageContaining("line 7: gaussian(3ms) (expected: one of constant(time)")
                .hasMessageContaining("line 8: sleepy (expected: one of slow(factor)")
                .hasMessageContaining("line 9: servers d: cores is unknown (known: service, count, concurrency");
    }

    @Test
    void whatDoesNotFitTogetherIsListed() {
        assertThatThrownBy(() -> Scenario.builder("n")
                        .duration(Duration.ofSeconds(10))
                        .warmUp(Duration.ofSeconds(10))
                        .networkDelay(Duration.ofSeconds(1))
                        .timeout(Duration.ofSeconds(2))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("servers: none")
                .hasMessageContaining("arrivals: none at the start")
                .hasMessageContaining("warmUp: PT10S (expected: less than the duration PT10S)")
                .hasMessageContaining("timeout: PT2S (expected: more than the network takes both ways, PT2S)");
    }

    @Test
    void aWrongFaultIsRefusedWhereItIsMade() {
        assertThatThrownBy(() -> Fault.failing(1.5)).hasMessage("failing: 1.5 (expected: 0 to 1)");
        assertThatThrownBy(() -> Fault.slow(0)).hasMessage("slow: 0.0 (expected: > 0 and finite)");
        assertThatThrownBy(() -> Fault.antagonist(1, Duration.ofSeconds(1), Duration.ofSeconds(1)))
                .hasMessage("antagonist: 1.0 (expected: 0 to less than 1)");
        assertThatThrownBy(() -> Fault.failFast().during(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                .hasMessageContaining("expected: an end after the start");
        assertThatThrownBy(() -> ServiceTime.lognormal(Duration.ofMillis(2), Duration.ofMillis(1)))
                .hasMessageContaining("expected: more than the median");
    }

    @Test
    void theLoadIsTheShareOfWhatServersCanAnswer() {
        Scenario scenario = Scenario.parse(
                "name: n\narrivals: 100/s\nservers s: count=2 concurrency=4 speed=0.5 service=constant(10ms)");
        assertThat(scenario.load()).isEqualTo(100.0 / (2 * 4 * 0.5 * 100));
    }
}
