package dev.gatehouse.balancer.internal.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A DNS server on loopback, over UDP and TCP, that answers what a test says. */
public final class ScriptedDns implements AutoCloseable {

    /** What was asked. */
    public record Asked(int id, String name, int type, boolean tcp, int clientPort) {}

    /** What to send for a question, in this order; nothing is silence. */
    @FunctionalInterface
    public interface Script {
        List<byte[]> answers(Asked asked);
    }

    private static final int PORTS_TO_TRY = 20;

    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();
    private final DatagramSocket udp;
    private final ServerSocket tcp;
    private volatile Script script = question -> List.of();

    public ScriptedDns() {
        Sockets sockets = Sockets.open();
        tcp = sockets.tcp;
        udp = sockets.udp;
        start(this::serveUdp);
        start(this::serveTcp);
    }

    private static void start(Runnable loop) {
        Thread thread = new Thread(loop, "scripted-dns");
        thread.setDaemon(true);
        thread.start();
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    /** What to answer from now on. */
    public ScriptedDns answer(Script next) {
        script = next;
        return this;
    }

    /** All questions so far. */
    public List<Asked> asked() {
        return List.copyOf(asked);
    }

    private void serveUdp() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[1_024], 1_024);
                udp.receive(packet);
                byte[] question = Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] answer : answers(question, false, packet.getPort())) {
                    udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private void serveTcp() {
        try {
            while (true) {
                try (Socket socket = tcp.accept()) {
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    byte[] question = in.readNBytes(in.readUnsignedShort());
                    DataOutputStream out = new DataOutputStream(socket.getOutputStream());
                    for (byte[] answer : answers(question, true, socket.getPort())) {
                        out.writeShort(answer.length);
                        out.write(answer);
                    }
                }
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    private List<byte[]> answers(byte[] message, boolean overTcp, int port) {
        ByteBuffer in = ByteBuffer.wrap(message);
        int id = in.getShort() & 0xFFFF;
        in.position(12);
        StringBuilder name = new StringBuilder();
        for (int length = in.get(); length > 0; length = in.get()) {
            byte[] label = new byte[length];
            in.get(label);
            name.append(name.length() == 0 ? "" : ".").append(new String(label, StandardCharsets.ISO_8859_1));
        }
        Asked question = new Asked(id, name.toString(), in.getShort(), overTcp, port);
        asked.add(question);
        return script.answers(question);
    }

    @Override
    public void close() throws IOException {
        udp.close();
        tcp.close();
    }

    /** Both on the same port. */
    private record Sockets(ServerSocket tcp, DatagramSocket udp) {

        static Sockets open() {
            InetAddress loopback = InetAddress.getLoopbackAddress();
            IOException last = new IOException("not tried");
            for (int attempt = 0; attempt < PORTS_TO_TRY; attempt++) {
                try {
                    ServerSocket tcp = new ServerSocket(0, 50, loopback);
                    try {
                        return new Sockets(tcp, new DatagramSocket(tcp.getLocalPort(), loopback));
                    } catch (IOException taken) {
                        tcp.close();
                        throw taken;
                    }
                } catch (IOException e) {
                    last = e;
                }
            }
            throw new UncheckedIOException(last);
        }
    }
}
