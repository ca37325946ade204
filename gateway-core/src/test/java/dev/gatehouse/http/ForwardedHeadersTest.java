package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.http.ForwardedHeaders.Style;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    @Test
    void nobodyIsTrustedByDefault() {
        ForwardedHeaders defaults = ForwardedHeaders.defaults();
        assertThat(defaults.trusted()).isEmpty();
        assertThat(defaults.styles()).containsExactly(Style.X_FORWARDED);
        assertThat(defaults.via()).isEqualTo("gatehouse");
        assertThat(defaults.requestId()).contains("X-Request-Id");
        assertThat(defaults.preserveHost()).isFalse();
        assertThat(defaults.plainNamesOnly()).isFalse();
    }

    @Test
    void aBlockThatIsNoneIsRefusedAtOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ForwardedHeaders.builder().trusted("10.0.0.1/8"));
    }

    @Test
    void settingsThatCannotWorkAreRefusedTogether() {
        ForwardedHeaders.Builder builder =
                ForwardedHeaders.builder().trustedStyle(Style.FORWARDED).requestId("X-Forwarded-For");
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("trustedStyle")
                .withMessageContaining("requestId");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "my gateway", "a,b", "h\r\n"})
    void aPseudonymIsAToken(String via) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ForwardedHeaders.builder().via(via));
    }
}
