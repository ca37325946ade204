package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Cidr;
import dev.gatehouse.http.ClientInfo;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.syntax.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientWalkTest {

    private static final List<Cidr> TRUSTED = List.of(Cidr.parse("10.0.0.0/8"), Cidr.parse("2001:db8:a::/48"));

    private final ClientWalk walk = new ClientWalk(TRUSTED, Style.X_FORWARDED);
    private final ClientWalk standard = new ClientWalk(TRUSTED, Style.FORWARDED);

    @ParameterizedTest
    @CsvSource({
        // An untrusted peer is the client, whatever it says.
        "192.0.2.7, '1.2.3.4', 192.0.2.7",
        "192.0.2.7, '10.0.0.1', 192.0.2.7",
        // A trusted peer says who is before it; what stands left of the first untrusted address is not looked at.
        "10.0.0.9, '1.2.3.4', 1.2.3.4",
        "10.0.0.9, '6.6.6.6, 1.2.3.4', 1.2.3.4",
        "10.0.0.9, '10.0.0.1, 1.2.3.4', 1.2.3.4",
        "10.0.0.9, '6.6.6.6, 1.2.3.4, 10.0.0.8, 2001:db8:a::1', 1.2.3.4",
        // All trusted: the one furthest away.
        "10.0.0.9, '10.0.0.7, 10.0.0.8', 10.0.0.7",
        "10.0.0.9, '', 10.0.0.9",
        "10.0.0.9, ' , ', 10.0.0.9",
        // Ports, brackets, quotes, mapped addresses.
        "10.0.0.9, '1.2.3.4:5678', 1.2.3.4",
        "10.0.0.9, '[2001:DB8::7]:5678', 2001:db8::7",
        "10.0.0.9, '\"[2001:db8::7]\"', 2001:db8::7",
        "10.0.0.9, '2001:db8::7', 2001:db8::7",
        "10.0.0.9, '::ffff:1.2.3.4', 1.2.3.4",
        "10.0.0.9, '1.2.3.4, ::ffff:10.0.0.8', 1.2.3.4",
        // Unreadable: the last address that somebody vouched for.
        "10.0.0.9, 'unknown', 10.0.0.9",
        "10.0.0.9, '1.2.3.4, unknown', 10.0.0.9",
        "10.0.0.9, '1.2.3.4, _hidden, 10.0.0.8', 10.0.0.8",
        "10.0.0.9, 'localhost', 10.0.0.9",
        "10.0.0.9, '1.2.3.4<script>', 10.0.0.9"
    })
    void theWalkEndsAtTheFirstAddressThatIsNotTrusted(String peer, String list, String client) {
        Request request =
                Received.http1().from(peer).header("X-Forwarded-For", list).build();
        assertThat(walk.client(request).address()).isEqualTo(client);
    }

    @Test
    void linesOfAListAreOneList() {
        Request request = Received.http1()
                .from("10.0.0.9")
                .header("X-Forwarded-For", "6.6.6.6")
                .header("x-forwarded-for", "1.2.3.4,10.0.0.8")
                .build();
        assertThat(walk.client(request).address()).isEqualTo("1.2.3.4");
    }

    @ParameterizedTest
    @CsvSource({
        // One value: the nearest proxy passed on what the first one saw.
        "'1.2.3.4, 10.0.0.8', 'https', https",
        // A list as long as that of the addresses: what the last trusted proxy saw, not what a client invented.
        "'6.6.6.6, 1.2.3.4, 10.0.0.8', 'https, http, https', http",
        "'1.2.3.4', 'HTTPS', https",
        "'1.2.3.4', 'https, http', http",
        "'', 'https', https",
        "'1.2.3.4', 'gopher', http",
        "'1.2.3.4', '', http"
    })
    void theSchemeIsThatOfTheFirstTrustedProxy(String list, String protos, String scheme) {
        Request request = Received.http1()
                .from("10.0.0.9")
                .header("X-Forwarded-For", list)
                .header("X-Forwarded-Proto", protos)
                .build();
        assertThat(walk.client(request).scheme()).isEqualTo(scheme);
    }

    @ParameterizedTest
    @CsvSource({
        "shop.example, shop.example",
        "shop.example:8443, shop.example:8443",
        "a b, example.com",
        "u@h, example.com"
    })
    void theHostIsTakenFromATrustedProxyIfItIsOne(String sent, String host) {
        Request request = Received.http1()
                .from("10.0.0.9")
                .header("X-Forwarded-Host", sent)
                .build();
        assertThat(walk.client(request).host()).isEqualTo(host);
    }

    @Test
    void anUntrustedPeersSchemeAndHostAreThoseOfTheConnection() {
        Request request = Received.http1()
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "evil")
                .build();
        assertThat(walk.client(request)).isEqualTo(ClientInfo.of(IpAddress.parse("192.0.2.7"), "http", "example.com"));
    }

    @ParameterizedTest
    @CsvSource({
        "'for=1.2.3.4;proto=https;host=shop.example', '1.2.3.4 https://shop.example'",
        "'For=\"[2001:db8::7]:47011\"; Proto=HTTPS', '2001:db8::7 https://example.com'",
        "'for=6.6.6.6;proto=ftp, for=1.2.3.4;proto=https;host=a, for=10.0.0.8;proto=http;host=b', '1.2.3.4 https://a'",
        "'for=_hidden;proto=https', '10.0.0.9 https://example.com'",
        "'for=1.2.3.4, for=unknown', '10.0.0.9 http://example.com'",
        "'proto=https', '10.0.0.9 https://example.com'",
        "'for=\"open, for=1.2.3.4', '10.0.0.9 http://example.com'",
        "'for=6.6.6.6;x=\", for=1.2.3.4;host=\"h\"', '10.0.0.9 http://example.com'"
    })
    void theStandardFieldIsWalkedTheSameWay(String forwarded, String client) {
        Request request =
                Received.http1().from("10.0.0.9").header("Forwarded", forwarded).build();
        assertThat(standard.client(request)).hasToString(client);
    }

    @Test
    void aMalformedLineHidesWhatStandsBeforeIt() {
        Request request = Received.http1()
                .from("10.0.0.9")
                .header("Forwarded", "for=6.6.6.6")
                .header("Forwarded", "for=")
                .header("Forwarded", "for=10.0.0.8")
                .build();
        assertThat(standard.client(request).address()).isEqualTo("10.0.0.8");
    }

    @Test
    void onlyTheFieldsOfTheTrustedStyleAreRead() {
        Request both = Received.http1()
                .from("10.0.0.9")
                .header("Forwarded", "for=1.1.1.1")
                .header("X-Forwarded-For", "2.2.2.2")
                .build();
        assertThat(standard.client(both).address()).isEqualTo("1.1.1.1");
        assertThat(walk.client(both).address()).isEqualTo("2.2.2.2");
    }

    @Test
    void aCallWithinTheProcessHasNoAddress() {
        ClientInfo client = walk.client(Request.get("/")
                .authority("h")
                .header("X-Forwarded-For", "1.2.3.4")
                .build());
        assertThat(client.address()).isNull();
        assertThat(client.inetAddress()).isNull();
        assertThat(client).hasToString("in-process http://h");
    }
}
