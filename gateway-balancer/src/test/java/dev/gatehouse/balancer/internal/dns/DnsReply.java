package dev.gatehouse.balancer.internal.dns;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes answers, right ones and wrong ones. Its own code: one mistake on both sides would not be seen. */
public final class DnsReply {

    private static final int POINTER_TO_QUESTION = 0xC00C;

    private final ByteArrayOutputStream records = new ByteArrayOutputStream();
    private final String asked;
    private final int type;
    private int id;
    private String question;
    private int flags = 0x8180;
    private int answers;
    private int authorities;

    private DnsReply(int id, String name, int type) {
        this.id = id;
        this.asked = name;
        this.question = name;
        this.type = type;
    }

    public static DnsReply to(int id, String name, int type) {
        return new DnsReply(id, name, type);
    }

    public static DnsReply to(ScriptedDns.Asked asked) {
        return new DnsReply(asked.id(), asked.name(), asked.type());
    }

    public DnsReply id(int other) {
        id = other & 0xFFFF;
        return this;
    }

    public DnsReply question(String other) {
        question = other;
        return this;
    }

    public DnsReply code(int code) {
        flags |= code;
        return this;
    }

    public DnsReply truncated() {
        flags |= 0x0200;
        return this;
    }

    public DnsReply address(long ttl, String literal) {
        return address(asked, ttl, literal);
    }

    public DnsReply address(String owner, long ttl, String literal) {
        try {
            byte[] address = InetAddress.getByName(literal).getAddress();
            return answer(owner, address.length == 4 ? 1 : 28, ttl, address);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    public DnsReply alias(String owner, long ttl, String target) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        putName(data, target);
        return answer(owner, 5, ttl, data.toByteArray());
    }

    public DnsReply service(long ttl, int priority, int weight, int port, String target) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        putShort(data, priority);
        putShort(data, weight);
        putShort(data, port);
        putName(data, target);
        return answer(asked, 33, ttl, data.toByteArray());
    }

    public DnsReply authority(long ttl, long minimum) {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        putName(data, "ns.test");
        putName(data, "admin.test");
        for (int i = 0; i < 8; i++) {
            putShort(data, i);
        }
        putInt(data, minimum);
        authorities++;
        put("test", 6, ttl, data.toByteArray());
        return this;
    }

    public DnsReply answer(@Nullable String owner, int recordType, long ttl, byte[] data) {
        answers++;
        put(owner, recordType, ttl, data);
        return this;
    }

    private void put(@Nullable String owner, int recordType, long ttl, byte[] data) {
        if (asked.equals(owner)) {
            putShort(records, POINTER_TO_QUESTION);
        } else if (owner == null) {
            // A pointer to itself.
            putShort(records, 0xC000 | (header().length + records.size()));
        } else {
            putName(records, owner);
        }
        putShort(records, recordType);
        putShort(records, 1);
        putInt(records, ttl);
        putShort(records, data.length);
        records.writeBytes(data);
    }

    public byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header());
        out.writeBytes(records.toByteArray());
        return out.toByteArray();
    }

    private byte[] header() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        putShort(out, id);
        putShort(out, flags);
        putShort(out, 1);
        putShort(out, answers);
        putShort(out, authorities);
        putShort(out, 0);
        putName(out, question);
        putShort(out, type);
        putShort(out, 1);
        return out.toByteArray();
    }

    private static void putName(ByteArrayOutputStream out, String name) {
        if (!name.isEmpty()) {
            for (String label : name.split("\\.", -1)) {
                out.write(label.length());
                out.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        out.write(0);
    }

    private static void putShort(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    private static void putInt(ByteArrayOutputStream out, long value) {
        putShort(out, (int) (value >>> 16));
        putShort(out, (int) value);
    }
}
