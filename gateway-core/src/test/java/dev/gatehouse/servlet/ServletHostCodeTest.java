package dev.gatehouse.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Filter;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.RequestTarget;
import jakarta.servlet.http.Cookie;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servlets behind {@code toHost()} keep what the Servlet API promises them, and the gateway sees what they answer. */
final class ServletHostCodeTest extends ServletFixture {

    @ParameterizedTest
    @EnumSource
    void anErrorThatTheServletSendsHasTheContainersPageAndTheFiltersHeaders(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setHeader("X-Servlet", "1");
            response.getWriter().print("forgotten");
            response.sendError(418, "a teapot");
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 418")
                .contains("X-Gateway: 1", "X-Servlet: 1", "teapot", "<html")
                .doesNotContain("forgotten");
    }

    @ParameterizedTest
    @EnumSource
    void aFilterMayGiveAnErrorThatTheServletSendsOtherContent(Container container) throws Exception {
        Filter own = Filter.onResponse(response ->
                response.status() == 418 ? response.withStatus(404).withBody(Body.of("our own")) : response);
        start(container, toHost(own), setup -> setup, (request, response) -> response.sendError(418, "a teapot"));

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 404")
                .endsWith("our own")
                .doesNotContain("teapot");
    }

    @ParameterizedTest
    @EnumSource
    void redirectsCookiesAndSessionsPassTheGateway(Container container) throws Exception {
        startHost(container, (request, response) -> {
            request.getSession(true).setAttribute("a", "b");
            response.addCookie(new Cookie("flavour", "plain"));
            response.sendRedirect("/elsewhere");
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 302")
                .contains("X-Gateway: 1", "Set-Cookie: flavour=plain")
                .containsOnlyOnce("JSESSIONID=")
                .containsPattern("Location: (http://localhost)?/elsewhere\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void aWriterEncodesAsTheServletSays(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setContentType("text/plain");
            response.setCharacterEncoding("UTF-16BE");
            PrintWriter writer = response.getWriter();
            response.setCharacterEncoding("UTF-8");
            response.setContentType("text/html; charset=UTF-8");
            response.setLocale(Locale.FRENCH);
            writer.print("é");
        });

        assertThat(get("/host/x"))
                .containsPattern("(?i)Content-Type: text/html; ?charset=utf-16be\r\n")
                .contains("Content-Language: fr", "Content-Length: 2")
                .endsWith("\u0000\u00e9");
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNotCommittedCanBeReset(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setStatus(500);
            response.setHeader("X-Old", "1");
            response.getWriter().print("old");
            response.resetBuffer();
            response.getWriter().print("older");
            response.reset();
            response.setHeader("X-New", "1");
            response.getOutputStream().print("new");
            assertThat(response.isCommitted()).isFalse();
            response.flushBuffer();
            assertThat(response.isCommitted()).isTrue();
            response.setHeader("X-Late", "1");
            response.setStatus(404);
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 200")
                .contains("X-New: 1")
                .doesNotContain("X-Old", "X-Late", "old")
                .contains("3\r\nnew\r\n0\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void aResponseEndsWithItsAnnouncedLength(Container container) throws Exception {
        CompletableFuture<IOException> tooMuch = new CompletableFuture<>();
        startHost(container, (request, response) -> {
            response.setHeader("Content-Length", "4");
            assertThat(response.getHeader("Content-Length")).isEqualTo("4");
            response.getOutputStream().write("four".getBytes(StandardCharsets.US_ASCII));
            try {
                response.getOutputStream().write('!');
            } catch (IOException refused) {
                tooMuch.complete(refused);
            }
        });

        assertThat(get("/host/x")).contains("Content-Length: 4").endsWith("four");
        assertThat(tooMuch.get(10, TimeUnit.SECONDS)).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @EnumSource
    void aResponseThatIsShorterThanAnnouncedBreaksOff(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setContentLength(10);
            response.getOutputStream().print("short");
        });

        String[] answer = get("/host/x").split("\r\n\r\n", 2);

        assertThat(answer[0]).startsWith("HTTP/1.1 200").contains("Content-Length: 10");
        assertThat(answer[1]).hasSizeLessThan(10);
    }

    @ParameterizedTest
    @EnumSource
    void trailersOfTheServletReachTheClient(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setTrailerFields(() -> Map.of("X-Sum", "42"));
            response.getOutputStream().print("content");
            response.flushBuffer();
        });

        String answer = send("GET /host/x HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: close\r\n\r\n");

        assertThat(answer).containsPattern("(?i)0\r\nX-Sum: 42\r\n\r\n$");
    }

    @ParameterizedTest
    @EnumSource
    void whatTheServletThrowsIsAnErrorOfTheExchange(Container container) throws Exception {
        startHost(container, (request, response) -> {
            response.setHeader("X-Servlet", "1");
            response.getWriter().print("half an answer");
            throw new IllegalStateException("a secret");
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 500")
                .contains("X-Gateway: 1", "application/problem+json", "\"code\":\"filter-failed\"")
                .doesNotContain("secret", "X-Servlet", "half an answer");
    }

    @ParameterizedTest
    @EnumSource
    void theServletSeesTheHeadersThatTheFiltersLeft(Container container) throws Exception {
        Filter changes = Filter.onRequest(request -> request.withoutHeader("X-Gone")
                .withHeader("X-Number", "7")
                .withHeader("X-Date", "Sun, 06 Nov 1994 08:49:37 GMT")
                .withHeader("Cookie", "kept=\"1\"; also=2")
                .withHeader("Accept-Language", "de;q=0.5, fr")
                .withHeader("Content-Type", "text/plain; charset=\"utf-8\"")
                .withAuthority("other.example:81"));
        start(container, toHost(changes), setup -> setup, (request, response) -> {
            assertThat(request.getHeader("x-gone")).isNull();
            assertThat(request.getHeaders("x-gone").hasMoreElements()).isFalse();
            assertThat(Collections.list(request.getHeaderNames()))
                    .contains("X-Number")
                    .doesNotContain("X-Gone");
            assertThat(request.getIntHeader("X-Number")).isEqualTo(7);
            assertThat(request.getIntHeader("X-None")).isEqualTo(-1);
            assertThat(request.getDateHeader("X-Date")).isEqualTo(784_111_777_000L);
            assertThat(Arrays.stream(request.getCookies()).map(cookie -> cookie.getName() + cookie.getValue()))
                    .containsExactly("kept1", "also2");
            assertThat(Collections.list(request.getLocales())).isEqualTo(List.of(Locale.FRENCH, Locale.GERMAN));
            assertThat(request.getLocale()).isEqualTo(Locale.FRENCH);
            assertThat(request.getCharacterEncoding()).isEqualTo("utf-8");
            assertThat(request.getContentType()).startsWith("text/plain");
            assertThat(request.getServerName()).isEqualTo("other.example");
            assertThat(request.getServerPort()).isEqualTo(81);
            assertThat(request.getRequestURL()).hasToString("http://other.example:81/host/x");
            response.getWriter().print("seen");
        });

        String answer = send("GET /host/x HTTP/1.1\r\nHost: a\r\nX-Gone: 1\r\nCookie: secret=3\r\n"
                + "Accept-Language: en\r\nConnection: close\r\n\r\n");

        assertThat(answer).endsWith("seen");
    }

    @ParameterizedTest
    @EnumSource
    void theServletSeesTheParametersOfAChangedQuery(Container container) throws Exception {
        Filter changes =
                Filter.onRequest(request -> request.withTarget(request.target().withRawQuery("a=1&b=%20x&b=y&c")));
        start(container, toHost(changes), setup -> setup, (request, response) -> {
            assertThat(request.getQueryString()).isEqualTo("a=1&b=%20x&b=y&c");
            assertThat(request.getParameter("a")).isEqualTo("1");
            assertThat(request.getParameterValues("b")).containsExactly(" x", "y");
            assertThat(request.getParameter("c")).isEmpty();
            assertThat(request.getParameter("gone")).isNull();
            assertThat(Collections.list(request.getParameterNames())).containsExactly("a", "b", "c", "form");
            assertThat(request.getParameter("form")).isEqualTo("é");
            response.getWriter().print("seen");
        });

        String answer = send("POST /host/x?gone=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\nform=%C3%A9");

        assertThat(answer).endsWith("seen");
    }

    @ParameterizedTest
    @EnumSource
    void theServletReadsContentThatAFilterReplaced(Container container) throws Exception {
        Filter changes = (request, next) -> request.body()
                .bytes(100)
                .thenCompose(bytes ->
                        next.proceed(request.withBody(Body.of(new String(bytes, StandardCharsets.UTF_8) + "+"))));
        start(container, toHost(changes), setup -> setup, (request, response) -> {
            assertThat(request.getContentLength()).isEqualTo(8);
            assertThat(request.getHeader("Content-Length")).isEqualTo("8");
            assertThat(request.getReader().readLine()).isEqualTo("content+");
            Throwable refused = null;
            try {
                request.getParts();
            } catch (IllegalStateException own) {
                refused = own;
            }
            assertThat(refused).hasMessageContaining("replaced the content");
            response.getWriter().print("seen");
        });

        String answer =
                send("POST /host/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 7\r\n\r\ncontent");

        assertThat(answer).endsWith("seen");
    }

    @ParameterizedTest
    @EnumSource
    void aFilterThatChangesThePathBeforeTheHostsCodeFails(Container container) throws Exception {
        Filter changes = Filter.onRequest(request -> request.withTarget(RequestTarget.parse("/admin")));
        List<String> ran = Collections.synchronizedList(new ArrayList<>());
        start(container, toHost(changes), setup -> setup, (request, response) -> ran.add("servlet"));

        assertThat(get("/host/x")).startsWith("HTTP/1.1 500");

        assertThat(ran).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aLaterAnswerOfTheServletIsNotHeardOnceTheGatewayHasAnswered(Container container) throws Exception {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        CompletableFuture<String> said = new CompletableFuture<>();
        start(
                container,
                gateway -> gateway.route(
                        "/host/**",
                        route -> route.timeouts(timeouts -> timeouts.total(Duration.ofMillis(200)))
                                .toHost()),
                setup -> setup,
                (request, response) -> {
                    answered.join();
                    response.setHeader("X-Late", "1");
                    try {
                        response.getWriter().print("late");
                        response.flushBuffer();
                        said.complete("heard");
                    } catch (IOException refused) {
                        said.complete("refused");
                    }
                });
        try (var client = connect()) {
            client.getOutputStream()
                    .write("GET /host/x HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] head = client.getInputStream().readNBytes(12);
            assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 504");
            answered.complete(null);

            assertThat(said.get(10, TimeUnit.SECONDS)).isEqualTo("refused");
        }
    }
}
