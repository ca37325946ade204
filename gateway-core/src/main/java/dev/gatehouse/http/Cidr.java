package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.IpAddress;
import dev.gatehouse.internal.syntax.Printable;
import java.net.InetAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A block of IP addresses (RFC 4632, RFC 4291 §2.3), such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}. Immutable.
 *
 * <p>IPv4 and IPv6 do not mix: {@code ::/0} has no IPv4 address in it. An IPv4-mapped IPv6 address is the IPv4 address it
 * stands for.
 */
public final class Cidr {

    private final InetAddress address;
    private final byte[] bytes;
    private final int prefix;

    private Cidr(InetAddress address, int prefix) {
        this.address = address;
        this.bytes = address.getAddress();
        this.prefix = prefix;
    }

    /**
     * Reads a block.
     *
     * @param text an address and the length of its prefix; a bare address is a block of one
     * @return the block
     * @throws IllegalArgumentException if it is none, or if bits are set behind the prefix, as in {@code 10.1.0.0/8}: one
     *     of the two is a mistake then
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        InetAddress address = IpAddress.parse(host);
        if (address == null) {
            throw bad(text, "expected: such as 10.0.0.0/8 or 2001:db8::/32");
        }
        int most = 8 * address.getAddress().length;
        // The prefix of a mapped address counts the 96 bits before the IPv4 address.
        int mapped = most == 32 && host.indexOf(':') >= 0 ? 96 : 0;
        int prefix = slash < 0 ? most : prefix(text, slash + 1) - mapped;
        if (prefix < 0 || prefix > most) {
            throw bad(text, "expected: a prefix of " + mapped + " to " + (most + mapped) + " bits");
        }
        Cidr block = new Cidr(address, prefix);
        block.checkNoBitsBehind(text);
        return block;
    }

    private static int prefix(String text, int from) {
        int length = text.length() - from;
        boolean digits = length > 0 && length <= 3 && text.chars().skip(from).allMatch(c -> c >= '0' && c <= '9');
        return digits ? Integer.parseInt(text, from, text.length(), 10) : -1;
    }

    private void checkNoBitsBehind(String text) {
        for (int bit = prefix; bit < 8 * bytes.length; bit++) {
            if ((bytes[bit / 8] & (0x80 >> (bit % 8))) != 0) {
                throw bad(text, "bits are set behind the prefix");
            }
        }
    }

    private static IllegalArgumentException bad(String text, String why) {
        return new IllegalArgumentException("not a block of addresses: \"" + Printable.of(text) + "\" (" + why + ")");
    }

    /**
     * Whether an address is in the block.
     *
     * @param other any address; an IPv6 zone is ignored
     * @return true if it is of the same family and has the block's prefix
     */
    public boolean contains(InetAddress other) {
        byte[] candidate = other.getAddress();
        if (candidate.length != bytes.length) {
            return false;
        }
        int whole = prefix / 8;
        if (!Arrays.equals(bytes, 0, whole, candidate, 0, whole)) {
            return false;
        }
        int rest = prefix % 8;
        return rest == 0 || ((bytes[whole] ^ candidate[whole]) & (0xff00 >> rest) & 0xff) == 0;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Cidr that && prefix == that.prefix && address.equals(that.address);
    }

    @Override
    public int hashCode() {
        return 31 * address.hashCode() + prefix;
    }

    /** The block in its usual notation, with a prefix. */
    @Override
    public String toString() {
        return IpAddress.format(address) + '/' + prefix;
    }
}
