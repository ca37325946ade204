package dev.gatehouse.balancer.internal.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Which servers this machine asks. */
public final class DnsServers {

    /** The file of the system's resolver; there is none on Windows. */
    static final Path RESOLV_CONF = Path.of("/etc/resolv.conf");

    private static final int PORT = 53;

    /** What the C library's resolver asks at most (resolv.conf(5)). */
    private static final int MOST = 3;

    /** Whatever else would be looked up as a name. */
    private static final Pattern LITERAL = Pattern.compile("[0-9.]+|[0-9a-fA-F.]*:[0-9a-fA-F:.]*(%[\\w.-]+)?");

    private DnsServers() {}

    /**
     * Those in {@code /etc/resolv.conf}, read anew each time, since a laptop moves from one network to the next. There is no
     * such file on Windows.
     *
     * @return one to three
     * @throws DnsException if none are known
     */
    public static List<InetSocketAddress> ofSystem() throws DnsException {
        return ofSystem(RESOLV_CONF);
    }

    static List<InetSocketAddress> ofSystem(Path file) throws DnsException {
        List<InetSocketAddress> servers = Files.exists(file) ? ofFile(file) : List.of();
        if (servers.isEmpty()) {
            throw new DnsException("no DNS servers are known (expected: nameserver lines in " + file
                    + ", or servers in the settings)");
        }
        return servers;
    }

    static List<InetSocketAddress> ofFile(Path file) throws DnsException {
        List<InetSocketAddress> servers = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                String[] words = line.trim().split("\\s+", -1);
                if (words.length > 1 && words[0].equals("nameserver") && servers.size() < MOST) {
                    add(servers, words[1]);
                }
            }
        } catch (IOException e) {
            throw new DnsException("cannot read " + file + ": " + e);
        }
        return servers;
    }

    private static void add(List<InetSocketAddress> servers, String literal) {
        if (LITERAL.matcher(literal).matches()) {
            try {
                servers.add(new InetSocketAddress(InetAddress.getByName(literal), PORT));
            } catch (UnknownHostException noAddress) {
                // Or one of an interface that is gone. The others may do.
            }
        }
    }
}
