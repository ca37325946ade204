package dev.gatehouse.testkit.conformance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** The worst of proxies: hands on what it gets, byte for byte. */
final class Relay implements AutoCloseable {

    private final ServerSocket server;
    private final int upstream;

    Relay(int upstream) throws IOException {
        this.upstream = upstream;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = server.accept();
            Socket there = new Socket(InetAddress.getLoopbackAddress(), upstream);
            daemon(() -> copy(client, there));
            daemon(() -> {
                try (client;
                        there) {
                    copy(there, client);
                }
            });
        }
    }

    private static void copy(Socket from, Socket to) throws IOException {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } finally {
            to.shutdownOutput();
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException ended) {
                // The end of a connection, or of the relay.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }
}
