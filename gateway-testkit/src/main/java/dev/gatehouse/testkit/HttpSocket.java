package dev.gatehouse.testkit;

import dev.gatehouse.http.Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A client that sends bytes as they are, and reads responses as RFC 9112 has them, no more: what is not framed as it
 * must be is an {@link AssertionError}. Used by one thread at a time, but for {@link #close}.
 */
final class HttpSocket implements AutoCloseable {

    private final Socket socket;
    private final InputStream in;
    private boolean inChunks;

    HttpSocket(int port) {
        try {
            socket = new Socket(InetAddress.getLoopbackAddress(), port);
            socket.setSoTimeout((int) Patience.millis());
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException refused) {
            throw new UncheckedIOException(refused);
        }
    }

    /** A header section. */
    record Head(String version, int status, Headers headers) {}

    /** A whole response. */
    record Answer(int status, Headers headers, String content, Headers trailers) {}

    HttpSocket send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    HttpSocket send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Sends until the peer has closed its side. */
    boolean trySend(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException broken) {
            return false;
        }
    }

    /** Ends what is sent, and goes on reading. */
    void endSending() {
        try {
            socket.shutdownOutput();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** The next final response to a method, interim ones left out. */
    Answer answer(String method) {
        Head head = head();
        while (head.status() < 200) {
            head = head();
        }
        return content(method, head);
    }

    Answer answer() {
        return answer("GET");
    }

    /** The next header section, interim ones included. */
    Head head() {
        String[] start = line().split(" ", 3);
        if (start.length < 2 || !start[0].startsWith("HTTP/1.")) {
            throw new AssertionError("no status line: " + String.join(" ", start));
        }
        return new Head(start[0], Integer.parseInt(start[1]), fields());
    }

    /** The content after a header section. */
    Answer content(String method, Head head) {
        Headers headers = head.headers();
        if (method.equals("HEAD") || head.status() == 204 || head.status() == 304) {
            return new Answer(head.status(), headers, "", Headers.empty());
        }
        if (headers.containsToken("Transfer-Encoding", "chunked")) {
            if (headers.contains("Content-Length")) {
                throw new AssertionError("both Transfer-Encoding and Content-Length");
            }
            StringBuilder content = new StringBuilder();
            for (String chunk = chunk(); chunk != null; chunk = chunk()) {
                content.append(chunk);
            }
            return new Answer(head.status(), headers, content.toString(), fields());
        }
        String length = headers.get("Content-Length");
        if (length == null) {
            return new Answer(head.status(), headers, readToEnd(), Headers.empty());
        }
        return new Answer(head.status(), headers, read(Integer.parseInt(length)), Headers.empty());
    }

    /** The data of the next chunk, without what ends it; null for the last one, whose trailer section comes next. */
    @Nullable
    String chunk() {
        if (inChunks && !line().isEmpty()) {
            throw new AssertionError("a chunk is longer than it says");
        }
        String size = line();
        int count = Integer.parseInt(size.split(";", 2)[0].trim(), 16);
        // Some servers write the end of a chunk with the beginning of the next.
        inChunks = count > 0;
        return inChunks ? read(count) : null;
    }

    /** Exactly so many bytes. */
    String read(int count) {
        try {
            byte[] bytes = in.readNBytes(count);
            if (bytes.length < count) {
                throw new EOFException("the connection ended after " + bytes.length + " of " + count + " bytes");
            }
            return new String(bytes, StandardCharsets.ISO_8859_1);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Everything up to the end of the connection, regular or not. */
    String readToEnd() {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                rest.write(next);
            }
        } catch (SocketTimeoutException open) {
            throw new AssertionError("the connection is kept open", open);
        } catch (IOException reset) {
            return rest.toString(StandardCharsets.ISO_8859_1);
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** The next status line; empty if the connection ends instead. */
    String statusLine() {
        try {
            return line();
        } catch (UncheckedIOException ended) {
            if (ended.getCause() instanceof SocketTimeoutException) {
                throw new AssertionError("no answer, and the connection is kept open", ended);
            }
            return "";
        }
    }

    /** Breaks the connection with a reset. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyBroken) {
            // That is what was asked for.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException alreadyBroken) {
            // That is what was asked for.
        }
    }

    private Headers fields() {
        Headers.Builder headers = Headers.builder();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            if (colon <= 0) {
                throw new AssertionError("no field line: " + line);
            }
            headers.add(line.substring(0, colon), line.substring(colon + 1).trim());
        }
        return headers.build();
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        try {
            while (true) {
                int next = in.read();
                if (next < 0) {
                    throw new EOFException("the connection ended within a line: \"" + line + '"');
                }
                if (next == '\n' && line.length() > 0 && line.charAt(line.length() - 1) == '\r') {
                    line.setLength(line.length() - 1);
                    return line.toString();
                }
                line.append((char) next);
            }
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
