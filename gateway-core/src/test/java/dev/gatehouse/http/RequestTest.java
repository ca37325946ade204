package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {

    @Test
    void theAuthorityIsTheGivenOneOrTheTargetsOrTheHosts() {
        Request.Builder builder = Request.builder("GET", "http://target/").header("Host", "header");
        assertThat(builder.build().authority()).isEqualTo("target");
        assertThat(builder.authority("given").build().authority()).isEqualTo("given");
        assertThat(Request.get("/").header("Host", "header").build().authority())
                .isEqualTo("header");
        assertThat(Request.get("/").build().authority()).isEmpty();
    }

    @Test
    void aBuilderRemembersNoHostOfAnEarlierRequest() {
        Request.Builder builder = Request.get("/").header("Host", "one");
        assertThat(builder.build().authority()).isEqualTo("one");
        assertThat(builder.headers(Headers.of("Host", "two")).build().authority())
                .isEqualTo("two");
    }

    @Test
    void aReceivedRequestIsTakenAsItIs() {
        Headers headers = Headers.builder()
                .addParsed("bad name", "bad\nvalue")
                .addParsed("Host", "a b")
                .build();
        Request request = Request.received(
                "G E T", RequestTarget.parse("nonsense"), null, headers, Body.empty(), Connection.IN_PROCESS);
        assertThat(request.method()).isEqualTo("G E T");
        assertThat(request.authority()).isEqualTo("a b");
        assertThat(request.headers()).isSameAs(headers);
    }

    @Test
    void theAuthorityOfAReceivedRequestIsThePseudoFieldBeforeAllElse() {
        Request request = Request.received(
                "GET",
                RequestTarget.parse("http://target/"),
                "pseudo",
                Headers.of("Host", "header"),
                Body.empty(),
                Connection.IN_PROCESS);
        assertThat(request.authority()).isEqualTo("pseudo");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "h\r\nX: y", "user@h", "h/x", "h:x", ":80", "h\u010a"})
    void aFilterCannotNameAHostThatIsNone(String authority) {
        Request request = Request.get("/").build();
        assertThatIllegalArgumentException().isThrownBy(() -> request.withAuthority(authority));
        assertThatIllegalArgumentException().isThrownBy(() -> Request.get("/").authority(authority));
        assertThatIllegalArgumentException().isThrownBy(() -> request.withMethod(authority + " "));
    }

    @Test
    void changesMakeCopies() {
        Request request = Request.get("/a?x").build();
        assertThat(request.withMethod("POST").method()).isEqualTo("POST");
        assertThat(request.withAuthority("h").authority()).isEqualTo("h");
        assertThat(request.withTarget(RequestTarget.parse("/b")).path()).isEqualTo("/b");
        assertThat(request.withHeader("A", "1").withoutHeader("a").headers().size())
                .isZero();
        assertThat(request.withHeaders(request.headers())).isSameAs(request);
        assertThat(request.withBody(Body.of("x")).body().length()).isOne();
        assertThat(request.method()).isEqualTo("GET");
    }

    @Test
    void aLogShowsNoQueryAndOneLine() {
        assertThat(Request.get("/a?secret").build()).hasToString("GET /a?***");
        Request odd = Request.received(
                "GET\r\n", RequestTarget.parse("/\n"), null, Headers.empty(), Body.empty(), Connection.IN_PROCESS);
        assertThat(odd.toString()).doesNotContain("\r", "\n");
    }
}
