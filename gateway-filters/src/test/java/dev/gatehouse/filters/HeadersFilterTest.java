package dev.gatehouse.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.FilterProbe;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HeadersFilterTest {

    private static final Request REQUEST = Request.get("/")
            .header("X-A", "1")
            .header("X-B", "2")
            .header("x-a", "3")
            .build();

    private static Headers onRequest(Consumer<HeadersFilter.Changes> changes) {
        HeadersFilter filter = HeadersFilter.builder().request(changes).build();
        return FilterProbe.of(filter).send(REQUEST).received().orElseThrow().headers();
    }

    private static Headers onResponse(Response response, Consumer<HeadersFilter.Changes> changes) {
        HeadersFilter filter = HeadersFilter.builder().response(changes).build();
        return FilterProbe.of(filter)
                .answering(response)
                .send(REQUEST)
                .response()
                .headers();
    }

    @Test
    void setReplacesEveryLine() {
        assertThat(onRequest(h -> h.set("X-A", "new")).all("X-A")).containsExactly("new");
        assertThat(onRequest(h -> h.set("X-New", "new")).all("X-New")).containsExactly("new");
    }

    @Test
    void addKeepsWhatIsThere() {
        assertThat(onRequest(h -> h.add("X-A", "4")).all("X-A")).containsExactly("1", "3", "4");
    }

    @Test
    void removeTakesEveryLine() {
        Headers headers = onRequest(h -> h.remove("x-A").remove("X-Absent"));

        assertThat(headers.contains("X-A")).isFalse();
        assertThat(headers.get("X-B")).isEqualTo("2");
    }

    @Test
    void renameMovesEveryLineAndReplacesWhatHadTheName() {
        Headers headers = onRequest(h -> h.rename("X-A", "X-B"));

        assertThat(headers.contains("X-A")).isFalse();
        assertThat(headers.all("X-B")).containsExactly("1", "3");
    }

    @Test
    void renamingWhatIsNotThereChangesNothing() {
        assertThat(onRequest(h -> h.rename("X-Absent", "X-B")).all("X-B")).containsExactly("2");
    }

    @Test
    void theCaseOfANameCanBeChanged() {
        Headers headers = onRequest(h -> h.rename("X-B", "x-b"));

        assertThat(headers.all("X-B")).containsExactly("2");
    }

    @Test
    void changesApplyInTheirOrder() {
        assertThat(onRequest(h -> h.rename("X-A", "X-C").set("X-C", "last")).all("X-C"))
                .containsExactly("last");
    }

    @Test
    void responsesAreChangedAndTheirContentIsNot() {
        Response response = Response.of(200, Headers.of("Server", "inside", "X-Old", "1"), Body.of("content"));
        HeadersFilter filter = HeadersFilter.builder()
                .response(
                        h -> h.remove("Server").rename("X-Old", "X-New").set("Strict-Transport-Security", "max-age=1"))
                .build();
        FilterProbe.Result result = FilterProbe.of(filter).answering(response).send(REQUEST);

        assertThat(result.response().headers())
                .isEqualTo(Headers.of("X-New", "1", "Strict-Transport-Security", "max-age=1"));
        assertThat(result.text()).isEqualTo("content");
        assertThat(result.received().orElseThrow().headers().get("X-A")).isEqualTo("1");
    }

    @Test
    void aChangeThatChangesNothingLeavesTheFieldsAsTheyAre() {
        Headers headers = Headers.of("X-A", "1");

        assertThat(onResponse(Response.of(200, headers, Body.empty()), h -> h.remove("X-Absent")))
                .isEqualTo(headers);
    }

    @Test
    void errorsGetTheFieldsToo() {
        HeadersFilter filter = HeadersFilter.builder()
                .response(h -> h.set("X-Frame-Options", "DENY"))
                .build();
        Response response = FilterProbe.of(filter)
                .failing(new GatewayException(Kind.UPSTREAM_TIMEOUT, "slow"))
                .send(REQUEST)
                .response();

        assertThat(response.headers().get("X-Frame-Options")).isEqualTo("DENY");
        assertThat(response.failure()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "keep-alive",
                "Proxy-Connection",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "TE",
                "Transfer-Encoding",
                "UPGRADE",
                "HTTP2-Settings",
                "Content-Length"
            })
    void fieldsOfTheConnectionAndOfFramingAreRefused(String name) {
        HeadersFilter.Builder set = HeadersFilter.builder().request(h -> h.set(name, "1"));
        HeadersFilter.Builder remove = HeadersFilter.builder().response(h -> h.remove(name));
        HeadersFilter.Builder rename = HeadersFilter.builder().response(h -> h.rename("X-A", name));

        assertThatIllegalArgumentException().isThrownBy(set::build).withMessageContaining("request: set: " + name);
        assertThatIllegalArgumentException()
                .isThrownBy(remove::build)
                .withMessageContaining("response: remove: " + name);
        assertThatIllegalArgumentException()
                .isThrownBy(rename::build)
                .withMessageContaining("response: rename: " + name);
    }

    @Test
    void theHostOfARequestIsNotAHeaderToSet() {
        HeadersFilter.Builder builder = HeadersFilter.builder().request(h -> h.set("Host", "example.org"));

        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining("preserveHost");
    }

    @ParameterizedTest
    @CsvSource({
        "Expect, is not passed on",
        "X-Forwarded-Proto, see ForwardedHeaders.Builder.trusted and styles",
        "x-forwarded-host, see ForwardedHeaders.Builder.trusted and styles"
    })
    void whatTheForwarderWritesAnewInARequestIsRefused(String name, String why) {
        HeadersFilter.Builder set = HeadersFilter.builder().request(h -> h.set(name, "1"));
        HeadersFilter.Builder remove = HeadersFilter.builder().request(h -> h.remove(name));
        HeadersFilter.Builder rename = HeadersFilter.builder().request(h -> h.rename("X-A", name));

        assertThatIllegalArgumentException()
                .isThrownBy(set::build)
                .withMessageContaining("request: set: " + name)
                .withMessageContaining(why);
        assertThatIllegalArgumentException()
                .isThrownBy(remove::build)
                .withMessageContaining("request: remove: " + name);
        assertThatIllegalArgumentException()
                .isThrownBy(rename::build)
                .withMessageContaining("request: rename: " + name);
        assertThat(onResponse(Response.of(200), h -> h.set(name, "1")).get(name))
                .isEqualTo("1");
    }

    @Test
    void everythingThatIsWrongIsReportedAtOnce() {
        HeadersFilter.Builder builder = HeadersFilter.builder()
                .request(h -> h.set("X A", "1")
                        .set("X-Secret", "s3cr3t\r\nX-Injected: 1")
                        .add("TE", "trailers"))
                .response(h -> h.rename("Connection", "Content-Length"));

        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .satisfies(e -> assertThat(e.getMessage())
                        .startsWith("headers: 5 problems:")
                        .contains("request: set: not a field name")
                        .contains("request: set: the value of X-Secret")
                        .contains("request: add: TE")
                        .contains("response: rename: Content-Length")
                        .contains("response: rename: Connection")
                        .doesNotContain("s3cr3t"));
    }

    @Test
    void aFilterThatChangesNothingIsAMistake() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> HeadersFilter.builder().build())
                .withMessageContaining("nothing to change");
    }

    @Test
    void valuesAreNotShown() {
        HeadersFilter filter = HeadersFilter.builder()
                .request(h -> h.set("X-Secret", "s3cr3t"))
                .response(h -> h.remove("Server"))
                .build();

        assertThat(filter).hasToString("HeadersFilter request [set X-Secret], response [remove Server]");
    }
}
