package dev.gatehouse.servlet;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Response;
import dev.gatehouse.internal.host.ResponseFraming;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Puts the header section of a response of the gateway's into a response of the container's. */
final class ResponseHead {

    private ResponseHead() {}

    /**
     * Sets status, headers, length and trailers. Headers that other servlet filters have set before stay, unless the
     * response has them too.
     */
    static void apply(HttpServletRequest request, HttpServletResponse to, Response answer, ResponseFraming framing) {
        to.setStatus(answer.status());
        boolean http2 = Requests.isHttp2(request);
        addFields(
                to,
                answer.headers(),
                name -> ResponseFraming.isFraming(name) || (http2 && name.equalsIgnoreCase("Connection")));
        if (ResponseFraming.endsConnection(answer) && !http2) {
            to.setHeader("Connection", "close");
        }
        if (framing.length() >= 0) {
            to.setContentLengthLong(framing.length());
        } else if (framing.content() && !request.getProtocol().equals("HTTP/1.0")) {
            to.setTrailerFields(() -> trailers(answer));
        }
    }

    /** Sets each name to all of its values, in place of those that it had. */
    static void addFields(HttpServletResponse to, Headers fields, Predicate<String> except) {
        Set<String> seen = new HashSet<>();
        for (Headers.Field field : fields) {
            String name = field.name();
            if (except.test(name)) {
                continue;
            }
            if (seen.add(name.toLowerCase(Locale.ROOT))) {
                to.setHeader(name, field.value());
            } else {
                to.addHeader(name, field.value());
            }
        }
    }

    private static Map<String, String> trailers(Response answer) {
        Map<String, String> trailers = new LinkedHashMap<>();
        for (Headers.Field field : answer.body().trailers()) {
            trailers.merge(field.name(), field.value(), (first, more) -> first + ", " + more);
        }
        return trailers;
    }

    /** The headers of a response that is not committed. */
    static Headers read(HttpServletResponse response) {
        Set<String> names = new LinkedHashSet<>();
        Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        response.getHeaderNames().forEach(name -> {
            if (known.add(name)) {
                names.add(name);
            }
        });
        Headers.Builder headers = Headers.builder(names.size() + 2);
        for (String name : names) {
            response.getHeaders(name).forEach(value -> headers.addParsed(name, value));
        }
        // Some containers keep the type apart from the headers until the commit.
        String type = response.getContentType();
        if (type != null && !known.contains("Content-Type")) {
            headers.addParsed("Content-Type", type);
        }
        return headers.build();
    }
}
