package dev.gatehouse.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A server in a process of its own, to be killed, stopped and told to reset its connections. Answers every request
 * without content with 200 and a kilobyte. Reads commands from its standard input: {@code reset} resets all connections.
 */
public final class FaultyUpstream {

    private static final int CONTENT_BYTES = 1024;

    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
    private final byte[] answer;

    private FaultyUpstream(int port) {
        String content = (port + " ").repeat(CONTENT_BYTES).substring(0, CONTENT_BYTES);
        answer = ("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + CONTENT_BYTES + "\r\n\r\n"
                        + content)
                .getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Serves until it is killed.
     *
     * @param args the port
     * @throws IOException if the port cannot be had
     */
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        FaultyUpstream upstream = new FaultyUpstream(port);
        try (ServerSocket server = new ServerSocket()) {
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1024);
            daemon(upstream::obey);
            System.out.println("ready");
            while (true) {
                Socket connection = server.accept();
                upstream.connections.add(connection);
                daemon(() -> upstream.serve(connection));
            }
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
    }

    private void obey() {
        try (BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            while ("reset".equals(commands.readLine())) {
                for (Socket connection : connections) {
                    reset(connection);
                }
                System.out.println("done");
            }
        } catch (IOException gone) {
            // Who gave the commands is gone, and this process with it.
        }
        System.exit(0);
    }

    /** Closing with a linger time of zero sends RST (RFC 9293 §3.10.4, SO_LINGER). */
    private void reset(Socket connection) throws IOException {
        connections.remove(connection);
        if (!connection.isClosed()) {
            connection.setSoLinger(true, 0);
            connection.close();
        }
    }

    private void serve(Socket connection) {
        try (connection) {
            connection.setTcpNoDelay(true);
            InputStream in = connection.getInputStream();
            OutputStream out = connection.getOutputStream();
            byte[] buffer = new byte[8192];
            int filled = 0;
            int count = in.read(buffer, 0, buffer.length);
            while (count > 0) {
                filled += count;
                if (endsHead(buffer, filled)) {
                    out.write(answer);
                    filled = 0;
                }
                count = in.read(buffer, filled, buffer.length - filled);
            }
        } catch (IOException broken) {
            // The other side, or a command, closed it.
        } finally {
            connections.remove(connection);
        }
    }

    private static boolean endsHead(byte[] bytes, int count) {
        return count >= 4
                && bytes[count - 4] == '\r'
                && bytes[count - 3] == '\n'
                && bytes[count - 2] == '\r'
                && bytes[count - 1] == '\n';
    }
}
