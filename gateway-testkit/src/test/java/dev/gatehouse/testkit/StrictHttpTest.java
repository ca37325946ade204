package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gatehouse.testkit.StrictHttp.Field;
import dev.gatehouse.testkit.StrictHttp.MalformedMessageException;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.io.EOFException;
import java.io.IOException;
import java.util.Iterator;
import java.util.PrimitiveIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StrictHttpTest {

    private static final String HOST = "GET / HTTP/1.1\r\nHost: a\r\n";

    @Test
    void readsARequestWithoutContent() throws IOException {
        Message message = read("GET /a?b HTTP/1.1\r\nHost: example.org:80\r\nX-Empty:\r\nX-A:\t b c \r\n\r\n");

        assertThat(message.method()).isEqualTo("GET");
        assertThat(message.target()).isEqualTo("/a?b");
        assertThat(message.fields())
                .containsExactly(
                        new Field("Host", "example.org:80"), new Field("X-Empty", ""), new Field("X-A", "b c"));
        assertThat(message.content()).isEmpty();
        assertThat(message.field("x-a")).isEqualTo("b c");
        assertThat(message.field("X-None")).isNull();
    }

    @Test
    void readsContentOfKnownLength() throws IOException {
        assertThat(read(HOST + "Content-Length: 3\r\n\r\na\r\n").content()).isEqualTo("a\r\n");
    }

    @Test
    void readsChunksAndTrailers() throws IOException {
        Message message = read(HOST + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\n\r\n\r\n0\r\nX-Sum: 1\r\n\r\n");

        assertThat(message.content()).isEqualTo("a\r\n");
        assertThat(message.trailers()).containsExactly(new Field("X-Sum", "1"));
    }

    @Test
    void leavesWhatComesNext() throws IOException {
        String two = HOST + "Content-Length: 1\r\n\r\na" + "POST /next HTTP/1.1\r\nHost: b\r\n\r\n";
        StrictHttp.Source source = source(two);

        assertThat(StrictHttp.readRequest(source).content()).isEqualTo("a");
        assertThat(StrictHttp.readRequest(source).target()).isEqualTo("/next");
    }

    @Test
    void readsTheOtherFormsOfATarget() throws IOException {
        assertThat(read("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").target()).isEqualTo("*");
        assertThat(read("GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n").target()).isEqualTo("http://a/b");
    }

    @Test
    void whatBreaksOffIsNotMalformed() {
        assertThatExceptionOfType(EOFException.class)
                .isThrownBy(() -> read(HOST + "Content-Length: 3\r\n\r\nab"))
                .withMessage("the end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.0\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET *a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://user@a/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\rHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost:\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"
            })
    void refusesRequestLinesAndHosts(String request) {
        assertMalformed(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A : b\r\n\r\n",
                "X A: b\r\n\r\n",
                " X-A: b\r\n\r\n",
                ": b\r\n\r\n",
                "X-A\r\n\r\n",
                "X-A: a\r\n b\r\n\r\n",
                "X-A: a\0b\r\n\r\n",
                "X-A: a\u007f\r\n\r\n",
                "X-A: a\n\r\n",
                "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "Content-Length: 1, 1\r\n\r\na",
                "Content-Length: +1\r\n\r\na",
                "Content-Length:\r\n\r\n",
                "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n0\r\nno field\r\n\r\n"
            })
    void refusesFieldsAndFraming(String fields) {
        assertMalformed(HOST + fields);
    }

    private static void assertMalformed(String request) {
        assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> read(request));
    }

    private static Message read(String request) throws IOException {
        return StrictHttp.readRequest(source(request));
    }

    private static StrictHttp.Source source(String text) {
        PrimitiveIterator.OfInt bytes = text.chars().iterator();
        return () -> next(bytes);
    }

    private static int next(Iterator<Integer> bytes) throws IOException {
        if (!bytes.hasNext()) {
            throw new EOFException("the end");
        }
        return bytes.next();
    }
}
