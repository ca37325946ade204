package dev.gatehouse.balancer;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The two messages of {@code grpc.health.v1.Health/Check}, in protocol buffers behind the five bytes that gRPC puts before
 * each: whether it is compressed, and its length. A request has the service's name as field 1, an answer the status.
 */
final class GrpcHealthMessage {

    static final int SERVING = 1;

    private static final int PREFIX_BYTES = 5;
    private static final int FIELD_1_TEXT = 1 << 3 | 2;
    private static final int FIELD_1_NUMBER = 1 << 3;

    /** Bits of a key that say how the value is written. */
    private static final int WIRE_TYPE = 7;

    private static final int MOST_VARINT_BYTES = 10;

    private GrpcHealthMessage() {}

    /** A request; a name that is empty is left out, as protocol buffers do. */
    static ByteBuffer request(String service) {
        byte[] name = service.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(PREFIX_BYTES + 1 + MOST_VARINT_BYTES + name.length);
        message.position(PREFIX_BYTES);
        if (name.length > 0) {
            message.put((byte) FIELD_1_TEXT);
            int rest = name.length;
            while (rest > 0x7f) {
                message.put((byte) ((rest & 0x7f) | 0x80));
                rest >>>= 7;
            }
            message.put((byte) rest).put(name);
        }
        return message.putInt(1, message.position() - PREFIX_BYTES).flip();
    }

    /**
     * The status in an answer.
     *
     * @param content one message, all of it
     * @return the number of the status; 0 if there is none
     * @throws IllegalStateException if it is no such thing
     */
    static int status(ByteBuffer content) {
        if (content.remaining() < PREFIX_BYTES) {
            throw new IllegalStateException("no message in an answer of " + content.remaining() + " bytes");
        }
        byte compressed = content.get();
        if (compressed != 0) {
            throw new IllegalStateException("a compressed message, which was not asked for");
        }
        long length = Integer.toUnsignedLong(content.getInt());
        if (length != content.remaining()) {
            throw new IllegalStateException(
                    "a message of " + length + " bytes in " + content.remaining() + " (expected: one, and whole)");
        }
        try {
            return fields(content);
        } catch (BufferUnderflowException e) {
            throw new IllegalStateException("a message that is cut off", e);
        }
    }

    private static int fields(ByteBuffer message) {
        int status = 0;
        while (message.hasRemaining()) {
            long key = varint(message);
            if (key >>> 3 == 0 || key >>> 32 != 0) {
                throw malformed(key);
            }
            if (key == FIELD_1_NUMBER) {
                // Of several the last one counts; of a number only 32 bits, as in all enumerations.
                status = (int) varint(message);
            } else {
                skip(message, key);
            }
        }
        return status;
    }

    private static void skip(ByteBuffer message, long key) {
        switch ((int) key & WIRE_TYPE) {
            case 0 -> varint(message);
            case 1 -> skipBytes(message, Long.BYTES);
            case 2 -> skipBytes(message, varint(message));
            case 5 -> skipBytes(message, Integer.BYTES);
            default -> throw malformed(key);
        }
    }

    private static void skipBytes(ByteBuffer message, long count) {
        if (count < 0 || count > message.remaining()) {
            throw new BufferUnderflowException();
        }
        message.position(message.position() + (int) count);
    }

    private static long varint(ByteBuffer message) {
        long value = 0;
        for (int i = 0; i < MOST_VARINT_BYTES; i++) {
            byte next = message.get();
            value |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("a number of more than " + MOST_VARINT_BYTES + " bytes");
    }

    private static IllegalStateException malformed(long key) {
        return new IllegalStateException("a field with key " + key + ", which is malformed");
    }
}
