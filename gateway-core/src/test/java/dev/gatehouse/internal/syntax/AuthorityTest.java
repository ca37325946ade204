package dev.gatehouse.internal.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "h",
                "example.com",
                "example.com.",
                "h:1",
                "h:",
                "h:65535",
                "my_service~1-x",
                "192.0.2.7:80",
                "[::1]",
                "[2001:db8::1]:443",
                "[::1]:"
            })
    void aHostMayHaveAPort(String authority) {
        assertThat(Authority.isValid(authority)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":80",
                "h:65536",
                "h:123456",
                "h:-1",
                "h:+1",
                "h:8o",
                "h:1:2",
                "::1",
                "[::1",
                "::1]",
                "[]",
                "[h]",
                "[::1]80",
                "[::1]:x",
                "[fe80::1%25eth0]",
                "[v1.x]",
                "[1.2.3.4]",
                "user@h",
                "user:pw@h",
                "h/x",
                "h?x",
                "h#x",
                "h\\x",
                "h x",
                " h",
                "h,i",
                "h%41",
                "h\r",
                "h\u0000",
                "\u00e9",
                "h;x",
                "\"h\""
            })
    void whatServersReadDifferentlyIsNoHost(String authority) {
        assertThat(Authority.isValid(authority)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "h, H, http, true",
        "h, h:80, http, true",
        "h:443, h, https, true",
        "h:, h, http, true",
        "h:080, h:80, http, true",
        "h, h:443, http, false",
        "h, h:80, , false",
        "h, g, http, false",
        "h, hh, http, false",
        "h:1, h:2, http, false",
        "[::1], [::1]:80, http, true",
        "[::1]:8, [::2]:8, http, false"
    })
    void theDefaultPortNeedNotBeNamed(String a, String b, String scheme, boolean same) {
        assertThat(Authority.same(a, b, scheme)).isEqualTo(same);
        assertThat(Authority.same(b, a, scheme)).isEqualTo(same);
    }
}
