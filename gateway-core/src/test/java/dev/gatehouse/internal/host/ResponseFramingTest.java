package dev.gatehouse.internal.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.Body;
import dev.gatehouse.http.Chunk;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import org.junit.jupiter.api.Test;

class ResponseFramingTest {

    private static final Body UNKNOWN = Body.of(
            new Body.Source() {
                @Override
                public Chunk read() {
                    return Chunk.end();
                }

                @Override
                public void demand(Runnable onAvailable) {
                    onAvailable.run();
                }

                @Override
                public void cancel(Throwable reason) {
                    throw new AssertionError(reason);
                }
            },
            -1);

    @Test
    void theLengthIsTheBodysNotTheHeaders() {
        assertThat(framing(200, "99", Body.of("hello"), "GET")).isEqualTo(new ResponseFraming(true, 5));
        assertThat(framing(200, "99", UNKNOWN, "GET")).isEqualTo(new ResponseFraming(true, -1));
        assertThat(framing(200, null, Body.empty(), "POST")).isEqualTo(new ResponseFraming(true, 0));
    }

    @Test
    void headHasTheLengthOfGetWhereItIsKnown() {
        assertThat(framing(200, "99", Body.empty(), "HEAD")).isEqualTo(new ResponseFraming(false, 99));
        assertThat(framing(200, null, Body.of("hello"), "HEAD")).isEqualTo(new ResponseFraming(false, 5));
        assertThat(framing(200, null, Body.empty(), "HEAD")).isEqualTo(new ResponseFraming(false, -1));
        assertThat(framing(200, "0", Body.empty(), "HEAD")).isEqualTo(new ResponseFraming(false, 0));
    }

    @Test
    void a304MayDeclareALengthAndA204MayNot() {
        assertThat(framing(304, "99", Body.empty(), "GET")).isEqualTo(new ResponseFraming(false, 99));
        assertThat(framing(304, null, Body.empty(), "GET")).isEqualTo(new ResponseFraming(false, -1));
        assertThat(framing(204, "99", Body.empty(), "GET")).isEqualTo(new ResponseFraming(false, -1));
    }

    @Test
    void aLengthThatIsNoNumberIsNone() {
        for (String value : new String[] {"", "-1", "+1", "1, 1", "0x1", "1234567890123456789"}) {
            assertThat(framing(200, value, Body.empty(), "HEAD").length())
                    .as(value)
                    .isEqualTo(-1);
        }
    }

    private static ResponseFraming framing(int status, String length, Body body, String method) {
        Headers headers = length == null ? Headers.empty() : Headers.of("Content-Length", length);
        return ResponseFraming.of(Response.of(status, headers, body), method);
    }
}
