package dev.gatehouse.balancer.internal.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A question for the records of a name.
 *
 * @param id 0 to 65535; a stranger who wants to answer must guess it
 * @param name as {@link #name(String, String)} gives it
 * @param type such as {@link DnsRecord#A}
 */
record DnsQuestion(int id, String name, int type) {

    private static final Pattern LABELS = Pattern.compile("[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})*");
    private static final Pattern ADDRESS = Pattern.compile("(.*\\.)?[0-9]+");

    /** 255 bytes with the length of the first label and the root's (RFC 1035, section 3.1). */
    private static final int LONGEST_NAME = 253;

    private static final int INTERNET = 1;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RESPONSE = 0x8000;
    private static final int OPCODE = 0x7800;

    /** Checks what a user gives as a name, and brings it into the form that answers are compared with. */
    static String name(String setting, String value) {
        String lower = value.toLowerCase(Locale.ROOT);
        String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
        if (name.length() > LONGEST_NAME
                || !LABELS.matcher(name).matches()
                || ADDRESS.matcher(name).matches()) {
            throw new IllegalArgumentException(setting + ": " + value
                    + " (expected: a full DNS name in ASCII, labels of 1 to 63 characters, no address)");
        }
        return name;
    }

    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length() + 18);
        putShort(out, id);
        putShort(out, RECURSION_DESIRED);
        putShort(out, 1);
        putShort(out, 0);
        putShort(out, 0);
        putShort(out, 0);
        for (String label : name.split("\\.", -1)) {
            out.write(label.length());
            out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
        }
        out.write(0);
        putShort(out, type);
        putShort(out, INTERNET);
        return out.toByteArray();
    }

    private static void putShort(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    /** Whether a message answers this question, and no other (RFC 5452, section 9.1). */
    boolean isAnsweredBy(byte[] message) {
        DnsReader reader = new DnsReader(message);
        try {
            if (reader.unsignedShort() != id) {
                return false;
            }
            int flags = reader.unsignedShort();
            int questions = reader.unsignedShort();
            reader.skip(6);
            return (flags & RESPONSE) != 0
                    && (flags & OPCODE) == 0
                    && questions == 1
                    && reader.name().equals(name)
                    && reader.unsignedShort() == type
                    && reader.unsignedShort() == INTERNET;
        } catch (DnsException unreadable) {
            return false;
        }
    }
}
