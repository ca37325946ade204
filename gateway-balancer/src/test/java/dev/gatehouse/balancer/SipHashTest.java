package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SipHashTest {

    /** The vectors of the reference implementation: the bytes 0, 1, 2 and so on under the key of 16 bytes 0 to 15. */
    @ParameterizedTest
    @CsvSource({
        "0, 726fdb47dd0e0e31",
        "2, 0d6c8009d9a94f5a",
        "6, cbc9466e58fee3ce",
        "8, 93f5f5799a932462",
        "14, f723ca908e7af2ee",
        "16, 3f2acc7f57c29bdb",
        "30, ad87a3535c49ef28",
        "62, e51b38608ef25f57"
    })
    void theVectorsHold(int bytes, String expected) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes; i += 2) {
            text.append((char) (i | (i + 1) << 8));
        }
        assertThat(SipHash.hash(text.toString(), 0x0706050403020100L, 0x0F0E0D0C0B0A0908L))
                .isEqualTo(Long.parseUnsignedLong(expected, 16));
    }
}
