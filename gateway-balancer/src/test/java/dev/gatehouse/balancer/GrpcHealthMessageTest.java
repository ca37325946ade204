package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The two messages of gRPC's health service, byte for byte. */
class GrpcHealthMessageTest {

    private static String request(String service) {
        ByteBuffer message = GrpcHealthMessage.request(service);
        byte[] bytes = new byte[message.remaining()];
        message.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static int status(String hex) {
        return GrpcHealthMessage.status(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
    }

    @Test
    void aRequestHasTheNameBehindItsLength() {
        assertThat(request("")).isEqualTo("0000000000");
        assertThat(request("a.B")).isEqualTo("0000000005" + "0a03" + "612e42");
        // In UTF-8, two bytes.
        assertThat(request("ü")).isEqualTo("0000000004" + "0a02" + "c3bc");
    }

    @Test
    void aLongNameHasALengthOfTwoBytes() {
        assertThat(request("a".repeat(127))).startsWith("0000000081" + "0a7f" + "61");
        // 300 = 0b10_0101100: the lower seven bits first.
        assertThat(request("a".repeat(300)))
                .startsWith("000000012f" + "0aac02" + "61")
                .hasSize(2 * (5 + 303));
    }

    @ParameterizedTest
    @CsvSource({
        // No field is the default.
        "0000000000, 0",
        "0000000002 0801, 1",
        "0000000002 0802, 2",
        "0000000002 0803, 3",
        // Written longer than need be.
        "0000000004 08818000, 1",
        // Of several the last one counts.
        "0000000004 08020801, 1",
        // A negative number has ten bytes.
        "000000000b 08ffffffffffffffffff01, -1"
    })
    void anAnswerHasAStatus(String hex, int status) {
        assertThat(status(hex.replace(" ", ""))).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "a number, 1096ff7f",
        "eight bytes, 110102030405060708",
        "a text, 1203616263",
        "an empty text, 1200",
        "four bytes, 1d01020304",
        "a number of five digits, 80ffff7f05",
        "field 1 as a text, 0a03616263"
    })
    void otherFieldsAreSkipped(String what, String field) {
        String message = field + "0801" + field;
        assertThat(status(String.format("00%08x", message.length() / 2) + message))
                .as(what)
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, '', no message",
        "half a prefix, 000000, no message",
        "a compressed message, 01000000020801, compressed",
        "less than the prefix says, 00000000030801, a message of 3 bytes in 2",
        "two messages, 0000000002080100000000020801, a message of 2 bytes in 9",
        "more than an int holds, 00ffffffff0801, a message of 4294967295 bytes in 2",
        "a key alone, 000000000108, cut off",
        "a number without an end, 00000000020881, cut off",
        "a text without an end, 0000000004 12036162, cut off",
        "four of eight bytes, 0000000005 1101020304, cut off",
        "a text of a negative length, 000000000c 12ffffffffffffffffff0100, cut off",
        "a text of 2 GB, 0000000006 128080808008, cut off",
        "a number of eleven bytes, 000000000c 08ffffffffffffffffffff01, more than 10 bytes",
        "field 0, 0000000002 0001, malformed",
        "a group, 0000000002 1314, malformed",
        "wire type 6, 0000000001 0e, malformed",
        "a key of more than 32 bits, 0000000007 88808080808001, malformed"
    })
    void whatIsMalformedIsRefused(String what, String hex, String message) {
        assertThatIllegalStateException()
                .as(what)
                .isThrownBy(() -> status(hex.replace(" ", "")))
                .withMessageContaining(message);
    }

    @Test
    void anyBytesGiveAStatusOrARefusal() {
        Random random = new Random(4);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[5 + random.nextInt(12)];
            random.nextBytes(bytes);
            ByteBuffer.wrap(bytes).put((byte) 0).putInt(bytes.length - 5);
            String hex = HexFormat.of().formatHex(bytes);
            try {
                status(hex);
            } catch (IllegalStateException refused) {
                assertThat(refused).as(hex).hasMessageMatching("a (message|field|number) .*");
            }
        }
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> status("00"));
    }
}
