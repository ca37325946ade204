package dev.gatehouse.balancer.internal.dns;

/** Reads the parts of a message (RFC 1035, section 4.1), never beyond its end. */
final class DnsReader {

    private static final int LONGEST_NAME = 255;
    private static final int POINTER = 0xC0;

    /** Servers need one or two; without a limit, a message of pointers only would cost the square of its size. */
    private static final int MOST_JUMPS = 32;

    private final byte[] message;
    private int position;

    DnsReader(byte[] message) {
        this.message = message;
    }

    int position() {
        return position;
    }

    void skip(int bytes) throws DnsException {
        position = after(position, bytes);
    }

    int unsignedByte() throws DnsException {
        int at = position;
        skip(1);
        return message[at] & 0xFF;
    }

    int unsignedShort() throws DnsException {
        return unsignedByte() << 8 | unsignedByte();
    }

    long unsignedInt() throws DnsException {
        return (long) unsignedShort() << 16 | unsignedShort();
    }

    byte[] bytes(int length) throws DnsException {
        byte[] copy = new byte[length];
        int at = position;
        skip(length);
        System.arraycopy(message, at, copy, 0, length);
        return copy;
    }

    /**
     * A name in lower case, without a dot at its end. A pointer must point to before all that was read of the name, so that
     * each jump goes further back and the last one comes soon.
     */
    String name() throws DnsException {
        StringBuilder name = new StringBuilder();
        int at = position;
        int lowest = position;
        int end = -1;
        int length = 1;
        int jumps = 0;
        for (int head = at(at); head != 0; head = at(at)) {
            if ((head & POINTER) == POINTER) {
                int target = (head & ~POINTER) << 8 | at(at + 1);
                if (target >= lowest || ++jumps > MOST_JUMPS) {
                    throw new DnsException("a name at " + position + " points forward, to itself or too often");
                }
                end = end < 0 ? at + 2 : end;
                lowest = target;
                at = target;
                continue;
            }
            length += head + 1;
            if ((head & POINTER) != 0 || length > LONGEST_NAME) {
                throw new DnsException("a name at " + position + " is too long, or of an unknown kind");
            }
            after(at, head + 1);
            append(name, at + 1, head);
            at += head + 1;
        }
        position = end < 0 ? at + 1 : end;
        return name.toString();
    }

    private void append(StringBuilder name, int from, int length) {
        if (name.length() > 0) {
            name.append('.');
        }
        for (int i = from; i < from + length; i++) {
            int octet = message[i] & 0xFF;
            if (octet >= 'A' && octet <= 'Z') {
                name.append((char) (octet + 'a' - 'A'));
            } else if (octet > ' ' && octet < 0x7F && octet != '.' && octet != '\\') {
                name.append((char) octet);
            } else {
                // A dot within a label must not look like one between labels.
                name.append('\\').append((char) ('0' + octet / 100));
                name.append((char) ('0' + octet / 10 % 10)).append((char) ('0' + octet % 10));
            }
        }
    }

    private int at(int index) throws DnsException {
        after(index, 1);
        return message[index] & 0xFF;
    }

    private int after(int from, int bytes) throws DnsException {
        if (bytes > message.length - from) {
            throw new DnsException("the message ends too early, at " + message.length + " bytes");
        }
        return from + bytes;
    }
}
