package dev.gatehouse.internal.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IpAddressTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:DB8::0007, 2001:db8::7",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "::ffff:192.0.2.7, 192.0.2.7",
        "::ffff:c000:207, 192.0.2.7",
        "64:ff9b::192.0.2.7, 64:ff9b::c000:207",
        "1:2:3:4:5:6:1.2.3.4, 1:2:3:4:5:6:102:304"
    })
    void anAddressIsReadAndWrittenInTheRecommendedForm(String text, String canonical) {
        InetAddress address = IpAddress.parse(text);
        assertThat(address).isNotNull();
        assertThat(IpAddress.format(address)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "256.1.1.1",
                "01.2.3.4",
                "0x1.2.3.4",
                "1.2.3.4 ",
                "+1.2.3.4",
                "1.2.3.1000",
                ":",
                ":::",
                "1:",
                ":1",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8::",
                "1::2::3",
                "::12345",
                "::g",
                "::1.2.3",
                "1.2.3.4::",
                "::1.2.3.4:5",
                "1:2:3:4:5:6:7:1.2.3.4",
                "fe80::1%eth0",
                "[::1]",
                "::\uff11",
                "localhost"
            })
    void whatIsNoAddressIsNotAskedOfANameServer(String text) {
        assertThat(IpAddress.parse(text)).isNull();
    }

    @Test
    void anyAddressReadsBackAsItself() throws UnknownHostException {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int b = 0; b < bytes.length; b++) {
                if (random.nextInt(3) > 0) {
                    bytes[b] = 0;
                }
            }
            InetAddress address = InetAddress.getByAddress(bytes);
            String text = IpAddress.format(address);
            assertThat(IpAddress.parse(text)).as(text).isEqualTo(address);
            if (address.getAddress().length == 16) {
                assertThat(IpAddress.parse(address.getHostAddress())).isEqualTo(address);
            }
        }
    }
}
