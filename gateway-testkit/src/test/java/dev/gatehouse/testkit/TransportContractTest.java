package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.Response;
import dev.gatehouse.testkit.BrokenTransport.Callbacks;
import dev.gatehouse.transport.Transport;
import java.time.Duration;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** A contract is worth what it refuses: each broken transport must fail it. */
final class TransportContractTest {

    private static final Defect NONE = new Defect("none", "", UnaryOperator.identity(), UnaryOperator.identity());

    static Stream<Defect> defects() {
        return Stream.of(
                change(
                        "adds a field",
                        "aRequestIsSentAsItIsAndNothingIsAdded",
                        request -> request.withHeader("User-Agent", "me")),
                change(
                        "normalises the target",
                        "theTargetIsNotTouched",
                        request -> request.withTarget(
                                RequestTarget.parse(request.target().raw().replace("//", "/")))),
                change(
                        "decodes the target",
                        "theTargetIsNotTouched",
                        request -> request.withTarget(
                                RequestTarget.parse(request.target().raw().replace("%7E", "~")))),
                change(
                        "writes methods in upper case",
                        "theMethodKeepsItsCase",
                        request -> request.withMethod(request.method().toUpperCase(Locale.ROOT))),
                change(
                        "sends the endpoint's host",
                        "hostIsTheAuthorityThatTheRequestIsFor",
                        request -> request.withAuthority("")),
                change(
                        "drops trailers of the request",
                        "trailersFollowContentOfUnknownLength",
                        request -> request.withBody(BrokenTransport.withoutTrailers(request.body()))),
                change(
                        "makes a broken body look complete",
                        "contentOfTheRequestThatBreaksOffIsNeverMadeToLookComplete",
                        request -> request.withBody(BrokenTransport.neverBroken(request.body()))),
                report(
                        "swallows interim responses",
                        "interimResponsesAreReportedInOrder",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void interim(int status, Headers headers) {}
                        }),
                report("drops trailers", "trailersAreKnownAtTheEnd", callback -> new Callbacks(callback) {
                    @Override
                    public void response(Response response) {
                        super.response(response.withBody(BrokenTransport.withoutTrailers(response.body())));
                    }
                }),
                report(
                        "takes a truncated body for a complete one",
                        "contentThatBreaksOffIsNeverTakenForComplete",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void response(Response response) {
                                super.response(response.withBody(BrokenTransport.neverBroken(response.body())));
                            }
                        }),
                report(
                        "collects responses in memory",
                        "contentIsPassedOnAsItArrives",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void response(Response response) {
                                BrokenTransport.collect(
                                        response.body(), body -> super.response(response.withBody(body)));
                            }
                        }),
                report(
                        "always says that nothing was sent",
                        "aSilentEndpointTimesOut",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void failed(GatewayException failure) {
                                super.failed(new GatewayException(failure.kind(), "" + failure.getMessage()));
                            }
                        }),
                report(
                        "calls every failure a closed connection",
                        "aRefusedConnectionHasSentNothing",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void failed(GatewayException failure) {
                                super.failed(
                                        new GatewayException(Kind.UPSTREAM_CLOSED, failure.requestSent(), "", null));
                            }
                        }),
                report(
                        "reports a failure twice",
                        "givingUpBeforeTheAnswerClosesTheConnection",
                        callback -> new Callbacks(callback) {
                            @Override
                            public void failed(GatewayException failure) {
                                super.failed(failure);
                                super.failed(failure);
                            }
                        }),
                defect(
                        "collects requests in memory",
                        "contentIsPassedOnAsItComes",
                        transport -> new BrokenTransport(transport) {
                            @Override
                            Handle send(Request request, Sender sender, Callback callback) {
                                BrokenTransport.collect(
                                        request.body(), body -> sender.send(request.withBody(body), callback));
                                return reason -> {};
                            }
                        }),
                defect(
                        "sends again what may have arrived",
                        "aConnectionClosedBeforeAnAnswerMayHaveCarriedTheRequest",
                        transport -> new BrokenTransport(transport) {
                            @Override
                            Handle send(Request request, Sender sender, Callback callback) {
                                return sender.send(request, new Callbacks(callback) {
                                    @Override
                                    public void failed(GatewayException failure) {
                                        sender.send(request, callback);
                                    }
                                });
                            }
                        }),
                defect("follows redirects", "noStatusIsActedUpon", transport -> new BrokenTransport(transport) {
                    @Override
                    Handle send(Request request, Sender sender, Callback callback) {
                        return sender.send(request, new Callbacks(callback) {
                            @Override
                            public void response(Response response) {
                                String location = response.headers().get("Location");
                                if (location == null) {
                                    super.response(response);
                                } else {
                                    sender.send(request.withTarget(RequestTarget.parse("/elsewhere")), callback);
                                }
                            }
                        });
                    }
                }),
                defect(
                        "cancels the client's body",
                        "givingUpBeforeTheAnswerClosesTheConnection",
                        transport -> new BrokenTransport(transport) {
                            @Override
                            Handle send(Request request, Sender sender, Callback callback) {
                                Handle handle = sender.send(request, callback);
                                return reason -> {
                                    request.body().cancel(reason);
                                    handle.abort(reason);
                                };
                            }
                        }),
                defect(
                        "reports that it gave up, and goes on",
                        "givingUpBeforeTheAnswerClosesTheConnection",
                        transport -> new BrokenTransport(transport) {
                            @Override
                            Handle send(Request request, Sender sender, Callback callback) {
                                sender.send(request, callback);
                                return reason -> callback.failed(
                                        new GatewayException(reason.kind(), RequestSent.MAYBE, "", null));
                            }
                        }),
                setup("trusts anyone", "anUntrustedCertificateIsRefused", setup -> setup.withTrust(TestTls.trust())),
                setup(
                        "opens as many connections as it likes",
                        "thereAreNoMoreConnectionsThanAllowed",
                        setup -> setup.withConnections(64, 64)),
                setup(
                        "queues without end",
                        "aRequestTooManyInTheQueueIsRejectedAtOnce",
                        setup -> setup.withConnections(1, 1000)),
                setup(
                        "keeps unused connections for ever",
                        "anUnusedConnectionIsClosed",
                        setup -> setup.withIdleTimeout(Duration.ofHours(1))));
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
    void aTransportWithADefectFails(Defect defect) {
        OnBroken.defect = defect;

        TestExecutionSummary summary = run(defect.test());

        assertThat(summary.getTestsStartedCount())
                .as("tests named " + defect.test())
                .isPositive();
        assertThat(summary.getTestsFailedCount()).as(defect.test()).isPositive();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("defects")
    void withoutTheDefectItPasses(Defect defect) {
        OnBroken.defect = NONE;

        TestExecutionSummary summary = run(defect.test());

        assertThat(summary.getTestsSucceededCount())
                .as("tests named " + defect.test())
                .isPositive();
        assertThat(summary.getTestsFailedCount()).as(defect.test()).isZero();
    }

    private static TestExecutionSummary run(String test) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        PostDiscoveryFilter onlyTest =
                descriptor -> FilterResult.includedIf(!(descriptor.getSource().orElse(null)
                                instanceof org.junit.platform.engine.support.descriptor.MethodSource method)
                        || method.getMethodName().equals(test));
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(OnBroken.class))
                                .filters(onlyTest)
                                .build(),
                        listener);
        return listener.getSummary();
    }

    private static Defect change(String name, String test, UnaryOperator<Request> change) {
        return defect(name, test, transport -> new BrokenTransport(transport) {
            @Override
            Handle send(Request request, Sender sender, Callback callback) {
                return sender.send(change.apply(request), callback);
            }
        });
    }

    private static Defect report(String name, String test, UnaryOperator<Transport.Callback> change) {
        return defect(name, test, transport -> new BrokenTransport(transport) {
            @Override
            Handle send(Request request, Sender sender, Callback callback) {
                return sender.send(request, change.apply(callback));
            }
        });
    }

    private static Defect defect(String name, String test, UnaryOperator<Transport> change) {
        return new Defect(name, test, UnaryOperator.identity(), change);
    }

    private static Defect setup(String name, String test, UnaryOperator<TransportSetup> change) {
        return new Defect(name, test, change, UnaryOperator.identity());
    }

    /** A defect, and the test of the contract that must find it. */
    record Defect(String name, String test, UnaryOperator<TransportSetup> setup, UnaryOperator<Transport> transport) {

        @Override
        public String toString() {
            return name;
        }
    }

    /** Run by the tests above only: a nested class is no test of its own. */
    static final class OnBroken extends TransportContract {

        static Defect defect = NONE;

        @Override
        protected Transport newTransport(TransportSetup setup) {
            return defect.transport()
                    .apply(JettyTransportContractTest.jetty(defect.setup().apply(setup))
                            .build());
        }
    }
}
