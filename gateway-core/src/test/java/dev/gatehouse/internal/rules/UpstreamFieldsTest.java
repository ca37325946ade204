package dev.gatehouse.internal.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.ForwardedHeaders;
import dev.gatehouse.http.ForwardedHeaders.Style;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an upstream is told. */
class UpstreamFieldsTest {

    private static final String PROXY = "10.0.0.9";

    private final ForwardingPolicy plain = policy(ForwardedHeaders.builder().withoutRequestId());
    private final ForwardingPolicy trusting =
            policy(ForwardedHeaders.builder().withoutRequestId().trusted("10.0.0.0/8"));

    /** CVE-2022-31813 was this in another server. */
    @Test
    void nominatingOurFieldsRemovesNoneOfThem() {
        Request request = Received.http1()
                .from(PROXY)
                .header("Connection", "close, X-Forwarded-For, X-Forwarded-Host, X-Forwarded-Proto, Via, Host")
                .header("X-Forwarded-For", "1.2.3.4")
                .build();
        Headers sent = sent(trusting, request).headers();
        assertThat(sent.get("X-Forwarded-For")).isEqualTo("1.2.3.4, 10.0.0.9");
        assertThat(sent.get("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(sent.get("X-Forwarded-Host")).isEqualTo("example.com");
        assertThat(sent.get("Via")).isEqualTo("1.1 gatehouse");
    }

    @Test
    void aClientCannotHaveAFiltersFieldRemoved() {
        Request request = Received.http1()
                .header("Connection", "X-User")
                .header("X-User", "root")
                .build();
        Request filtered = plain.clean(request).withHeader("X-User", "anonymous");
        assertThat(plain.toUpstream(filtered, plain.client(request), "up")
                        .headers()
                        .all("X-User"))
                .containsExactly("anonymous");
    }

    @Test
    void aNameThatFoldsOntoAFiltersFieldIsDropped() {
        Request request = Received.http1()
                .header("X_User", "root")
                .header("X.User", "root")
                .build();
        Request filtered = plain.clean(request).withHeader("X-User", "anonymous");
        Headers sent = plain.toUpstream(filtered, plain.client(request), "up").headers();
        assertThat(sent.get("X-User")).isEqualTo("anonymous");
        assertThat(sent.names()).doesNotContain("x_user", "x.user");
    }

    @Test
    void anUpstreamIsToldOfTheClientAsTheConnectionShowsIt() {
        Request request = Received.http1()
                .scheme("https")
                .header("X-Forwarded-For", "6.6.6.6")
                .header("X-Forwarded-Proto", "gopher")
                .header("X-Forwarded-Host", "evil")
                .build();
        Headers sent = sent(plain, request).headers();
        assertThat(sent)
                .isEqualTo(Headers.of(
                        "Via", "1.1 gatehouse",
                        "X-Forwarded-For", "192.0.2.7",
                        "X-Forwarded-Proto", "https",
                        "X-Forwarded-Host", "example.com"));
    }

    @Test
    void aTrustedPeersListGrowsByThePeer() {
        Request request = Received.http1()
                .from(PROXY)
                .header("X-Forwarded-For", "6.6.6.6")
                .header("X-Forwarded-For", "1.2.3.4")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "shop.example")
                .build();
        Headers sent = sent(trusting, request).headers();
        assertThat(sent.all("X-Forwarded-For")).containsExactly("6.6.6.6, 1.2.3.4, 10.0.0.9");
        assertThat(sent.all("X-Forwarded-Proto")).containsExactly("https");
        assertThat(sent.all("X-Forwarded-Host")).containsExactly("shop.example");
        assertThat(sent.contains("Forwarded")).isFalse();
    }

    @Test
    void theStandardFieldIsWrittenWhereItIsWanted() {
        ForwardingPolicy standard = policy(ForwardedHeaders.builder()
                .withoutRequestId()
                .styles(Style.FORWARDED)
                .trusted("10.0.0.0/8", "2001:db8::/32")
                .trustedStyle(Style.FORWARDED));
        Request first = Received.http1().from("192.0.2.7").build();
        assertThat(sent(standard, first).headers())
                .isEqualTo(
                        Headers.of("Via", "1.1 gatehouse", "Forwarded", "for=192.0.2.7;host=example.com;proto=http"));

        Request behind = Received.withoutHost()
                .header("Host", "example.com:8443")
                .from("2001:db8::9")
                .scheme("https")
                .header("Forwarded", "for=192.0.2.7;proto=http")
                .header("X-Forwarded-For", "6.6.6.6")
                .build();
        Headers sent = sent(standard, behind).headers();
        assertThat(sent.all("Forwarded"))
                .containsExactly(
                        "for=192.0.2.7;proto=http, " + "for=\"[2001:db8::9]\";host=\"example.com:8443\";proto=https");
        assertThat(sent.contains("X-Forwarded-For")).isFalse();
    }

    @Test
    void anUpstreamCanBeToldNothing() {
        ForwardingPolicy silent =
                policy(ForwardedHeaders.builder().withoutRequestId().styles().trusted("10.0.0.0/8"));
        Request request = Received.http1()
                .from(PROXY)
                .header("X-Forwarded-For", "1.2.3.4")
                .build();
        assertThat(sent(silent, request).headers().names()).containsExactly("via");
    }

    @Test
    void aCallWithinTheProcessHasNoAddressToTell() {
        Request request = Request.get("/").header("X-Forwarded-For", "6.6.6.6").build();
        assertThat(sent(trusting, request).headers())
                .isEqualTo(Headers.of("Via", "1.1 gatehouse", "X-Forwarded-Proto", "http"));
        ForwardingPolicy standard =
                policy(ForwardedHeaders.builder().withoutRequestId().styles(Style.FORWARDED));
        assertThat(sent(standard, request).headers().get("Forwarded")).isEqualTo("for=unknown;proto=http");
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.0, 1.0", "HTTP/1.1, 1.1", "HTTP/2.0, 2"})
    void viaGrowsByTheProtocolThatTheMessageCameBy(String protocol, String version) {
        Request request = Received.http1()
                .protocol(protocol)
                .header("Via", "1.0 a")
                .header("via", "1.1 b")
                .build();
        assertThat(sent(plain, request).headers().all("Via"))
                .containsExactly("1.0 a, 1.1 b, " + version + " gatehouse");
        Response response = Response.of(200, Headers.of("Via", "1.1 c"), Body.empty());
        assertThat(plain.toClient(response, "GET", protocol).headers().all("Via"))
                .containsExactly("1.1 c, " + version + " gatehouse");
    }

    @Test
    void theUpstreamSeesItsOwnHostUnlessTheClientsIsPreserved() {
        Request request = Received.http1().build();
        assertThat(sent(plain, request).authority()).isEqualTo("up:8080");
        assertThat(sent(plain, request).headers().contains("Host")).isFalse();
        ForwardingPolicy preserving =
                policy(ForwardedHeaders.builder().withoutRequestId().preserveHost(true));
        assertThat(sent(preserving, request).authority()).isEqualTo("example.com");
        assertThat(sent(preserving, Received.http10().build()).authority()).isEqualTo("up:8080");
    }

    @Test
    void whatTheTransportWritesIsNotSentTwice() {
        Request request = Received.http1()
                .header("Content-Length", "1")
                .header("Expect", "100-continue")
                .build();
        Request filtered =
                plain.clean(request).withHeader("Connection", "close").withHeader("Upgrade", "h2c");
        assertThat(filtered.headers().get("Expect")).isEqualTo("100-continue");
        assertThat(filtered.headers().get("Content-Length")).isEqualTo("1");
        assertThat(plain.toUpstream(filtered, plain.client(request), "up")
                        .headers()
                        .names())
                .containsExactly("via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto");
    }

    private ForwardingPolicy policy(ForwardedHeaders.Builder settings) {
        return new ForwardingPolicy(settings.build(), () -> 0);
    }

    private static Request sent(ForwardingPolicy policy, Request received) {
        return policy.toUpstream(policy.clean(received), policy.client(received), "up:8080");
    }
}
