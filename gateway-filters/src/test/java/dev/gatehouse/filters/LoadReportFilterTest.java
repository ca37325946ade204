package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.balancer.LoadMeter;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import dev.gatehouse.testkit.FilterProbe.Result;
import dev.gatehouse.testkit.VirtualTime;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LoadReportFilterTest {

    private static final Request REQUEST = Request.get("/orders").build();

    private final VirtualTime time = new VirtualTime();
    private final LoadMeter meter = new LoadMeter(time, () -> 0.5);
    private final LoadReportFilter filter = LoadReportFilter.of(meter).probedAt("/load");

    private static LoadReport report(Response response) {
        String field = response.headers().get(LoadReport.FIELD);
        return Objects.requireNonNull(LoadReport.ofField(Objects.requireNonNull(field)));
    }

    @Test
    void aProbeIsAnsweredAndReachesNothingFurtherIn() {
        Result probed = FilterProbe.of(filter).send(Request.get("/load").build());

        assertThat(probed.received()).isEmpty();
        assertThat(probed.response().status()).isEqualTo(204);
        assertThat(probed.response().headers().get("Cache-Control")).isEqualTo("no-store");
        assertThat(report(probed.response())).isEqualTo(new LoadReport(0, 0, 0, 0, LoadReport.UNSAID));
        assertThat(meter.report().requestsInFlight()).isZero();
    }

    @Test
    void withoutAPathNobodyIsAProbe() {
        Result passed = FilterProbe.of(LoadReportFilter.of(meter))
                .send(Request.get("/load").build());

        assertThat(passed.received()).isPresent();
    }

    @Test
    void aResponseCountsTheRequestThatItAnswersUntilItsContentEnds() {
        Result answered = FilterProbe.of(filter)
                .answering(Response.of(200).withBody(Body.of("content")))
                .send(REQUEST);

        assertThat(report(answered.response()).requestsInFlight()).isEqualTo(1);
        assertThat(answered.text()).isEqualTo("content");
        assertThat(meter.report().requestsInFlight()).isZero();
    }

    @Test
    void failuresAreErrorsAndTheirTimeSaysNothing() {
        FilterProbe.of(filter)
                .failing(new GatewayException(Kind.UPSTREAM_TIMEOUT, "no answer"))
                .send(REQUEST)
                .text();
        time.advance(Duration.ofSeconds(1));

        assertThat(meter.report()).isEqualTo(new LoadReport(0.5, 1, 1, 0, LoadReport.UNSAID));
    }

    @Test
    void whatAnEndpointFurtherInSaidOfItselfIsReplaced() {
        Result answered = FilterProbe.of(filter)
                .answering(Response.of(200).withHeader(LoadReport.FIELD, "TEXT eps=9"))
                .send(REQUEST);

        assertThat(answered.response().headers().all(LoadReport.FIELD)).hasSize(1);
        assertThat(report(answered.response()).errorsPerSecond()).isZero();
    }

    @Test
    void aPathBeginsWithASlash() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> filter.probedAt("load"))
                .withMessage("probedAt: load (expected: a path that begins with /)");
    }
}
