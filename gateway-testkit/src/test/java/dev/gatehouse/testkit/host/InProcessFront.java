package dev.gatehouse.testkit.host;

import dev.gatehouse.Gateway;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Connection;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A server as somebody would write it in an afternoon, around {@code gateway.handle}: it parses a request, hands it over
 * as an object, and writes the response it gets. A thread for each connection; no trailers, no interim responses.
 */
final class InProcessFront implements AutoCloseable {

    /** What a server of an afternoon may get wrong. */
    enum Fault {
        /** Writes content after a header section that has none. */
        CONTENT_WHERE_NONE_BELONGS,
        /** Does not tell a client that waits for 100 Continue to go on. */
        NEVER_CONTINUES,
        /** Sends chunks to an HTTP/1.0 client. */
        CHUNKS_FOR_EVERYBODY
    }

    private final Gateway gateway;
    private final Set<Fault> faults;
    private final UnaryOperator<Request> changeRequest;
    private final Function<Response, CompletionStage<Response>> changeResponse;
    private final ServerSocket server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();

    private InProcessFront(
            Gateway gateway,
            Set<Fault> faults,
            UnaryOperator<Request> changeRequest,
            Function<Response, CompletionStage<Response>> changeResponse)
            throws IOException {
        this.gateway = gateway;
        this.faults = faults;
        this.changeRequest = changeRequest;
        this.changeResponse = changeResponse;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    static InProcessFront start(Gateway gateway) throws IOException {
        return start(gateway, Set.of(), UnaryOperator.identity(), CompletableFuture::completedFuture);
    }

    /** A server with faults, or one that is wrong about what it was sent and what it sends. */
    static InProcessFront start(
            Gateway gateway,
            Set<Fault> faults,
            UnaryOperator<Request> changeRequest,
            Function<Response, CompletionStage<Response>> changeResponse)
            throws IOException {
        InProcessFront front = new InProcessFront(gateway, faults, changeRequest, changeResponse);
        thread(front::accept);
        return front;
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.close();
            for (Socket socket : open) {
                socket.close();
            }
        } catch (IOException alreadyClosed) {
            // That is what was asked for.
        }
    }

    private static void thread(Runnable task) {
        Thread thread = new Thread(task, "in-process-front");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                thread(() -> serve(socket));
            }
        } catch (IOException closed) {
            close();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            boolean more = true;
            while (more) {
                more = exchange(socket, in, out);
            }
        } catch (IOException gone) {
            // The next client comes on a connection of its own.
        } finally {
            open.remove(socket);
        }
    }

    /** Serves one request; false if the connection must not be used again. */
    private boolean exchange(Socket socket, InputStream in, OutputStream out) throws IOException {
        String[] start = line(in).split(" ", -1);
        if (start.length != 3 || !start[2].startsWith("HTTP/1.")) {
            return false;
        }
        Headers.Builder fields = Headers.builder();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = Math.max(0, line.indexOf(':'));
            fields.addParsed(
                    line.substring(0, colon),
                    line.substring(Math.min(line.length(), colon + 1)).strip());
        }
        Headers headers = fields.build();
        Content content = new Content(in, faults.contains(Fault.NEVER_CONTINUES) ? null : out, headers);
        Request request = Request.received(
                start[0],
                RequestTarget.parse(start[1]),
                null,
                headers,
                content.isEmpty() ? Body.empty() : Body.of(content, content.length),
                new Connection(
                        (InetSocketAddress) socket.getRemoteSocketAddress(),
                        (InetSocketAddress) socket.getLocalSocketAddress(),
                        "http",
                        start[2]));
        Response response = gateway.handle(changeRequest.apply(request))
                .thenCompose(changeResponse)
                .toCompletableFuture()
                .join();
        write(request, response, out);
        content.discard();
        return !start[2].equals("HTTP/1.0") && content.isAtEnd();
    }

    private void write(Request request, Response response, OutputStream out) throws IOException {
        boolean http10 =
                request.connection().protocol().equals("HTTP/1.0") && !faults.contains(Fault.CHUNKS_FOR_EVERYBODY);
        boolean none = request.method().equals("HEAD") || response.status() == 204 || response.status() == 304;
        long length = response.body().length();
        StringBuilder head = new StringBuilder("HTTP/1.1 " + response.status() + " Answer\r\n");
        boolean dated = false;
        for (Headers.Field field : response.headers()) {
            boolean framing = field.name().equalsIgnoreCase("Content-Length")
                    || field.name().equalsIgnoreCase("Transfer-Encoding");
            if (!framing || (none && field.name().equalsIgnoreCase("Content-Length"))) {
                head.append(field.name()).append(": ").append(field.value()).append("\r\n");
            }
            dated |= field.name().equalsIgnoreCase("Date");
        }
        head.append(dated ? "" : "Date: Tue, 15 Nov 1994 08:12:31 GMT\r\n");
        boolean chunked = !none && length < 0 && !http10;
        head.append(
                none
                        ? ""
                        : chunked
                                ? "Transfer-Encoding: chunked\r\n"
                                : length < 0 ? "" : "Content-Length: " + length + "\r\n");
        out.write((head + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
        if (none && faults.contains(Fault.CONTENT_WHERE_NONE_BELONGS)) {
            out.write("content".getBytes(StandardCharsets.US_ASCII));
        }
        try {
            writeContent(response.body(), none, chunked, out);
        } catch (IOException gone) {
            response.body().cancel(gone);
            throw gone;
        }
    }

    private static void writeContent(Body body, boolean none, boolean chunked, OutputStream out) throws IOException {
        while (true) {
            Chunk chunk = next(body);
            try {
                if (chunk.failure() != null) {
                    throw new IOException("the content broke off", chunk.failure());
                }
                byte[] bytes = new byte[none ? 0 : chunk.data().remaining()];
                chunk.data().get(bytes);
                if (bytes.length > 0) {
                    out.write((chunked ? Integer.toHexString(bytes.length) + "\r\n" : "")
                            .getBytes(StandardCharsets.US_ASCII));
                    out.write(bytes);
                    out.write((chunked ? "\r\n" : "").getBytes(StandardCharsets.US_ASCII));
                }
                if (chunk.last()) {
                    out.write((chunked ? "0\r\n\r\n" : "").getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                    return;
                }
                out.flush();
            } finally {
                chunk.release();
            }
        }
    }

    private static Chunk next(Body body) {
        Semaphore there = new Semaphore(0);
        for (Chunk chunk = body.read(); ; chunk = body.read()) {
            if (chunk != null) {
                return chunk;
            }
            body.demand(there::release);
            there.acquireUninterruptibly();
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException();
            }
            line.append((char) next);
        }
        if (line.length() == 0 || line.charAt(line.length() - 1) != '\r') {
            throw new IOException("a line without a carriage return");
        }
        line.setLength(line.length() - 1);
        return line.toString();
    }

    /** The content of a request, read by a thread of its own when it is asked for. */
    private static final class Content implements Body.Source {

        private final InputStream in;
        private final @Nullable OutputStream out;
        private final boolean chunked;
        private final long length;
        private boolean continues;
        private long left;
        private boolean atEnd;
        private boolean reading;
        private @Nullable Chunk next;
        private @Nullable Throwable cancelled;
        private @Nullable Runnable waiting;

        Content(InputStream in, @Nullable OutputStream out, Headers headers) {
            this.in = in;
            this.out = out;
            this.chunked = headers.contains("Transfer-Encoding");
            String declared = headers.get("Content-Length");
            boolean digits = declared != null && declared.matches("[0-9]{1,15}");
            this.left = chunked ? 0 : digits ? Long.parseLong(declared) : 0;
            this.length = chunked ? -1 : left;
            this.atEnd = length == 0;
            this.continues = headers.contains("Expect");
        }

        boolean isEmpty() {
            return length == 0;
        }

        synchronized boolean isAtEnd() {
            return atEnd;
        }

        /** What the client still sends, unless it waits to be asked. */
        void discard() {
            cancel(new IOException("the response is complete"));
            while (!continues && !isAtEnd()) {
                synchronized (this) {
                    if (reading) {
                        return; // the other thread is in it
                    }
                }
                if (readNext().failure() != null) {
                    return;
                }
            }
        }

        @Override
        public synchronized @Nullable Chunk read() {
            Chunk chunk = next;
            next = chunk != null && chunk.last() ? chunk : null;
            return chunk != null ? chunk : cancelled == null ? null : Chunk.failed(cancelled);
        }

        @Override
        public void demand(Runnable onAvailable) {
            synchronized (this) {
                if (next == null && cancelled == null) {
                    waiting = onAvailable;
                    if (!reading) {
                        reading = true;
                        thread(this::fill);
                    }
                    return;
                }
            }
            onAvailable.run();
        }

        @Override
        public void cancel(Throwable reason) {
            Runnable reader;
            synchronized (this) {
                cancelled = cancelled == null ? reason : cancelled;
                reader = waiting;
                waiting = null;
            }
            if (reader != null) {
                reader.run();
            }
        }

        private void fill() {
            Chunk chunk = readNext();
            Runnable reader;
            synchronized (this) {
                next = chunk;
                reading = false;
                reader = waiting;
                waiting = null;
            }
            if (reader != null) {
                reader.run();
            }
        }

        private Chunk readNext() {
            try {
                if (continues && out != null) {
                    continues = false;
                    out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    out.flush();
                }
                if (chunked && left == 0) {
                    left = Integer.parseInt(line(in).strip(), 16);
                    if (left == 0) {
                        if (!line(in).isEmpty()) {
                            throw new IOException("no trailers here");
                        }
                        end();
                        return Chunk.end();
                    }
                }
                byte[] bytes = new byte[(int) Math.min(left, 1 << 14)];
                int count = in.read(bytes);
                if (count < 0) {
                    throw new EOFException();
                }
                left -= count;
                if (chunked && left == 0 && !line(in).isEmpty()) {
                    throw new IOException("a chunk is longer than it says");
                }
                if (!chunked && left == 0) {
                    end();
                }
                return Chunk.of(ByteBuffer.wrap(bytes, 0, count), !chunked && left == 0);
            } catch (IOException | NumberFormatException broken) {
                return Chunk.failed(broken);
            }
        }

        private synchronized void end() {
            atEnd = true;
        }
    }
}
