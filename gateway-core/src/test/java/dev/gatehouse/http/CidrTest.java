package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.internal.syntax.IpAddress;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CidrTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.255.255, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "10.0.0.0/8, 9.255.255.255, false",
        "192.168.4.0/22, 192.168.7.255, true",
        "192.168.4.0/22, 192.168.8.0, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 255.1.2.3, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 10.0.0.1, false",
        "::/0, 2001:db8::1, true",
        "2001:db8::/32, 2001:db8:ffff::, true",
        "2001:db8::/32, 2001:db9::, false",
        "2001:db8::/33, 2001:db8:8000::, false",
        "::ffff:10.0.0.0/104, 10.1.1.1, true",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "::ffff:10.1.1.1, 10.1.1.1, true"
    })
    void aBlockHasTheAddressesOfItsPrefix(String block, String address, boolean contained) {
        assertThat(Cidr.parse(block).contains(IpAddress.parse(address))).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0.0/0008",
                "10.0.0.1/8",
                "0.0.0.1/0",
                "2001:db8::1/64",
                "::/129",
                "::ffff:0.0.0.0/95",
                "localhost",
                "10/8",
                "010.0.0.0/8",
                "[::1]/128"
            })
    void whatIsNoBlockIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Cidr.parse(text))
                .withMessageContaining("\"" + text + "\"");
    }

    @Test
    void containmentIsThatOfNumbers() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            int size = random.nextBoolean() ? 4 : 16;
            int prefix = random.nextInt(8 * size + 1);
            BigInteger mask = BigInteger.ONE.shiftLeft(8 * size - prefix).subtract(BigInteger.ONE);
            BigInteger network = new BigInteger(1, bytes(random, size)).andNot(mask);
            // Mostly neighbours of the block, so that both answers come up.
            BigInteger other = network.xor(BigInteger.ONE.shiftLeft(random.nextInt(8 * size)));
            boolean expected = other.andNot(mask).equals(network);
            Cidr block = Cidr.parse(IpAddress.format(address(network, size)) + "/" + prefix);
            assertThat(block.contains(address(other, size)))
                    .as("%s %s", block, other)
                    .isEqualTo(expected);
        }
    }

    @Test
    void blocksAreEqualByValue() {
        assertThat(Cidr.parse("::ffff:10.0.0.0/104"))
                .isEqualTo(Cidr.parse("10.0.0.0/8"))
                .hasSameHashCodeAs(Cidr.parse("10.0.0.0/8"))
                .isNotEqualTo(Cidr.parse("10.0.0.0/9"))
                .hasToString("10.0.0.0/8");
        assertThat(Cidr.parse("2001:DB8:0::7")).hasToString("2001:db8::7/128");
    }

    private static byte[] bytes(SplittableRandom random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        bytes[0] |= 0x40; // no mapped addresses: those are of the other family
        return bytes;
    }

    private static InetAddress address(BigInteger value, int size) {
        byte[] bytes = new byte[size];
        byte[] number = value.toByteArray();
        int length = Math.min(size, number.length);
        System.arraycopy(number, number.length - length, bytes, size - length, length);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (java.net.UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
