package dev.gatehouse.jetty;

import static dev.gatehouse.jetty.Http2Frame.ACK;
import static dev.gatehouse.jetty.Http2Frame.DATA;
import static dev.gatehouse.jetty.Http2Frame.END_HEADERS;
import static dev.gatehouse.jetty.Http2Frame.END_STREAM;
import static dev.gatehouse.jetty.Http2Frame.GOAWAY;
import static dev.gatehouse.jetty.Http2Frame.HEADERS;
import static dev.gatehouse.jetty.Http2Frame.HEADER_TABLE_SIZE;
import static dev.gatehouse.jetty.Http2Frame.NONE;
import static dev.gatehouse.jetty.Http2Frame.PING;
import static dev.gatehouse.jetty.Http2Frame.RST_STREAM;
import static dev.gatehouse.jetty.Http2Frame.SETTINGS;
import static dev.gatehouse.jetty.Http2Frame.WINDOW_UPDATE;
import static dev.gatehouse.jetty.Http2Frame.bytes;
import static dev.gatehouse.jetty.Http2Frame.ints;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackEncoder;
import org.eclipse.jetty.http2.hpack.HpackException;

/** An HTTP/2 client in clear text that sends and shows frames as they are, right or wrong (RFC 9113 §4.1). */
final class Http2Wire implements AutoCloseable {

    static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(5);

    private final Socket socket;
    private final DataInputStream in;
    private final HpackEncoder encoder = new HpackEncoder();
    private final HpackDecoder decoder = new HpackDecoder(1 << 20, System::nanoTime);
    private final List<Http2Frame> unread = new ArrayList<>();
    private byte[] settings = new byte[0];
    private String said = "closed";

    private Http2Wire(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
    }

    /** A connection on which nothing has been sent. */
    static Http2Wire silent(int port) throws IOException {
        return new Http2Wire(port);
    }

    /** A connection on which both sides have sent their settings, and this side has acknowledged the server's. */
    static Http2Wire connect(JettyHost host, int... settings) throws IOException {
        Http2Wire wire = new Http2Wire(host.server().port());
        for (int i = 0; i < settings.length; i += 2) {
            if (settings[i] == HEADER_TABLE_SIZE) {
                wire.decoder.setMaxTableCapacity(settings[i + 1]);
            }
        }
        wire.send(PREFACE).settings(settings);
        wire.settings =
                wire.next(frame -> frame.is(SETTINGS) && !frame.has(ACK)).payload();
        return wire.frame(SETTINGS, ACK, 0);
    }

    /** A whole answer; {@code end} is {@code end}, {@code reset 1}, {@code goaway 1} or {@code closed}. */
    record Answer(int status, HttpFields fields, String content, HttpFields trailers, String end) {}

    Http2Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    Http2Wire send(String bytes) throws IOException {
        return send(bytes.getBytes(ISO_8859_1));
    }

    Http2Wire frame(int type, int flags, int stream, byte... payload) throws IOException {
        return send(bytes(type, flags, stream, payload));
    }

    Http2Wire number(int type, int stream, int value) throws IOException {
        return frame(type, NONE, stream, ints(value));
    }

    Http2Wire settings(int... keysAndValues) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(3 * keysAndValues.length);
        for (int i = 0; i < keysAndValues.length; i += 2) {
            payload.putShort((short) keysAndValues[i]).putInt(keysAndValues[i + 1]);
        }
        return frame(SETTINGS, NONE, 0, payload.array());
    }

    Http2Wire data(int stream, String text, boolean last) throws IOException {
        return frame(DATA, last ? END_STREAM : NONE, stream, text.getBytes(ISO_8859_1));
    }

    Http2Wire get(int stream, String path) throws IOException {
        return request(stream, true, "GET", path);
    }

    /** A request, compressed. */
    Http2Wire request(int stream, boolean last, String method, String path, String... fields) throws IOException {
        List<String> all =
                new ArrayList<>(List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "ex.org"));
        all.addAll(List.of(fields));
        return section(stream, last, compressed(all.toArray(String[]::new)));
    }

    /** A field section as it is, never compressed. */
    Http2Wire fields(int stream, boolean last, String... namesAndValues) throws IOException {
        return section(stream, last, literal(namesAndValues));
    }

    Http2Wire section(int stream, boolean last, byte[] block) throws IOException {
        return frame(HEADERS, END_HEADERS | (last ? END_STREAM : NONE), stream, block);
    }

    byte[] compressed(String... namesAndValues) {
        ByteBuffer block = ByteBuffer.allocate(16_384);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            encoder.encode(block, new HttpField(namesAndValues[i], namesAndValues[i + 1]));
        }
        byte[] bytes = new byte[block.flip().remaining()];
        block.get(bytes);
        return bytes;
    }

    /** Literal fields that neither side remembers, with any bytes in them (RFC 7541 §6.2.2). */
    static byte[] literal(String... namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.length; i++) {
            if (i % 2 == 0) {
                block.write(0);
            }
            byte[] text = namesAndValues[i].getBytes(ISO_8859_1);
            int rest = text.length - 127;
            block.write(Math.min(text.length, 127));
            for (; rest >= 128; rest >>= 7) {
                block.write(128 | (rest & 127));
            }
            if (rest >= 0) {
                block.write(rest);
            }
            block.writeBytes(text);
        }
        return block.toByteArray();
    }

    /** Sends the same again and again, until the server does not take it any more. */
    void flood(byte[] bytes, int times) {
        try {
            for (int i = 0; i < times; i++) {
                send(bytes);
            }
        } catch (IOException ended) {
            // What it said about that is shown by whoever reads.
        }
    }

    /** The server's value of a setting, or what it is where none was sent. */
    int setting(int key, int otherwise) {
        int value = otherwise;
        for (ByteBuffer left = ByteBuffer.wrap(settings); left.hasRemaining(); ) {
            int current = left.getShort();
            int is = left.getInt();
            value = current == key ? is : value;
        }
        return value;
    }

    /** The next frame of a kind; those before it stay for other calls. Fails if none comes for 5 s. */
    Http2Frame next(Predicate<Http2Frame> wanted) throws IOException {
        Iterator<Http2Frame> before = unread.iterator();
        while (before.hasNext()) {
            Http2Frame frame = before.next();
            if (wanted.test(frame)) {
                before.remove();
                return frame;
            }
        }
        long deadline = System.nanoTime() + PATIENCE;
        while (true) {
            Http2Frame frame = read(deadline);
            if (wanted.test(frame)) {
                return frame;
            }
            unread.add(frame);
            if (frame.isClosed()) {
                throw new AssertionError("closed before what was expected came, after " + unread);
            }
        }
    }

    Http2Frame next(int type, int stream) throws IOException {
        return next(frame -> frame.is(type, stream));
    }

    /** Whether the server has dealt with everything sent so far, without a complaint about the connection. */
    boolean isAlive() throws IOException {
        long mark = System.nanoTime();
        byte[] payload = ints((int) (mark >> 32), (int) mark);
        flood(bytes(PING, NONE, 0, payload), 1);
        return next(frame -> frame.isClosed()
                        || frame.isError()
                        || (frame.is(PING) && ByteBuffer.wrap(frame.payload()).equals(ByteBuffer.wrap(payload))))
                .is(PING);
    }

    /** Whether there was something among what was read, and nobody asked for. */
    boolean hasCome(Predicate<Http2Frame> wanted) {
        return unread.stream().anyMatch(wanted);
    }

    /** How a stream is answered at first: {@code 200}, {@code reset 1}, {@code goaway 1} or {@code closed}. */
    String outcome(int stream) throws IOException {
        Http2Frame frame = next(each -> isFinal(each, stream));
        return frame.is(HEADERS) ? Integer.toString(frame.status()) : end(frame);
    }

    /** The whole of what comes on a stream, taken as it comes. */
    Answer answer(int stream) throws IOException {
        Http2Frame head = next(each -> isFinal(each, stream));
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        HttpFields trailers = HttpFields.EMPTY;
        Http2Frame last = head;
        while (last.stream() == stream && !last.is(RST_STREAM) && !last.has(END_STREAM)) {
            last = next(frame -> frame.isClosed() || (frame.stream() == stream && !frame.is(WINDOW_UPDATE)));
            if (last.is(HEADERS)) {
                trailers = last.section().getHttpFields();
            } else if (last.is(DATA)) {
                content.writeBytes(last.payload());
                if (last.payload().length > 0 && !last.has(END_STREAM)) {
                    number(WINDOW_UPDATE, stream, last.payload().length)
                            .number(WINDOW_UPDATE, 0, last.payload().length);
                }
            }
        }
        HttpFields fields = head.is(HEADERS) ? head.section().getHttpFields() : HttpFields.EMPTY;
        return new Answer(head.status(), fields, content.toString(ISO_8859_1), trailers, end(last));
    }

    /** How the connection ends: {@code goaway 1} or {@code closed}. Fails if it does not within 5 s. */
    String end() throws IOException {
        next(frame -> frame.isClosed());
        return said;
    }

    private static boolean isFinal(Http2Frame frame, int stream) {
        boolean section = frame.is(HEADERS, stream) && frame.status() >= 200;
        return section || frame.is(RST_STREAM, stream) || frame.isError() || frame.isClosed();
    }

    private static String end(Http2Frame frame) {
        if (frame.isClosed()) {
            return "closed";
        }
        return frame.is(RST_STREAM) ? "reset " + frame.code() : frame.is(GOAWAY) ? "goaway " + frame.code() : "end";
    }

    private Http2Frame read(long deadline) throws IOException {
        try {
            Http2Frame frame = readFrame(deadline);
            if (!frame.is(HEADERS)) {
                return frame;
            }
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            block.writeBytes(frame.payload());
            for (Http2Frame part = frame; !part.has(END_HEADERS); ) {
                part = readFrame(deadline);
                block.writeBytes(part.payload());
            }
            MetaData section = decoder.decode(ByteBuffer.wrap(block.toByteArray()));
            return new Http2Frame(HEADERS, frame.flags(), frame.stream(), block.toByteArray(), section);
        } catch (SocketTimeoutException late) {
            throw new AssertionError("what was expected did not come within 5 s, but " + unread, late);
        } catch (EOFException | SocketException ended) {
            return Http2Frame.CLOSED;
        } catch (HpackException wrong) {
            throw new AssertionError(wrong);
        }
    }

    private Http2Frame readFrame(long deadline) throws IOException {
        // A timeout of 0 would be none.
        socket.setSoTimeout((int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
        int lengthAndType = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[lengthAndType >>> 8];
        in.readFully(payload);
        Http2Frame frame = new Http2Frame(lengthAndType & 0xFF, flags, stream, payload, null);
        said = frame.is(GOAWAY) ? end(frame) : said;
        return frame;
    }

    /** Closes so that the server sees a reset, as from a process that was killed. */
    void breakOff() throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
