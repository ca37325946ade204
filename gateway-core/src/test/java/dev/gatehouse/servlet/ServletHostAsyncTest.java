package dev.gatehouse.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Filter;
import dev.gatehouse.http.Body;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servlets behind {@code toHost()} that are asynchronous themselves. */
final class ServletHostAsyncTest extends ServletFixture {

    @ParameterizedTest
    @EnumSource
    void aServletMayCompleteOnAThreadOfItsOwn(Container container) throws Exception {
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            assertThat(request.getAsyncContext()).isSameAs(async);
            later(() -> {
                HttpServletResponse answer = (HttpServletResponse) async.getResponse();
                answer.setStatus(201);
                answer.getOutputStream().print("first, ");
                answer.flushBuffer();
                answer.getOutputStream().print("second");
                async.complete();
            });
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 201")
                .contains("X-Gateway: 1")
                .contains("7\r\nfirst, \r\n6\r\nsecond\r\n0\r\n");
    }

    @ParameterizedTest
    @EnumSource
    void aServletMayCompleteAtOnce(Container container) throws Exception {
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            response.getOutputStream().print("all");
            async.complete();
        });

        assertThat(get("/host/x")).contains("X-Gateway: 1", "Content-Length: 3").endsWith("all");
    }

    @ParameterizedTest
    @EnumSource
    void anAsynchronousServletMaySendAnError(Container container) throws Exception {
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            later(() -> {
                response.sendError(418, "a teapot");
                async.complete();
            });
        });

        assertThat(get("/host/x")).startsWith("HTTP/1.1 418").contains("X-Gateway: 1", "teapot");
    }

    @ParameterizedTest
    @EnumSource
    void aServletMayWriteWithoutWaiting(Container container) throws Exception {
        int size = 3_000_000;
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            ServletOutputStream out = response.getOutputStream();
            out.setWriteListener(new WriteListener() {
                private int written;

                @Override
                public void onWritePossible() throws IOException {
                    while (out.isReady()) {
                        if (written == size) {
                            async.complete();
                            return;
                        }
                        out.write(new byte[10_000]);
                        written += 10_000;
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    async.complete();
                }
            });
        });

        assertThat(send("GET /host/x HTTP/1.0\r\nHost: a\r\n\r\n"))
                .contains("X-Gateway: 1")
                .hasSizeGreaterThan(size)
                .hasSizeLessThan(size + 1000);
    }

    @ParameterizedTest
    @EnumSource
    void aServletMayReadWithoutWaitingWhatTheClientSent(Container container) throws Exception {
        startHost(container, ServletHostAsyncTest::readsWithoutWaiting);

        assertThat(post("content")).contains("X-Gateway: 1").endsWith("content");
    }

    @ParameterizedTest
    @EnumSource
    void aServletMayReadWithoutWaitingWhatAFilterMade(Container container) throws Exception {
        Filter changes = (request, next) -> request.body()
                .bytes(100)
                .thenCompose(bytes -> next.proceed(request.withBody(Body.of(bytes.length + " bytes"))));
        start(container, toHost(changes), setup -> setup, ServletHostAsyncTest::readsWithoutWaiting);

        assertThat(post("content")).contains("X-Gateway: 1").endsWith("7 bytes");
    }

    private static void readsWithoutWaiting(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        AsyncContext async = request.startAsync();
        ServletInputStream in = request.getInputStream();
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        in.setReadListener(new ReadListener() {
            @Override
            public void onDataAvailable() throws IOException {
                byte[] buffer = new byte[3];
                while (in.isReady() && !in.isFinished()) {
                    int count = in.read(buffer);
                    read.write(buffer, 0, Math.max(0, count));
                }
            }

            @Override
            public void onAllDataRead() throws IOException {
                response.getOutputStream().write(read.toByteArray());
                async.complete();
            }

            @Override
            public void onError(Throwable failure) {
                async.complete();
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void aDispatchOfTheServletPassesTheGatewayThatIsMappedForIt(Container container) throws Exception {
        start(
                container,
                toHost(),
                setup -> setup.mappedFor(DispatcherType.REQUEST, DispatcherType.ASYNC),
                ServletHostAsyncTest::dispatches);

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 200")
                .contains("X-Gateway: 1")
                .endsWith("dispatched");
    }

    @ParameterizedTest
    @EnumSource
    void aDispatchThatPassesTheGatewayByFails(Container container) throws Exception {
        CompletableFuture<Throwable> refused = new CompletableFuture<>();
        startHost(container, (request, response) -> {
            try {
                dispatches(request, response);
            } catch (IllegalStateException passedBy) {
                refused.complete(passedBy);
                throw passedBy;
            }
        });

        assertThat(get("/host/x")).doesNotContain("dispatched");
        assertThat(refused.get(10, TimeUnit.SECONDS)).hasMessageContaining("map its filter for ASYNC");
    }

    private static void dispatches(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (request.getDispatcherType() == DispatcherType.ASYNC) {
            response.getOutputStream().print("dispatched");
        } else {
            AsyncContext async = request.startAsync();
            later(async::dispatch);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aListenerOfTheServletMayCompleteWhatTookTooLong(Container container) throws Exception {
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            async.setTimeout(100);
            async.addListener(new AsyncListener() {
                @Override
                public void onTimeout(AsyncEvent event) throws IOException {
                    HttpServletResponse answer =
                            (HttpServletResponse) event.getAsyncContext().getResponse();
                    answer.setStatus(503);
                    answer.getOutputStream().print("too slow");
                    event.getAsyncContext().complete();
                }

                @Override
                public void onComplete(AsyncEvent event) {}

                @Override
                public void onError(AsyncEvent event) {}

                @Override
                public void onStartAsync(AsyncEvent event) {}
            });
        });

        assertThat(get("/host/x"))
                .startsWith("HTTP/1.1 503")
                .contains("X-Gateway: 1")
                .endsWith("too slow");
    }

    @ParameterizedTest
    @EnumSource
    void anAsynchronousServletThatNeverAnswersEndsWithTheContainersTimeOut(Container container) throws Exception {
        CompletableFuture<String> ended = new CompletableFuture<>();
        Filter notices = (request, next) -> {
            next.exchange().onComplete(completion -> ended.complete(completion.toString()));
            return next.proceed(request);
        };
        start(container, toHost(notices), setup -> setup, (request, response) -> {
            request.startAsync().setTimeout(100);
        });

        assertThat(get("/host/x")).startsWith("HTTP/1.1 500");
        assertThat(ended.get(10, TimeUnit.SECONDS)).contains("aborted");
    }

    @ParameterizedTest
    @EnumSource
    void anAsynchronousServletThatFailsAfterItsBeginningIsBrokenOff(Container container) throws Exception {
        startHost(container, (request, response) -> {
            AsyncContext async = request.startAsync();
            later(() -> {
                response.setContentLength(100);
                response.getOutputStream().print("part");
                response.flushBuffer();
                async.complete();
            });
        });

        assertThat(get("/host/x")).contains("Content-Length: 100").endsWith("part");
    }

    private String post(String content) throws IOException {
        return send("POST /host/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: " + content.length()
                + "\r\n\r\n" + content);
    }

    /** Something on another thread. */
    private interface Later {
        void run() throws Exception;
    }

    private static void later(Later task) {
        CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS).execute(() -> {
            try {
                task.run();
            } catch (Exception failure) {
                throw new IllegalStateException(failure);
            }
        });
    }
}
