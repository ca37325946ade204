package dev.gatehouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.balancer.TimeSource;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TimeoutsTest {

    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    @Test
    void everyTimeThatCannotBeIsListed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Timeouts.defaults().toBuilder()
                        .connect(Duration.ZERO)
                        .firstByte(Duration.ofNanos(-1))
                        .idle(FOR_EVER)
                        .attempt(Duration.ofSeconds(3))
                        .total(Duration.ofSeconds(-2))
                        .build())
                .withMessage("connect: PT0S (expected: > 0); firstByte: PT-0.000000001S (expected: >= 0); idle: "
                        + FOR_EVER + " (expected: <= PT8760H, or 0 for no limit); total: PT-2S (expected: >= 0)");
    }

    @Test
    void aTimeForEverIsRefusedWithTheWayToSayIt() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Timeouts.defaults().toBuilder().total(FOR_EVER).build())
                .withMessage("total: " + FOR_EVER + " (expected: <= PT8760H, or 0 for no limit)");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Timeouts.defaults().toBuilder().connect(FOR_EVER).build())
                .withMessage("connect: " + FOR_EVER + " (expected: <= PT8760H)");
        Duration longest = TimeSource.LONGEST;
        assertThat(new Timeouts(longest, longest, longest, longest, longest).total())
                .isEqualTo(longest);
    }

    @Test
    void anAttemptThatOutlastsTheWholeHasNoEffect() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Timeouts.defaults().toBuilder()
                        .attempt(Duration.ofSeconds(3))
                        .total(Duration.ofSeconds(2))
                        .build())
                .withMessage("attempt: PT3S has no effect beyond total: PT2S (expected: <= total)");
    }

    @Test
    void theLongestTimeIsOneThatAGatewayKeeps() {
        ScriptedTransport transport = ScriptedTransport.answering(sent -> Response.of(200));
        Duration longest = TimeSource.LONGEST;
        try (Gateway gateway = Gateway.builder()
                .transport(transport)
                .upstream(
                        "up",
                        up -> up.endpoints("http://a:1")
                                .timeouts(t -> t.connect(longest)
                                        .firstByte(longest)
                                        .idle(longest)
                                        .attempt(longest)
                                        .total(longest)))
                .route("/**", r -> r.to("up"))
                .build()) {
            assertThat(gateway.handle(Request.get("/x").build())
                            .toCompletableFuture()
                            .join()
                            .status())
                    .isEqualTo(200);
        }
    }
}
