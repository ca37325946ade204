package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Body;
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

/** Judges and cleans what an upstream answered. */
public final class ResponseRules {

    private ResponseRules() {}

    /**
     * Removes what concerns the connection to the upstream only, forbidden trailers, and a {@code Content-Length} where
     * there can be none.
     *
     * @param requestMethod the method that was sent
     * @throws GatewayException UPSTREAM_PROTOCOL if the response is invalid; its body is cancelled then
     */
    public static Response clean(Response upstream, String requestMethod) {
        String problem = fieldProblem(upstream.headers());
        if (problem == null) {
            problem = lengthProblem(upstream, requestMethod);
        }
        if (problem != null) {
            GatewayException refused = refused(problem);
            upstream.body().cancel(refused);
            throw refused;
        }
        Body body = upstream.body();
        Response clean = upstream.withHeaders(kept(upstream.headers(), upstream.status() == 204));
        return body.isEmpty() ? clean : clean.withBody(body.mapTrailers(Trailers::clean));
    }

    /**
     * Judges and cleans the header section of an interim response.
     *
     * @throws GatewayException UPSTREAM_PROTOCOL if it is invalid
     */
    static Headers cleanFields(Headers headers) {
        String problem = fieldProblem(headers);
        if (problem != null) {
            throw refused(problem);
        }
        // RFC 9110 §8.6: no Content-Length in an interim response.
        return kept(headers, true);
    }

    private static Headers kept(Headers headers, boolean withoutLength) {
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
        return selection.headers();
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
