package dev.gatehouse.balancer.internal.dns;

import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Asks servers that look names up for others (recursive ones). Blocks. Each question goes over UDP with a random id and from
 * a port that the system draws anew, against forged answers (RFC 5452), and over TCP if the answer does not fit.
 */
public final class DnsClient {

    /** How often all servers are asked in turn, as by the C library's resolver. */
    private static final int ROUNDS = 2;

    /** A server sends no more than 512 unless it is told that more is welcome (RFC 1035, section 4.2.1); here it is not. */
    private static final int LONGEST_DATAGRAM = 4_096;

    private final Duration timeout;
    private final LongSupplier nanoTime;
    private final BooleanSupplier abandoned;

    /**
     * A client.
     *
     * @param timeout how long to wait for one server's answer over UDP, and again over TCP
     * @param nanoTime the monotonic clock of this machine: sockets know no other
     * @param abandoned whether nobody wants to know any more; looked at before each server is asked
     */
    public DnsClient(Duration timeout, LongSupplier nanoTime, BooleanSupplier abandoned) {
        this.timeout = timeout;
        this.nanoTime = nanoTime;
        this.abandoned = abandoned;
    }

    /**
     * Checks a name.
     *
     * @param setting what it is, for the message
     * @param value what a user gave
     * @return the name as it can be asked for: in lower case, without a dot at its end
     * @throws IllegalArgumentException if it is no name
     */
    public static String name(String setting, String value) {
        return DnsQuestion.name(setting, value);
    }

    /**
     * Asks one server after another until one has an answer.
     *
     * @param servers whom to ask
     * @param name as {@link #name} gives it
     * @param type such as {@link DnsRecord#A}
     * @return the answer; that there is no such name or record is one too
     * @throws DnsException if there is no answer; the message has why, by server
     */
    public DnsAnswer ask(List<InetSocketAddress> servers, String name, int type) throws DnsException {
        List<String> failures = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            for (InetSocketAddress server : servers) {
                if (abandoned.getAsBoolean()) {
                    throw new DnsException("abandoned");
                }
                try {
                    return ask(server, new DnsQuestion(randomId(), name, type));
                } catch (SocketTimeoutException e) {
                    failures.add(place(server) + " timed out after " + timeout.toMillis() + " ms");
                } catch (PortUnreachableException e) {
                    failures.add(place(server) + " is unreachable");
                } catch (IOException e) {
                    failures.add(place(server) + " " + e.getMessage());
                }
            }
        }
        throw new DnsException("no answer for " + name + ": " + String.join("; ", failures.subList(0, servers.size())));
    }

    private static String place(InetSocketAddress server) {
        return server.getHostString() + ":" + server.getPort();
    }

    /** Must not be guessed, so it comes from the strong generator behind random UUIDs, whose last bits are all random. */
    private static int randomId() {
        return (int) UUID.randomUUID().getLeastSignificantBits() & 0xFFFF;
    }

    private DnsAnswer ask(InetSocketAddress server, DnsQuestion question) throws IOException {
        byte[] message = overUdp(server, question);
        return DnsAnswer.read(DnsAnswer.truncated(message) ? overTcp(server, question) : message, question);
    }

    private byte[] overUdp(InetSocketAddress server, DnsQuestion question) throws IOException {
        long deadline = deadline();
        try (DatagramSocket socket = new DatagramSocket()) {
            // Of a connected socket, the system lets answers of nobody else through.
            socket.connect(server);
            byte[] sent = question.encode();
            socket.send(new DatagramPacket(sent, sent.length));
            DatagramPacket received = new DatagramPacket(new byte[LONGEST_DATAGRAM], LONGEST_DATAGRAM);
            while (true) {
                socket.setSoTimeout(millisUntil(deadline));
                received.setLength(LONGEST_DATAGRAM);
                socket.receive(received);
                byte[] message = Arrays.copyOf(received.getData(), received.getLength());
                // Whoever guesses must not end the wait for the true answer.
                if (question.isAnsweredBy(message)) {
                    return message;
                }
            }
        }
    }

    private byte[] overTcp(InetSocketAddress server, DnsQuestion question) throws IOException {
        long deadline = deadline();
        try (Socket socket = new Socket()) {
            socket.connect(server, millisUntil(deadline));
            byte[] sent = question.encode();
            byte[] framed = new byte[sent.length + 2];
            framed[0] = (byte) (sent.length >>> 8);
            framed[1] = (byte) sent.length;
            System.arraycopy(sent, 0, framed, 2, sent.length);
            socket.getOutputStream().write(framed);
            byte[] length = read(socket, 2, deadline);
            byte[] message = read(socket, (length[0] & 0xFF) << 8 | (length[1] & 0xFF), deadline);
            if (!question.isAnsweredBy(message)) {
                throw new DnsException("answers another question over TCP");
            }
            return message;
        }
    }

    private byte[] read(Socket socket, int length, long deadline) throws IOException {
        byte[] bytes = new byte[length];
        InputStream in = socket.getInputStream();
        for (int have = 0; have < length; ) {
            // Anew before each read: a byte now and then must not hold it up for ever.
            socket.setSoTimeout(millisUntil(deadline));
            int count = in.read(bytes, have, length - have);
            if (count < 0) {
                throw new DnsException("ends its answer over TCP too early");
            }
            have += count;
        }
        return bytes;
    }

    private long deadline() {
        return nanoTime.getAsLong() + timeout.toNanos();
    }

    private int millisUntil(long deadline) throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - nanoTime.getAsLong());
        if (left <= 0) {
            throw new SocketTimeoutException();
        }
        return (int) Math.min(left, Integer.MAX_VALUE);
    }
}
