package dev.gatehouse.testkit.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.Gateway;
import dev.gatehouse.host.HostCapabilities;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.ContractRun;
import dev.gatehouse.testkit.HostCode;
import dev.gatehouse.testkit.HostContract;
import dev.gatehouse.testkit.HostUnderTest;
import dev.gatehouse.testkit.host.InProcessFront.Fault;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A contract is worth what it refuses: each broken host must fail it, by the test that is meant to notice. */
final class BrokenHostsTest {

    private static final String PATIENCE = "gatehouse.testkit.patience";

    /** Starts a host. */
    private interface Start {
        HostUnderTest start(Gateway gateway, HostCode code) throws Exception;
    }

    private record Defect(String name, String test, Start broken, Start sound) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Defect> defects() {
        return Stream.of(targets(), headers(), bodies(), capabilities(), requestsForCode(), answersOfCode())
                .flatMap(defects -> defects);
    }

    private static Stream<Defect> targets() {
        return Stream.of(
                request(
                        "writes methods in upper case",
                        "everyMethodReachesTheUpstream",
                        request -> request.withMethod(request.method().toUpperCase(Locale.ROOT))),
                request(
                        "decodes the target",
                        "theTargetReachesTheUpstreamAsItWasSent",
                        request -> request.withTarget(
                                RequestTarget.parse(request.target().raw().replace("%7E", "~")))),
                request(
                        "drops an empty query",
                        "theTargetReachesTheUpstreamAsItWasSent",
                        request -> request.target().raw().endsWith("?")
                                ? request.withTarget(request.target().withRawQuery(null))
                                : request));
    }

    private static Stream<Defect> headers() {
        return Stream.of(
                request(
                        "keeps the first of repeated headers",
                        "requestHeadersReachTheUpstream",
                        request -> request.withHeaders(first(request.headers()))),
                response(
                        "keeps the first of repeated headers of a response",
                        "responseHeadersReachTheClient",
                        response -> response.withHeaders(first(response.headers()))),
                response(
                        "takes every error for one of its own",
                        "anErrorOfTheUpstreamIsItsOwn",
                        response -> response.status() < 400 ? response : Response.of(response.status())),
                request(
                        "repairs malformed requests",
                        "whatIsMalformedIsRefusedAndNothingReachesTheUpstream",
                        request -> request.withHeaders(first(request.headers())).withHeader("Host", "a")),
                fault(
                        "writes content where none belongs",
                        "headIsAnsweredWithoutContent",
                        Fault.CONTENT_WHERE_NONE_BELONGS),
                fault(
                        "writes content where none belongs",
                        "aStatusWithoutContentHasNone",
                        Fault.CONTENT_WHERE_NONE_BELONGS),
                fault("sends chunks to everybody", "anHttp10ClientGetsNoChunks", Fault.CHUNKS_FOR_EVERYBODY));
    }

    private static Stream<Defect> bodies() {
        return Stream.of(
                collectingRequests("requestContentArrivesAsItIsSent"),
                collectingRequests("anAnswerBeforeTheEndOfTheContentReachesTheClient"),
                collectingResponses("responseContentArrivesAsItIsSent"),
                collectingResponses("aHeaderSectionDoesNotWaitForContent"),
                collectingResponses("aClientThatDoesNotReadHoldsTheUpstreamUp"),
                response(
                        "writes into content that is not its own",
                        "contentThatResponsesShareIsReadAndNeverWrittenInto",
                        response -> response.withBody(ChangedBodies.writtenInto(response.body()))),
                response(
                        "makes broken content look complete",
                        "anAnswerThatBreaksOffIsNotMadeToLookComplete",
                        response -> response.withBody(ChangedBodies.neverBroken(response.body()))),
                response(
                        "makes broken content look complete",
                        "theDeadlineDuringTheAnswerBreaksItOff",
                        response -> response.withBody(ChangedBodies.neverBroken(response.body()))),
                response(
                        "does not tell who left",
                        "aClientThatGoesAwayDuringTheAnswerEndsTheUpstreamsWork",
                        response -> response.withBody(ChangedBodies.neverCancelled(response.body()))),
                request(
                        "makes a broken upload look complete",
                        "aClientThatGoesAwayDuringItsContentEndsTheUpstreamsWork",
                        request -> request.body().isEmpty()
                                ? request
                                : request.withBody(ChangedBodies.waitsForEver(request.body()))),
                fault("never asks for content", "contentIsAskedForIfTheClientWaitsForThat", Fault.NEVER_CONTINUES));
    }

    private static Stream<Defect> capabilities() {
        return Stream.of(
                claim("interim", "interimResponsesPassIfTheHostCan", Hosts.JDK_HANDLER, can -> with(can, "interim")),
                claim(
                        "trailers of requests",
                        "trailersOfARequestReachTheUpstreamIfTheHostCan",
                        Hosts.JDK_HANDLER,
                        can -> with(can, "requestTrailers")),
                claim(
                        "trailers of responses",
                        "trailersOfAResponseReachTheClientIfTheHostCan",
                        Hosts.JDK_HANDLER,
                        can -> with(can, "responseTrailers")),
                claim(
                        "news of clients that left",
                        "aClientThatGoesAwayBeforeTheAnswerEndsTheUpstreamsWorkIfTheHostCanTell",
                        Hosts.JDK_HANDLER,
                        can -> with(can, "clientGone")),
                claim(
                        "code that it has not",
                        "theHostsCodeSeesWhatFiltersMadeOfTheRequestAndFiltersSeeItsResponse",
                        Hosts.JDK_HANDLER,
                        can -> with(can, "toHost")),
                claim(
                        "nothing, and has code",
                        "theHostsCodeSeesWhatFiltersMadeOfTheRequestAndFiltersSeeItsResponse",
                        Hosts.JDK_FILTER,
                        can -> with(can, "")),
                claim(
                        "nothing, and sends trailers",
                        "trailersOfAResponseReachTheClientIfTheHostCan",
                        Hosts.GATEWAY_SERVER,
                        can -> with(can, "")),
                claim(
                        "nothing, and sends interim responses",
                        "interimResponsesPassIfTheHostCan",
                        Hosts.GATEWAY_SERVER,
                        can -> with(can, "")));
    }

    private static Stream<Defect> requestsForCode() {
        return Stream.of(
                code(
                        "shows its code other headers",
                        "theHostsCodeSeesWhatFiltersMadeOfTheRequestAndFiltersSeeItsResponse",
                        call -> new ChangedCalls.Passing(call) {
                            @Override
                            public String header(String name) {
                                return null;
                            }
                        }),
                code(
                        "shows its code the first method",
                        "aFilterMayReadAndReplaceTheContent",
                        call -> new ChangedCalls.Passing(call) {
                            @Override
                            public String method() {
                                return "POST";
                            }
                        }),
                code(
                        "shows its code no content",
                        "theHostsCodeReadsContentOfAnySize",
                        call -> new ChangedCalls.Passing(call) {
                            @Override
                            public InputStream content() {
                                return InputStream.nullInputStream();
                            }
                        }));
    }

    private static Stream<Defect> answersOfCode() {
        return Stream.of(
                code(
                        "sets no headers",
                        "theHostsCodeAnswersHeadWithoutContent",
                        call -> new ChangedCalls.Passing(call) {
                            @Override
                            public void head(int status, String name, String value) {
                                super.head(status, "X-Other", value);
                            }
                        }),
                code(
                        "collects what its code writes",
                        "whatTheHostsCodeWritesArrivesAsItIsWritten",
                        ChangedCalls.Collecting::new),
                code(
                        "collects what its code writes",
                        "aClientThatDoesNotReadHoldsTheHostsCodeUp",
                        ChangedCalls.Collecting::new),
                swallowing("aFailureOfTheHostsCodeIsAnErrorThatFiltersSee"),
                swallowing("aFailureOfTheHostsCodeDuringItsAnswerIsNotMadeToLookComplete"));
    }

    @BeforeAll
    static void waitBriefly() {
        System.setProperty(PATIENCE, "2500");
    }

    @AfterAll
    static void waitAsUsual() {
        System.clearProperty(PATIENCE);
    }

    @ParameterizedTest(name = "{0}: {index}")
    @MethodSource("defects")
    void aHostWithADefectFails(Defect defect) {
        OnBroken.start = defect.broken();

        TestExecutionSummary run = ContractRun.of(OnBroken.class, defect.test());

        assertThat(run.getTestsStartedCount())
                .as("tests named " + defect.test())
                .isPositive();
        assertThat(run.getTestsFailedCount()).as(defect.test()).isPositive();
    }

    @ParameterizedTest(name = "{0}: {index}")
    @MethodSource("defects")
    void withoutTheDefectItPasses(Defect defect) {
        OnBroken.start = defect.sound();

        TestExecutionSummary run = ContractRun.of(OnBroken.class, defect.test());

        assertThat(run.getTestsSucceededCount())
                .as("tests named " + defect.test())
                .isPositive();
        assertThat(run.getTestsFailedCount()).as(defect.test()).isZero();
    }

    /** The contract on whatever is to be tried. Not found by itself: it is no top-level or nested test class. */
    static final class OnBroken extends HostContract {

        private static Start start;

        @Override
        protected HostUnderTest start(Gateway gateway, HostCode code) throws Exception {
            return start.start(gateway, code);
        }
    }

    private static Defect front(
            String name,
            String test,
            Set<Fault> faults,
            UnaryOperator<Request> changeRequest,
            Function<Response, CompletionStage<Response>> changeResponse) {
        return new Defect(
                name,
                test,
                (gateway, code) -> {
                    gateway.attach(Hosts.IN_PROCESS.getCapabilities());
                    InProcessFront front = InProcessFront.start(gateway, faults, changeRequest, changeResponse);
                    return Hosts.IN_PROCESS.running(front.port(), front::close);
                },
                Hosts.IN_PROCESS::start);
    }

    private static Defect fault(String name, String test, Fault fault) {
        return front(name, test, Set.of(fault), UnaryOperator.identity(), CompletableFuture::completedFuture);
    }

    private static Defect request(String name, String test, UnaryOperator<Request> change) {
        return front(name, test, Set.of(), change, CompletableFuture::completedFuture);
    }

    private static Defect response(String name, String test, UnaryOperator<Response> change) {
        return front(
                name,
                test,
                Set.of(),
                UnaryOperator.identity(),
                response -> CompletableFuture.completedFuture(change.apply(response)));
    }

    private static Defect collectingRequests(String test) {
        return request(
                "collects requests in memory",
                test,
                request -> request.body().isEmpty()
                        ? request
                        : request.withBody(Body.of(request.body()
                                .bytes(Integer.MAX_VALUE)
                                .toCompletableFuture()
                                .join())));
    }

    private static Defect collectingResponses(String test) {
        return front(
                "collects responses in memory",
                test,
                Set.of(),
                UnaryOperator.identity(),
                response ->
                        response.body().bytes(Integer.MAX_VALUE).thenApply(bytes -> response.withBody(Body.of(bytes))));
    }

    private static Defect claim(String what, String test, Hosts host, UnaryOperator<HostCapabilities> change) {
        return new Defect(
                "claims " + what,
                test,
                (gateway, code) -> Hosts.claiming(host.start(gateway, code), change.apply(host.getCapabilities())),
                host::start);
    }

    private static HostCapabilities with(HostCapabilities can, String more) {
        return new HostCapabilities(
                can.name(),
                more.equals("interim"),
                more.equals("requestTrailers"),
                more.equals("responseTrailers"),
                false,
                more.equals("toHost"),
                more.equals("clientGone"));
    }

    private static Defect code(String name, String test, UnaryOperator<HostCode.Call> change) {
        return code(name, test, (code, call) -> code.run(change.apply(call)));
    }

    private static Defect swallowing(String test) {
        return code("swallows failures of its code", test, (code, call) -> {
            ChangedCalls.Remembering remembering = new ChangedCalls.Remembering(call);
            try {
                code.run(remembering);
            } catch (IOException failure) {
                remembering.end();
            }
        });
    }

    private interface Running {
        void run(HostCode code, HostCode.Call call) throws IOException;
    }

    private static Defect code(String name, String test, Running how) {
        return new Defect(
                name,
                test,
                (gateway, code) -> Hosts.JDK_FILTER.start(gateway, call -> how.run(code, call)),
                Hosts.JDK_FILTER::start);
    }

    private static Headers first(Headers headers) {
        Headers.Builder first = Headers.builder();
        for (Headers.Field field : headers) {
            if (first.get(field.name()) == null) {
                first.addParsed(field.name(), field.value());
            }
        }
        return first.build();
    }
}
