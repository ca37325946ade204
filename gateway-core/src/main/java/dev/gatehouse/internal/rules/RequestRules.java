package dev.gatehouse.internal.rules;

import dev.gatehouse.http.Connection;
import dev.gatehouse.http.GatewayException;
import dev.gatehouse.http.GatewayException.Kind;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.RequestLimits;
import dev.gatehouse.http.RequestTarget;
import dev.gatehouse.http.TargetRule;
import dev.gatehouse.internal.syntax.Authority;
import dev.gatehouse.internal.syntax.FieldSyntax;
import dev.gatehouse.internal.syntax.Printable;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges a request as a server received it. The same request gets the same verdict behind every server. */
public final class RequestRules {

    /** More digits do not fit into a long; nobody sends as many bytes. */
    private static final int MOST_LENGTH_DIGITS = 18;

    private RequestRules() {}

    /** Judges by the default limits; see {@link #check(Request, RequestLimits)}. */
    public static @Nullable GatewayException check(Request request) {
        return check(request, RequestLimits.DEFAULT);
    }

    /**
     * Judges everything but what a route may allow in a target.
     *
     * @return why the request is refused, or null
     */
    public static @Nullable GatewayException check(Request request, RequestLimits limits) {
        GatewayException refused = checkMethod(request.method());
        if (refused == null) {
            refused = checkForm(request, limits);
        }
        if (refused == null) {
            refused = checkFields(request.headers(), limits);
        }
        if (refused == null) {
            refused = checkProtocol(request);
        }
        return refused;
    }

    /**
     * Judges what a route may allow in a target.
     *
     * @param opened the rules that the route has opened
     * @return why the request is refused, or null
     */
    public static @Nullable GatewayException checkTarget(Request request, Set<TargetRule> opened) {
        Set<TargetRule> violations = request.target().violations();
        if (violations.isEmpty()) {
            return null;
        }
        for (TargetRule rule : violations) {
            if (!rule.openable() || !opened.contains(rule)) {
                return new GatewayException(Kind.BAD_TARGET, "the target breaks " + rule);
            }
        }
        return null;
    }

    private static @Nullable GatewayException checkMethod(String method) {
        if (!FieldSyntax.isToken(method)) {
            return bad("the method is no token");
        }
        // A tunnel and an echo of the request's own credentials: neither has a place behind a gateway. Methods are
        // case-sensitive, but not every upstream knows.
        if (method.equalsIgnoreCase("CONNECT") || method.equalsIgnoreCase("TRACE")) {
            return new GatewayException(Kind.METHOD_REFUSED, method);
        }
        return null;
    }

    private static @Nullable GatewayException checkForm(Request request, RequestLimits limits) {
        RequestTarget target = request.target();
        if (target.raw().length() > limits.targetBytes()) {
            return new GatewayException(Kind.TARGET_TOO_LONG, target.raw().length() + " bytes");
        }
        if (target.violations().contains(TargetRule.MALFORMED)) {
            return new GatewayException(Kind.BAD_TARGET, "the target is malformed");
        }
        if (target.form() == RequestTarget.Form.ASTERISK && !request.method().equals("OPTIONS")) {
            return new GatewayException(Kind.BAD_TARGET, "the target * is for OPTIONS only");
        }
        return null;
    }

    private static @Nullable GatewayException checkFields(Headers headers, RequestLimits limits) {
        if (headers.size() > limits.headerFields()) {
            return new GatewayException(Kind.HEADERS_TOO_LARGE, headers.size() + " fields");
        }
        int bytes = 0;
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            String value = headers.value(i);
            bytes += name.length() + value.length() + 4;
            if (bytes > limits.headerBytes()) {
                return new GatewayException(Kind.HEADERS_TOO_LARGE, "more than " + limits.headerBytes() + " bytes");
            }
            if (!FieldSyntax.isToken(name)) {
                return bad("not a field name: \"" + Printable.of(name) + '"');
            }
            if (!FieldSyntax.isValue(value)) {
                return bad("the value of " + name + " holds a control character");
            }
            if (FieldSyntax.sameName(name, "Expect") && !value.isEmpty() && !value.equalsIgnoreCase("100-continue")) {
                return new GatewayException(Kind.EXPECTATION_FAILED, "an Expect other than 100-continue");
            }
        }
        return null;
    }

    private static @Nullable GatewayException checkProtocol(Request request) {
        Headers headers = request.headers();
        return switch (request.connection().protocol()) {
            case "HTTP/1.1" -> checkHttp1(request, true);
            case "HTTP/1.0" ->
                headers.contains("Transfer-Encoding")
                        ? bad("Transfer-Encoding in HTTP/1.0")
                        : checkHttp1(request, false);
            case "HTTP/2.0", "HTTP/2" -> checkHttp2(request);
            default -> bad("protocol " + Printable.of(request.connection().protocol()));
        };
    }

    private static @Nullable GatewayException checkHttp1(Request request, boolean hostRequired) {
        String framing = framingProblem(request.headers());
        return framing == null ? checkHost(request, hostRequired) : bad(framing);
    }

    /** RFC 9113 §8.2.2: fields that concern a connection make a request malformed. */
    private static @Nullable GatewayException checkHttp2(Request request) {
        Headers headers = request.headers();
        for (int i = 0; i < headers.size(); i++) {
            String name = headers.name(i);
            boolean proxies = name.regionMatches(true, 0, "Proxy-Auth", 0, 10);
            boolean trailers = name.length() == 2 && headers.value(i).equalsIgnoreCase("trailers");
            if (HopByHop.isOne(name) && !proxies && !trailers) {
                return bad(name + " in HTTP/2");
            }
        }
        return checkHttp1(request, false);
    }

    /** What is wrong with the fields that say where the content ends (RFC 9112 §6), or null. */
    static @Nullable String framingProblem(Headers headers) {
        int codings = count(headers, "Transfer-Encoding");
        int lengths = count(headers, "Content-Length");
        if (codings > 0 && lengths > 0) {
            return "both Content-Length and Transfer-Encoding";
        }
        if (codings > 1 || (codings == 1 && !"chunked".equalsIgnoreCase(headers.get("Transfer-Encoding")))) {
            return "a Transfer-Encoding other than chunked";
        }
        if (lengths > 1) {
            return "more than one Content-Length";
        }
        String length = headers.get("Content-Length");
        return length == null || isLength(length) ? null : "a Content-Length that is no number";
    }

    private static int count(Headers headers, String name) {
        int count = 0;
        for (int i = 0; i < headers.size(); i++) {
            if (FieldSyntax.sameName(headers.name(i), name)) {
                count++;
            }
        }
        return count;
    }

    private static boolean isLength(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return !text.isEmpty() && text.length() <= MOST_LENGTH_DIGITS;
    }

    private static @Nullable GatewayException checkHost(Request request, boolean required) {
        String authority = request.authority();
        if (request.connection().equals(Connection.IN_PROCESS)) {
            return authority.isEmpty() || Authority.isValid(authority) ? null : bad("not an authority");
        }
        int hosts = count(request.headers(), "Host");
        if (hosts == 0 && authority.isEmpty() && request.connection().protocol().equals("HTTP/1.0")) {
            return null;
        }
        if (hosts > 1 || (hosts == 0 && required)) {
            return bad(hosts + " Host fields");
        }
        if (!Authority.isValid(authority)) {
            return bad("not an authority: \"" + Printable.of(authority) + '"');
        }
        RequestTarget target = request.target();
        String scheme = target.scheme() == null ? request.connection().scheme() : target.scheme();
        boolean same = isSame(request.headers().get("Host"), authority, scheme)
                && isSame(target.authority(), authority, scheme);
        return same ? null : bad("the Host field names another host than the request does");
    }

    private static boolean isSame(@Nullable String host, String authority, @Nullable String scheme) {
        return host == null || (Authority.isValid(host) && Authority.same(host, authority, scheme));
    }

    private static GatewayException bad(String message) {
        return new GatewayException(Kind.BAD_REQUEST, message);
    }
}
