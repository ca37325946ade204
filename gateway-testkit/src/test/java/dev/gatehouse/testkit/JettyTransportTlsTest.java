package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.TransportFixture.LONG;
import static dev.gatehouse.testkit.TransportFixture.expect;
import static dev.gatehouse.testkit.TransportFixture.get;
import static dev.gatehouse.testkit.TransportFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.gatehouse.balancer.Endpoint;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.jetty.client.JettyTransport;
import dev.gatehouse.transport.Call;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Both versions of HTTP over TLS, with somebody else's server. */
final class JettyTransportTlsTest {

    private static final Logger TOMCAT_LOG = Logger.getLogger("org.apache");

    private final ArrayByteBufferPool.Tracking buffers = new ArrayByteBufferPool.Tracking();
    private final JettyTransport transport = JettyTransportContractTest.jetty(TransportSetup.usual())
            .byteBufferPool(buffers)
            .build();
    private final Tomcat tomcat = new Tomcat();

    @TempDir
    Path directory;

    @BeforeEach
    void startTomcat() throws LifecycleException {
        TOMCAT_LOG.setLevel(Level.SEVERE);
        tomcat.setBaseDir(directory.toString());
        Connector connector = new Connector();
        connector.setPort(0);
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("SSLEnabled", "true");
        connector.setMaxPostSize(-1);
        connector.setProperty("allowedTrailerHeaders", "digest");
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystoreFile(String.valueOf(RawUpstream.class.getResource("localhost.p12")));
        certificate.setCertificateKeystorePassword("testkit");
        host.addCertificate(certificate);
        connector.addSslHostConfig(host);
        connector.addUpgradeProtocol(new Http2Protocol());
        tomcat.setConnector(connector);
        var context = tomcat.addContext("", directory.toString());
        Tomcat.addServlet(context, "echo", new Echo());
        context.addServletMappingDecoded("/*", "echo");
        tomcat.start();
    }

    @AfterEach
    void nothingIsLeftBehind() throws LifecycleException {
        transport.close();
        tomcat.stop();
        tomcat.destroy();
        await(buffers.dumpLeaks()).until(() -> buffers.getLeaks().isEmpty());
    }

    /** Sends back what it got. */
    private static final class Echo extends HttpServlet {

        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.setHeader("X-Protocol", request.getProtocol());
            response.setHeader("X-Host", request.getServerName());
            response.setHeader("X-Secure", "" + request.isSecure());
            byte[] content = request.getInputStream().readAllBytes();
            if (request.getMethod().equals("TRAIL")) {
                response.setTrailerFields(() ->
                        Map.of("digest", "of-" + request.getTrailerFields().get("digest")));
            } else {
                response.setContentLength(content.length);
            }
            response.getOutputStream().write(content);
        }
    }

    private Answer send(Endpoint endpoint, Request.Builder request, Call.Protocol protocol) {
        Answer answer = new Answer();
        transport.send(new Call(endpoint, request.build(), protocol, LONG, LONG), answer);
        return answer;
    }

    private Endpoint endpoint() {
        return Endpoint.of("https://localhost:" + tomcat.getConnector().getLocalPort());
    }

    @ParameterizedTest
    @EnumSource
    void theVersionThatIsAskedForIsSpoken(Call.Protocol protocol) {
        Answer answer = send(endpoint(), request("POST", "/a").body(Body.of("hello")), protocol);

        assertThat(answer.awaitText()).isEqualTo("hello");
        Headers headers = answer.awaitResponse().headers();
        assertThat(headers.get("X-Protocol")).isEqualTo(protocol == Call.Protocol.HTTP_2 ? "HTTP/2.0" : "HTTP/1.1");
        assertThat(headers.get("X-Host")).isEqualTo("example.org");
        assertThat(headers.get("X-Secure")).isEqualTo("true");
    }

    @ParameterizedTest
    @EnumSource
    void trailersPassBothWays(Call.Protocol protocol) {
        PushedBody body = new PushedBody().give("x").end(Headers.of("digest", "abc"));

        Answer answer = send(endpoint(), request("TRAIL", "/").body(body.body()), protocol);

        assertThat(answer.awaitText()).isEqualTo("x");
        assertThat(answer.awaitResponse().body().trailers()).isEqualTo(Headers.of("digest", "of-abc"));
    }

    @ParameterizedTest
    @EnumSource
    void largeContentPassesBothWays(Call.Protocol protocol) {
        PushedBody body = new PushedBody();
        byte[] piece = new byte[100_000];
        for (int i = 0; i < 100; i++) {
            body.give(piece);
        }
        body.end();

        assertThat(send(endpoint(), request("POST", "/").body(body.body()), protocol)
                        .awaitText())
                .hasSize(10_000_000);
    }

    @ParameterizedTest
    @EnumSource
    void headHasNoContent(Call.Protocol protocol) {
        Answer answer = send(endpoint(), request("HEAD", "/"), protocol);

        assertThat(answer.awaitResponse().body().isEmpty()).isTrue();
    }

    @Test
    void anEndpointThatKnowsOnlyHttp1IsNotSpokenToInHttp2() {
        try (RawUpstream http1 =
                RawUpstream.startTls(TestTls.localhost(), RawUpstream.answering(TransportFixture.OK))) {
            expect(
                    send(http1.endpoint(), get("/"), Call.Protocol.HTTP_2).awaitFailure(),
                    Kind.TLS_FAILED,
                    RequestSent.NO);
            assertThat(http1.connection(0).received()).isEmpty();
        }
    }
}
