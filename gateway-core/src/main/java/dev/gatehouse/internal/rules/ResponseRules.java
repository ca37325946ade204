package dev.gatehouse.internal.rules;

import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.GatewayException.RequestSent;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.Printable;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges what an upstream answered, and chooses what of it goes on. */
public final class ResponseRules {

    private ResponseRules() {}

    /**
     * The fields of a response that go on to the client: not what concerns the connection to the upstream only, nor a
     * {@code Content-Length} where there can be none.
     *
     * @param requestMethod the method that was sent
     * @throws GatewayException UPSTREAM_PROTOCOL if the response is invalid; its body is cancelled then
     */
    static Selection kept(Response upstream, String requestMethod) {
        String problem = fieldProblem(upstream.headers());
        if (problem == null) {
            problem = lengthProblem(upstream, requestMethod);
        }
        if (problem != null) {
            GatewayException refused = refused(problem);
            upstream.body().cancel(refused);
            throw refused;
        }
        return kept(upstream.headers(), upstream.status() == 204);
    }

    /**
     * The fields of an interim response that go on to the client.
     *
     * @throws GatewayException UPSTREAM_PROTOCOL if the response is invalid
     */
    static Selection keptOfInterim(Headers headers) {
        String problem = fieldProblem(headers);
        if (problem != null) {
            throw refused(problem);
        }
        // RFC 9110 §8.6: no Content-Length in an interim response.
        return kept(headers, true);
    }

    private static Selection kept(Headers headers, boolean withoutLength) {
        Set<String> nominated = HopByHop.nominated(headers);
        Selection selection = new Selection(headers);
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            if (HopByHop.isOne(name)
                    || (withoutLength && FieldSyntax.sameName(name, "Content-Length"))
                    || (!nominated.isEmpty() && nominated.contains(name.toLowerCase(Locale.ROOT)))) {
                selection.drop(i);
            }
        }
        return selection;
    }

    private static @Nullable String fieldProblem(Headers headers) {
        for (int i = 0; i < headers.size(); i++) {
            if (!FieldSyntax.isToken(headers.name(i))) {
                return "not a field name: \"" + Printable.of(headers.name(i)) + '"';
            }
            if (!FieldSyntax.isValue(headers.value(i))) {
                return "the value of " + headers.name(i) + " holds a control character";
            }
        }
        return RequestRules.framingProblem(headers);
    }

    /** A length that is not the body's would make the client wait, or read the next response as the rest of this one. */
    private static @Nullable String lengthProblem(Response upstream, String requestMethod) {
        String announced = upstream.headers().get("Content-Length");
        boolean bodiless = requestMethod.equals("HEAD") || upstream.status() == 204 || upstream.status() == 304;
        long actual = upstream.body().length();
        if (bodiless) {
            return actual > 0 ? "content where there can be none" : null;
        }
        return announced != null && actual >= 0 && Long.parseLong(announced) != actual
                ? "a Content-Length that is not the content's"
                : null;
    }

    private static GatewayException refused(String problem) {
        return new GatewayException(Kind.UPSTREAM_PROTOCOL, RequestSent.YES, problem, null);
    }
}
