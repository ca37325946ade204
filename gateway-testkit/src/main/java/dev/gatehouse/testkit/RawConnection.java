package dev.gatehouse.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One connection to a {@link RawUpstream}: its script reads and writes bytes, a test looks at what has come. Text stands
 * for bytes, one character each (ISO 8859-1).
 *
 * <p>The script's thread reads and writes; {@link #received} and {@link #close} are safe from others.
 */
public final class RawConnection implements AutoCloseable {

    private static final Pattern CONTENT_LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");

    private final Socket socket;
    private final InputStream in;
    private final CountDownLatch peerClosed = new CountDownLatch(1);
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();

    RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * Everything that was read so far.
     *
     * @return one character for each byte
     */
    public String received() {
        synchronized (received) {
            return received.toString(StandardCharsets.ISO_8859_1);
        }
    }

    /**
     * Reads up to and including a marker.
     *
     * @param marker what to wait for
     * @return what was read by this call
     * @throws IOException if the connection ends first
     */
    public String readUntil(String marker) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < marker.length() || text.indexOf(marker, text.length() - marker.length()) < 0) {
            text.append(next());
        }
        return text.toString();
    }

    /**
     * Reads a request line and header section.
     *
     * @return both, with the empty line at their end
     * @throws IOException if the connection ends first
     */
    public String readHead() throws IOException {
        return readUntil("\r\n\r\n");
    }

    /**
     * Reads a number of bytes.
     *
     * @param count how many
     * @return the bytes
     * @throws IOException if the connection ends first
     */
    public String read(int count) throws IOException {
        StringBuilder text = new StringBuilder(count);
        while (text.length() < count) {
            text.append(next());
        }
        return text.toString();
    }

    /**
     * Reads a whole request: its head, and a content of known length or in chunks, with the trailer section.
     *
     * @return all of it
     * @throws IOException if the connection ends first
     */
    public String readRequest() throws IOException {
        String head = readHead();
        String fields = head.toLowerCase(Locale.ROOT);
        Matcher length = CONTENT_LENGTH.matcher(fields);
        if (length.find()) {
            return head + read(Integer.parseInt(length.group(1)));
        }
        if (!fields.contains("\r\ntransfer-encoding: chunked\r\n")) {
            return head;
        }
        StringBuilder request = new StringBuilder(head);
        while (true) {
            String size = readUntil("\r\n");
            request.append(size);
            int count = Integer.parseInt(size.trim(), 16);
            if (count == 0) {
                String line;
                do {
                    line = readUntil("\r\n");
                    request.append(line);
                } while (!line.equals("\r\n"));
                return request.toString();
            }
            request.append(read(count + 2));
        }
    }

    /**
     * Reads until the peer closes or resets the connection.
     *
     * @return true if it was reset
     */
    public boolean readToEnd() {
        try {
            while (true) {
                next();
            }
        } catch (EOFException closed) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Waits until the script has read the end of the connection. */
    public void awaitClosed() {
        Patience.await(peerClosed, "the peer keeps the connection open");
    }

    /**
     * Writes bytes.
     *
     * @param text one character for each byte
     * @throws IOException if the peer is gone
     */
    public void write(String text) throws IOException {
        write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * Writes bytes.
     *
     * @param bytes what to write
     * @throws IOException if the peer is gone
     */
    public void write(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    /**
     * Breaks the connection: the peer sees a reset instead of a regular end.
     *
     * @throws IOException if the socket does not allow it
     */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Closes the connection. */
    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            // What matters is that it is gone.
        }
    }

    private char next() throws IOException {
        int b;
        try {
            b = in.read();
        } catch (IOException broken) {
            peerClosed.countDown();
            throw broken;
        }
        if (b < 0) {
            peerClosed.countDown();
            throw new EOFException("the peer closed the connection");
        }
        synchronized (received) {
            received.write(b);
        }
        return (char) b;
    }
}
