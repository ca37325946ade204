package dev.gatehouse.balancer.internal.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DnsServersTest {

    @TempDir
    private Path directory;

    @Test
    void theFirstThreeAddressesOfTheFileCount() throws IOException {
        Path file = Files.writeString(directory.resolve("resolv.conf"), """
            # by the network manager
            search example.com
            nameserver not.an.address
            nameserver\t10.0.0.1
              nameserver 2001:db8::53
            ; nameserver 10.6.6.6
            nameserver
            options ndots:5
            nameserver 10.0.0.2
            nameserver 10.0.0.3
            """);
        assertThat(DnsServers.ofFile(file))
                .containsExactly(
                        new InetSocketAddress("10.0.0.1", 53),
                        new InetSocketAddress("2001:db8::53", 53),
                        new InetSocketAddress("10.0.0.2", 53));
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> DnsServers.ofFile(directory.resolve("none")))
                .withMessageContaining("none");
    }

    /** So it is on Windows. */
    @Test
    void withoutAFileOrServersInItTheMessageSaysWhatToDo() throws IOException {
        Path none = directory.resolve("none");
        Path empty = Files.writeString(directory.resolve("empty"), "search example.com\n");
        for (Path file : List.of(none, empty)) {
            assertThatExceptionOfType(DnsException.class)
                    .isThrownBy(() -> DnsServers.ofSystem(file))
                    .withMessage("no DNS servers are known (expected: nameserver lines in " + file
                            + ", or servers in the settings)");
        }
    }
}
