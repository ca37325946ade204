package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrailersTest {

    @Test
    void harmlessTrailersArePassedOnAsTheyAre() {
        Headers trailers = Headers.of("grpc-status", "0", "grpc-message", "", "x_sum.bin", "1", "Server-Timing", "a");
        assertThat(Trailers.clean(trailers)).isSameAs(trailers);
        assertThat(Trailers.clean(Headers.empty())).isSameAs(Headers.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length",
                "TRANSFER-ENCODING",
                "trailer",
                "Host",
                "Connection",
                "TE",
                "Upgrade",
                "Authorization",
                "Proxy-Authorization",
                "Cookie",
                "Set-Cookie",
                "Cache-Control",
                "If-Match",
                "Range",
                "Expect",
                "Content-Type",
                "Content-Encoding",
                "Location",
                "Date",
                "Vary",
                "Forwarded",
                "X-Forwarded-For",
                "X-Real-IP",
                "Via",
                "X_Forwarded_For",
                "content_length",
                "x.real.ip",
                "Set_Cookie"
            })
    void whatIsDecidedByTheHeaderSectionIsDropped(String name) {
        assertThat(Trailers.clean(Headers.of("A", "1", name, "x", "B", "2"))).isEqualTo(Headers.of("A", "1", "B", "2"));
    }

    @Test
    void whatIsNoFieldIsDropped() {
        Headers trailers = Headers.builder()
                .addParsed("a b", "1")
                .addParsed("A", "x\r\ny")
                .addParsed("B", "2")
                .build();
        assertThat(Trailers.clean(trailers)).isEqualTo(Headers.of("B", "2"));
    }
}
