package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.balancer.internal.dns.DnsReply;
import dev.gatehouse.balancer.internal.dns.ScriptedDns;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Discovery by DNS, against a real server on loopback; looks come in virtual time, time-outs of sockets in real. */
class DnsEndpointsTest {

    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int SERVFAIL = 2;
    private static final int NXDOMAIN = 3;

    private final VirtualClock time = new VirtualClock();
    private final Reports reports = new Reports();
    private final ScriptedDns server = new ScriptedDns();
    private AutoCloseable watch = () -> {};

    @AfterEach
    void closeAll() throws Exception {
        watch.close();
        server.close();
    }

    private DnsEndpoints.Builder addresses() {
        return EndpointSource.dnsBuilder("orders.test", 80)
                .servers(server.address())
                .ipv6(false)
                .random(() -> 1L << 63) // one half: retries without jitter
                .time(time);
    }

    private DnsEndpoints.Builder services() {
        return EndpointSource.dnsSrvBuilder("_http._tcp.orders.test")
                .servers(server.address())
                .random(() -> 1L << 63)
                .time(time);
    }

    private void begin(DnsEndpoints.Builder builder) {
        watch = builder.build().watch(reports);
    }

    private void answer(long ttl, String... literals) {
        server.answer(asked -> {
            DnsReply reply = DnsReply.to(asked);
            List.of(literals).forEach(literal -> reply.address(ttl, literal));
            return List.of(reply.bytes());
        });
    }

    private void answerCode(int code) {
        server.answer(asked -> List.of(DnsReply.to(asked).code(code).bytes()));
    }

    /** Nothing is looked at before this time from now, and something then. */
    private void assertNextLookAfter(Duration delay) {
        int before = server.asked().size();
        time.advance(delay.minusNanos(1));
        assertThat(time.pending()).as("timers before " + delay).isEqualTo(1);
        assertThat(server.asked()).hasSize(before);
        time.advance(Duration.ofNanos(1));
        assertThat(time.pending()).as("timers after " + delay).isLessThan(2);
    }

    @Test
    void eachAddressIsAnEndpointWhateverTheirOrder() {
        answer(10, "10.0.0.2", "10.0.0.1");
        begin(addresses());
        assertThat(reports.next()).isEqualTo("http://10.0.0.1:80 http://10.0.0.2:80");
        answer(10, "10.0.0.1", "10.0.0.2");
        time.advance(Duration.ofSeconds(10));
        reports.awaitTimer(time);
        answer(10, "10.0.0.3", "10.0.0.1");
        time.advance(Duration.ofSeconds(10));
        assertThat(reports.next()).as("the next change").isEqualTo("http://10.0.0.1:80 http://10.0.0.3:80");
    }

    @Test
    void bothKindsOfAddressAreAskedFor() {
        server.answer(asked -> List.of(DnsReply.to(asked)
                .address(60, asked.type() == A ? "10.0.0.1" : "2001:db8::1")
                .bytes()));
        begin(addresses().ipv6(true).https());
        assertThat(reports.next()).isEqualTo("https://10.0.0.1:80 https://[2001:db8:0:0:0:0:0:1]:80");
    }

    @Test
    void aNameMayHaveAddressesOfOneKindOnly() {
        server.answer(asked -> List.of(
                asked.type() == A
                        ? DnsReply.to(asked).address(60, "10.0.0.1").bytes()
                        : DnsReply.to(asked).authority(60, 1).bytes()));
        begin(addresses().ipv6(true));
        assertThat(reports.next()).isEqualTo("http://10.0.0.1:80");
        assertNextLookAfter(Duration.ofSeconds(60));
    }

    @Test
    void aKindThatCannotBeAskedForKeepsItsAddresses() {
        server.answer(asked -> List.of(DnsReply.to(asked)
                .address(60, asked.type() == A ? "10.0.0.1" : "2001:db8::1")
                .bytes()));
        begin(addresses().ipv6(true));
        reports.next();
        server.answer(asked -> List.of(
                asked.type() == A
                        ? DnsReply.to(asked).address(60, "10.0.0.9").bytes()
                        : DnsReply.to(asked).code(SERVFAIL).bytes()));
        time.advance(Duration.ofSeconds(60));
        assertThat(reports.next()).isEqualTo("http://10.0.0.9:80 http://[2001:db8:0:0:0:0:0:1]:80");
        assertThat(reports.next()).startsWith("failed").contains("SERVFAIL");
        assertNextLookAfter(Duration.ofSeconds(1));
        assertThat(server.asked()).filteredOn(asked -> asked.type() == AAAA).isNotEmpty();
    }

    @Test
    void theTimeToLiveIsThatOfTheShortestRecordOnTheWay() {
        server.answer(asked -> List.of(DnsReply.to(asked)
                .alias("orders.test", 30, "web.test")
                .alias("web.test", 20, "h1.test")
                .address("h1.test", 40, "10.0.0.1")
                .address("h1.test", 50, "10.0.0.2")
                .address("stranger.test", 5, "10.6.6.6")
                .bytes()));
        begin(addresses());
        assertThat(reports.next()).isEqualTo("http://10.0.0.1:80 http://10.0.0.2:80");
        assertNextLookAfter(Duration.ofSeconds(20));
    }

    @Test
    void theTimeToLiveIsBounded() {
        answer(0, "10.0.0.1");
        begin(addresses());
        reports.next();
        answer(1_000_000, "10.0.0.2");
        assertNextLookAfter(Duration.ofSeconds(1));
        reports.next();
        // With its first bit set it counts as 0 (RFC 2181, section 8).
        answer(0x8000_0000L, "10.0.0.3");
        assertNextLookAfter(Duration.ofMinutes(5));
        reports.next();
        assertNextLookAfter(Duration.ofSeconds(1));
    }

    @Test
    void aNameThatIsGoneKeepsTheLastList() {
        answer(10, "10.0.0.1");
        List<BalancerEvent> events = new CopyOnWriteArrayList<>();
        try (Balancer balancer = Balancer.builder(addresses().build())
                .time(time)
                .listener(events::add)
                .build()) {
            Reports.until(() -> balancer.nodes().size() == 1);
            server.answer(asked ->
                    List.of(DnsReply.to(asked).code(NXDOMAIN).authority(100, 7).bytes()));
            time.advance(Duration.ofSeconds(10));
            Reports.until(() -> events.stream().anyMatch(event -> event.type() == BalancerEvent.Type.SOURCE_FAILED));
            assertThat(balancer.nodes()).hasSize(1);
            assertThat(events.get(events.size() - 1).reason()).contains("orders.test does not exist");
            assertNextLookAfter(Duration.ofSeconds(7));
        }
    }

    @Test
    void anEmptyAnswerKeepsTheLastListAndIsBelievedForABoundedTime() {
        answer(10, "10.0.0.1");
        begin(addresses());
        reports.next();
        server.answer(
                asked -> List.of(DnsReply.to(asked).authority(86_400, 3_600).bytes()));
        time.advance(Duration.ofSeconds(10));
        assertThat(reports.next()).startsWith("failed").contains("orders.test has no addresses");
        assertNextLookAfter(Duration.ofSeconds(30));
    }

    @Test
    void failuresAtTheStartAreRetriedLessAndLessOften() {
        answerCode(SERVFAIL);
        begin(addresses());
        for (int seconds : new int[] {1, 2, 4, 8, 16, 30, 30}) {
            assertThat(reports.next())
                    .startsWith("failed")
                    .contains("SERVFAIL", server.address().getPort() + "");
            assertNextLookAfter(Duration.ofSeconds(seconds));
        }
        reports.next();
        answer(10, "10.0.0.1");
        time.advance(Duration.ofSeconds(30));
        assertThat(reports.next()).isEqualTo("http://10.0.0.1:80");
        answerCode(SERVFAIL);
        time.advance(Duration.ofSeconds(10));
        reports.next();
        assertNextLookAfter(Duration.ofSeconds(1));
    }

    @Test
    void retriesHaveJitter() {
        answerCode(SERVFAIL);
        begin(addresses().random(() -> 0));
        reports.next();
        assertNextLookAfter(Duration.ofMillis(800));
    }

    @Test
    void anAnswerThatIsTooLongComesOverTcp() {
        String[] many = IntStream.range(0, 200).mapToObj(i -> "10.0.1." + i).toArray(String[]::new);
        server.answer(asked -> {
            DnsReply reply = DnsReply.to(asked);
            if (!asked.tcp()) {
                return List.of(reply.address(60, "10.6.6.6").truncated().bytes());
            }
            List.of(many).forEach(literal -> reply.address(60, literal));
            return List.of(reply.bytes());
        });
        begin(addresses());
        assertThat(reports.next().split(" ", -1)).hasSize(200).contains("http://10.0.1.199:80");
        assertThat(server.asked()).extracting(ScriptedDns.Asked::tcp).containsExactly(false, true);
    }

    @Test
    void forgedAnswersDoNotEndTheWaitForTheTrueOne() {
        server.answer(asked -> List.of(
                DnsReply.to(asked).id(asked.id() + 1).address(60, "10.6.6.1").bytes(),
                DnsReply.to(asked)
                        .question("other.test")
                        .address(60, "10.6.6.2")
                        .bytes(),
                DnsReply.to(asked.id(), asked.name(), AAAA)
                        .address(60, "10.6.6.3")
                        .bytes(),
                new byte[0],
                new byte[] {(byte) (asked.id() >>> 8), (byte) asked.id()},
                DnsReply.to(asked).address(60, "10.0.0.1").bytes()));
        begin(addresses());
        assertThat(reports.next()).isEqualTo("http://10.0.0.1:80");
    }

    @Test
    void idsAndPortsAreAnotherEachTime() {
        server.answer(asked -> List.of(
                DnsReply.to(asked).address(1, "10.0.0." + server.asked().size()).bytes()));
        begin(addresses());
        for (int i = 0; i < 50; i++) {
            reports.next();
            time.advance(Duration.ofSeconds(1));
        }
        reports.next();
        // 51 of 65536 ids and of some 28000 ports: 40 different ones fail by chance less often than once in 10^20 runs.
        assertThat(server.asked().stream().map(ScriptedDns.Asked::id).distinct())
                .hasSizeGreaterThan(40);
        assertThat(server.asked().stream().map(ScriptedDns.Asked::clientPort).distinct())
                .hasSizeGreaterThan(40);
    }

    @Test
    void theNextServerIsAskedWhenOneIsSilentBrokenOrGone() throws Exception {
        InetSocketAddress gone;
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            gone = (InetSocketAddress) socket.getLocalSocketAddress();
        }
        try (ScriptedDns silent = new ScriptedDns();
                ScriptedDns broken = new ScriptedDns()) {
            broken.answer(asked ->
                    List.of(DnsReply.to(asked).answer(null, A, 60, new byte[4]).bytes()));
            answer(60, "10.0.0.1");
            begin(addresses()
                    .timeout(Duration.ofMillis(100))
                    .servers(gone, silent.address(), broken.address(), server.address()));
            assertThat(reports.next()).isEqualTo("http://10.0.0.1:80");
            assertThat(broken.asked()).hasSize(1);
            server.answer(asked -> List.of());
            time.advance(Duration.ofSeconds(60));
            assertThat(reports.next())
                    .startsWith("failed")
                    .contains("timed out after 100 ms", "points forward, to itself")
                    .contains(String.valueOf(gone.getPort()));
            // Each was asked once before, and in two rounds now.
            assertThat(silent.asked()).hasSize(3);
        }
    }

    @Test
    void nothingIsToldAfterTheEnd() throws Exception {
        answer(1, "10.0.0.1");
        begin(addresses());
        reports.next();
        watch.close();
        assertThat(time.pending()).isZero();
    }

    @Test
    void watchingDoesNotWaitAndAnEndEndsALookSoon() throws Exception {
        begin(addresses().timeout(Duration.ofMillis(200)));
        Reports.until(() -> !server.asked().isEmpty());
        watch.close();
        assertThat(time.pending()).isZero();
        assertThat(reports.isEmpty()).isTrue();
    }

    @Test
    void servicesHavePrioritiesWeightsAndStableIds() {
        server.answer(asked -> List.of(DnsReply.to(asked)
                .service(60, 10, 5, 8081, "B.orders.test")
                .service(60, 0, 0, 8080, "a.orders.test")
                .service(60, 1, 9, 8080, "a.orders.test")
                .bytes()));
        begin(services());
        assertThat(reports.nextList())
                .containsExactly(
                        Endpoint.builder("a.orders.test:8080", URI.create("http://a.orders.test:8080"))
                                .build(),
                        Endpoint.builder("b.orders.test:8081", URI.create("http://b.orders.test:8081"))
                                .priority(10)
                                .weight(5)
                                .build());
        assertThat(server.asked().get(0).type()).isEqualTo(33);
        assertNextLookAfter(Duration.ofSeconds(60));
    }

    @Test
    void aServiceThatIsDecidedlyNotThereHasNoEndpoints() {
        server.answer(asked ->
                List.of(DnsReply.to(asked).service(60, 0, 1, 80, "a.test").bytes()));
        begin(services());
        assertThat(reports.nextList()).hasSize(1);
        server.answer(
                asked -> List.of(DnsReply.to(asked).service(60, 0, 0, 0, "").bytes()));
        time.advance(Duration.ofSeconds(60));
        assertThat(reports.nextList()).isEmpty();
    }

    @Test
    void aServiceWithATargetThatIsNoHostIsLeftOutAndTold() {
        server.answer(asked -> List.of(DnsReply.to(asked)
                .service(60, 0, 1, 80, "a.test")
                .service(60, 0, 1, 80, "evil/path.test")
                .service(60, 0, 1, 0, "noport.test")
                .bytes()));
        begin(services());
        assertThat(reports.nextList()).extracting(Endpoint::id).containsExactly("a.test:80");
        assertThat(reports.next()).startsWith("failed").contains("evil/path.test", "noport.test\":0");
    }

    @Test
    void aServiceWithoutRecordsIsAFailure() {
        server.answer(asked -> List.of(DnsReply.to(asked).authority(3, 9).bytes()));
        begin(services());
        assertThat(reports.next()).startsWith("failed").contains("_http._tcp.orders.test has no SRV records");
        assertNextLookAfter(Duration.ofSeconds(3));
    }
}
