package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Filter;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract passes filters of every form, and each broken filter must fail it. */
final class FilterContractTest {

    private static final int MOST = 1 << 20;
    private static final String ANSWERED = "/answered";

    static Stream<Defect> defects() {
        return Stream.of(
                defect("proceeds twice", "aRequestThatPassesReachesTheInsideOnce", (request, next) -> {
                    var first = next.proceed(request);
                    next.proceed(request);
                    return first;
                }),
                defect(
                        "swallows requests",
                        "aRequestThatPassesReachesTheInsideOnce",
                        (request, next) -> Filter.answer(Response.of(200))),
                defect("returns null", "whatItAnswersItselfDoesNotReachTheInside", (request, next) -> nothing()),
                defect(
                        "answers null",
                        "whatItAnswersItselfDoesNotReachTheInside",
                        (request, next) -> CompletableFuture.completedFuture(nothing())),
                defect("answers, and proceeds", "whatItAnswersItselfDoesNotReachTheInside", (request, next) -> {
                    next.proceed(request);
                    return Filter.answer(Response.of(403));
                }),
                defect(
                        "waits for the answer",
                        "itDoesNotWaitForTheInside",
                        (request, next) -> Filter.answer(
                                next.proceed(request).toCompletableFuture().join())),
                defect("sleeps on the way in", "itDoesNotBlockOnTheWayIn", (request, next) -> {
                    sleep();
                    return next.proceed(request);
                }),
                defect(
                        "sleeps on the way out",
                        "itDoesNotBlockOnTheWayOut",
                        (request, next) -> next.proceed(request).thenApply(response -> {
                            sleep();
                            return response;
                        })),
                defect(
                        "collects requests in memory",
                        "contentOfARequestPassesAsItComes",
                        (request, next) -> request.body()
                                .bytes(MOST)
                                .thenCompose(bytes -> next.proceed(request.withBody(Body.of(bytes))))),
                defect(
                        "drops trailers of requests",
                        "contentOfARequestPassesAsItComes",
                        (request, next) -> next.proceed(
                                request.withBody(request.body().mapTrailers(trailers -> Headers.empty())))),
                defect(
                        "collects responses in memory",
                        "contentOfAResponsePassesAsItComes",
                        (request, next) -> next.proceed(request)
                                .thenCompose(response -> response.body()
                                        .bytes(MOST)
                                        .thenApply(bytes -> response.withBody(Body.of(bytes))))),
                defect(
                        "replaces content",
                        "contentOfAResponsePassesAsItComes",
                        (request, next) ->
                                next.proceed(request).thenApply(response -> response.withBody(Body.of("other")))),
                defect("keeps a request for the next one", "itServesManyThreadsAtOnce", mixingUpRequests()),
                defect(
                        "makes errors look like an upstream's",
                        "anErrorFurtherInStaysTheSameError",
                        (request, next) -> next.proceed(request)
                                .thenApply(response ->
                                        Response.of(response.status(), response.headers(), response.body()))),
                defect(
                        "throws at errors",
                        "whatTheInsideThrowsStaysInside",
                        (request, next) -> next.proceed(request).thenApply(response -> {
                            if (response.status() == 500) {
                                throw new IllegalStateException("an error");
                            }
                            return response;
                        })),
                defect("leans on its thread", "anAnswerOnAnotherThreadIsTheSame", leaningOnItsThread()));
    }

    private static Filter mixingUpRequests() {
        AtomicReference<@Nullable Request> last = new AtomicReference<>();
        return (request, next) -> {
            Request before = last.getAndSet(request);
            return next.proceed(before == null ? request : before);
        };
    }

    private static Filter leaningOnItsThread() {
        ThreadLocal<String> tenant = new ThreadLocal<>();
        return (request, next) -> {
            tenant.set("blue");
            return next.proceed(request).thenApply(response -> {
                String known = tenant.get();
                return known == null ? response : response.withHeader("X-Tenant", known);
            });
        };
    }

    @BeforeAll
    static void waitBriefly() {
        System.setProperty(Patience.PROPERTY, "1500");
    }

    @AfterAll
    static void waitAsUsual() {
        System.clearProperty(Patience.PROPERTY);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void aFilterWithADefectFails(Defect defect) {
        OnBroken.filter = defect.filter();

        TestExecutionSummary summary = ContractRun.of(OnBroken.class, defect.test());

        assertThat(summary.getTestsFailedCount()).as(defect.test()).isEqualTo(1);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void withoutTheDefectItPasses(Defect defect) {
        OnBroken.filter = good();

        TestExecutionSummary summary = ContractRun.of(OnBroken.class, defect.test());

        assertThat(summary.getTestsSucceededCount()).as(defect.test()).isEqualTo(1);
    }

    private static Defect defect(String name, String test, Filter filter) {
        return new Defect(name, test, filter);
    }

    private static PhaseFilter good() {
        return (request, exchange) -> request.path().equals(ANSWERED)
                ? Verdict.answer(Response.of(403))
                : Verdict.proceed(request, response -> response.withHeader("X-Seen", "1"));
    }

    private static void sleep() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }

    /** Null where a filter must not answer it. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }

    /** A broken filter, and the test of the contract that must find it. */
    record Defect(String name, String test, Filter filter) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** Run by the tests above only: a nested class is no test of its own. */
    static final class OnBroken extends FilterContract {

        static Filter filter = good();

        @Override
        protected Filter newFilter() {
            return filter;
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/passing").build();
        }

        @Override
        protected Request answeredRequest() {
            return Request.get(ANSWERED).build();
        }
    }

    /** A contract for a filter that passes everything. */
    abstract static class OnGood extends FilterContract {

        private final Supplier<Filter> filter;

        OnGood(Supplier<Filter> filter) {
            this.filter = filter;
        }

        @Override
        protected Filter newFilter() {
            return filter.get();
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/passing").build();
        }
    }

    @Nested
    final class APhaseFilter extends OnGood {
        APhaseFilter() {
            super(FilterContractTest::good);
        }
    }

    @Nested
    final class AFilterOfTheGeneralForm extends OnGood {
        AFilterOfTheGeneralForm() {
            super(() -> (request, next) -> next.proceed(request.withHeader("X-Seen", "1")));
        }
    }

    @Nested
    final class ABlockingFilter extends OnGood {
        ABlockingFilter() {
            super(() -> Filter.blocking((request, next) -> {
                sleep();
                return next.proceed(request);
            }));
        }
    }

    @Nested
    final class AFilterThatReplacesContentAndErrors extends OnGood {
        AFilterThatReplacesContentAndErrors() {
            super(() -> Filter.onResponse(response -> {
                response.body().cancel(new IllegalStateException("replaced"));
                return Response.text(200, "something else");
            }));
        }

        @Override
        protected boolean keepsResponseContent() {
            return false;
        }

        @Override
        protected boolean keepsFailures() {
            return false;
        }
    }

    @Nested
    final class AFilterThatCollectsRequests extends OnGood {
        AFilterThatCollectsRequests() {
            super(() -> (request, next) ->
                    request.body().bytes(MOST).thenCompose(bytes -> next.proceed(request.withBody(Body.of(bytes)))));
        }

        @Override
        protected boolean keepsRequestContent() {
            return false;
        }
    }
}
