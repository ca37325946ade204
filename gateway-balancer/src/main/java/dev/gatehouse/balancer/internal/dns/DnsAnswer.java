package dev.gatehouse.balancer.internal.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a server says to a question.
 *
 * @param exists whether the name exists; if it does, there may still be no records of the type
 * @param records those of the type that was asked for, of the name or what it is an alias for
 * @param ttl how long the answer may be used, in seconds: the shortest time of all records that led to it, or for an answer
 *     without records what the zone says (RFC 2308, section 5); empty if nothing says it
 */
public record DnsAnswer(boolean exists, List<DnsRecord> records, OptionalLong ttl) {

    private static final int TRUNCATED = 0x0200;
    private static final int CODE = 0x000F;
    private static final int NAME_ERROR = 3;
    private static final int INTERNET = 1;

    /** More than any zone needs; a chain without an end must end. */
    private static final int MOST_ALIASES = 16;

    private static final List<String> CODES =
            List.of("NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED");

    /** Keeps a copy of the records. */
    public DnsAnswer {
        records = List.copyOf(records);
    }

    static boolean truncated(byte[] message) {
        return (message[2] << 8 & TRUNCATED) != 0;
    }

    /** Reads a message that {@link DnsQuestion#isAnsweredBy answers} a question. */
    static DnsAnswer read(byte[] message, DnsQuestion question) throws DnsException {
        DnsReader reader = new DnsReader(message);
        reader.skip(2);
        int code = reader.unsignedShort() & CODE;
        if (code != 0 && code != NAME_ERROR) {
            throw new DnsException("answers " + (code < CODES.size() ? CODES.get(code) : "with code " + code));
        }
        reader.skip(2);
        int answers = reader.unsignedShort();
        int authorities = reader.unsignedShort();
        reader.skip(2);
        String asked = reader.name();
        reader.skip(4);
        List<DnsRecord> records = records(reader, answers);
        List<DnsRecord> authority = records(reader, authorities);
        return select(code == 0, question.type(), asked, records, authority);
    }

    private static List<DnsRecord> records(DnsReader reader, int count) throws DnsException {
        List<DnsRecord> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            DnsRecord read = record(reader);
            if (read != null) {
                records.add(read);
            }
        }
        return records;
    }

    /** The next record, or null if it is of another type or class. */
    private static @Nullable DnsRecord record(DnsReader reader) throws DnsException {
        String owner = reader.name();
        int type = reader.unsignedShort();
        int network = reader.unsignedShort();
        long time = reader.unsignedInt();
        // A time with its first bit set counts as none (RFC 2181, section 8).
        long ttl = time > Integer.MAX_VALUE ? 0 : time;
        int length = reader.unsignedShort();
        int end = reader.position() + length;
        DnsRecord read = network == INTERNET ? data(reader, owner, type, ttl, length) : null;
        if (read == null) {
            reader.skip(length);
        }
        if (reader.position() != end) {
            throw new DnsException("a record of type " + type + " is not as long as it says");
        }
        return read;
    }

    private static @Nullable DnsRecord data(DnsReader reader, String owner, int type, long ttl, int length)
            throws DnsException {
        return switch (type) {
            case DnsRecord.A -> new DnsRecord.Address(owner, ttl, address(reader, length, 4));
            case DnsRecord.AAAA -> new DnsRecord.Address(owner, ttl, address(reader, length, 16));
            case DnsRecord.CNAME -> new DnsRecord.Alias(owner, ttl, reader.name());
            case DnsRecord.SRV ->
                new DnsRecord.Service(
                        owner,
                        ttl,
                        reader.unsignedShort(),
                        reader.unsignedShort(),
                        reader.unsignedShort(),
                        reader.name());
            case DnsRecord.SOA -> {
                reader.name();
                reader.name();
                reader.skip(16);
                yield new DnsRecord.Authority(owner, ttl, Math.min(reader.unsignedInt(), Integer.MAX_VALUE));
            }
            default -> null;
        };
    }

    private static InetAddress address(DnsReader reader, int length, int expected) throws DnsException {
        if (length != expected) {
            throw new DnsException("an address has " + length + " bytes (expected: " + expected + ")");
        }
        try {
            return InetAddress.getByAddress(reader.bytes(length));
        } catch (UnknownHostException impossible) {
            throw new AssertionError("4 and 16 bytes are an address", impossible);
        }
    }

    /** Records of names that nobody asked for are not believed. */
    private static DnsAnswer select(
            boolean exists, int type, String asked, List<DnsRecord> records, List<DnsRecord> authority) {
        Set<String> names = new LinkedHashSet<>();
        long ttl = Long.MAX_VALUE;
        String name = asked;
        for (DnsRecord.Alias alias = alias(name, records); alias != null; alias = alias(name, records)) {
            if (!names.add(name) || names.size() > MOST_ALIASES) {
                break;
            }
            ttl = Math.min(ttl, alias.ttl());
            name = alias.target();
        }
        String last = name;
        List<DnsRecord> wanted = records.stream()
                .filter(found -> found.owner().equals(last) && type(found) == type)
                .toList();
        for (DnsRecord found : wanted) {
            ttl = Math.min(ttl, found.ttl());
        }
        if (!wanted.isEmpty() && exists) {
            return new DnsAnswer(true, wanted, OptionalLong.of(ttl));
        }
        return new DnsAnswer(exists, List.of(), negativeTtl(authority));
    }

    private static DnsRecord.@Nullable Alias alias(String name, List<DnsRecord> records) {
        for (DnsRecord found : records) {
            if (found instanceof DnsRecord.Alias alias && alias.owner().equals(name)) {
                return alias;
            }
        }
        return null;
    }

    private static int type(DnsRecord found) {
        if (found instanceof DnsRecord.Address address) {
            return address.address().getAddress().length == 4 ? DnsRecord.A : DnsRecord.AAAA;
        }
        return found instanceof DnsRecord.Service ? DnsRecord.SRV : 0;
    }

    private static OptionalLong negativeTtl(List<DnsRecord> authority) {
        return authority.stream()
                .filter(DnsRecord.Authority.class::isInstance)
                .map(DnsRecord.Authority.class::cast)
                .mapToLong(soa -> Math.min(soa.ttl(), soa.minimum()))
                .min();
    }
}
