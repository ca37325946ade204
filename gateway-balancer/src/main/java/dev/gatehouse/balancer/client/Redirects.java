package dev.gatehouse.balancer.client;

import dev.gatehouse.balancer.Endpoint;
import java.net.URI;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.ResponseInfo;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a redirect asks for (RFC 9110 §15.4), in terms of names instead of addresses. */
final class Redirects {

    private static final Set<Integer> STATUSES = Set.of(301, 302, 303, 307, 308);
    private static final Set<String> CREDENTIALS = Set.of("authorization", "proxy-authorization", "cookie");

    private Redirects() {}

    /**
     * The next request.
     *
     * @param request what was answered, by name
     * @param endpoint who answered, or null if the request went where it says
     * @return null if the answer is the last one
     */
    static @Nullable HttpRequest next(
            HttpRequest request, @Nullable Endpoint endpoint, ResponseInfo answer, Redirect policy) {
        Optional<String> location = answer.headers().firstValue("Location");
        if (policy == Redirect.NEVER || !STATUSES.contains(answer.statusCode()) || location.isEmpty()) {
            return null;
        }
        URI target = target(request.uri(), endpoint, location.get());
        if (target == null || !isAllowed(request.uri(), target, policy)) {
            return null;
        }
        String method = method(request.method(), answer.statusCode());
        boolean sameMethod = method.equals(request.method());
        Optional<BodyPublisher> content = sameMethod ? request.bodyPublisher() : Optional.empty();
        if (content.isPresent() && content.get().contentLength() < 0) {
            return null;
        }
        boolean sameOrigin = origin(request.uri()).equals(origin(target));
        return HttpRequest.newBuilder(request, (name, value) -> isKept(name, sameMethod, sameOrigin))
                .uri(target)
                .method(method, content.orElseGet(BodyPublishers::noBody))
                .build();
    }

    private static @Nullable URI target(URI from, @Nullable Endpoint endpoint, String location) {
        try {
            URI target = from.resolve(location);
            if (target.getHost() == null) {
                return null;
            }
            boolean itself = endpoint != null && origin(endpoint.uri()).equals(origin(target));
            return itself
                    ? URI.create(from.getScheme() + "://" + from.getRawAuthority() + pathAndQuery(target))
                    : target;
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** What comes after the authority of a URI; a slash at least. */
    static String pathAndQuery(URI uri) {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + '?' + uri.getRawQuery();
    }

    private static boolean isAllowed(URI from, URI target, Redirect policy) {
        boolean secure = "https".equalsIgnoreCase(target.getScheme());
        boolean clear = "http".equalsIgnoreCase(target.getScheme());
        return secure || (clear && (policy == Redirect.ALWAYS || !"https".equalsIgnoreCase(from.getScheme())));
    }

    private static String method(String method, int status) {
        boolean get = (status == 303 && !method.equals("HEAD")) || (status < 303 && method.equals("POST"));
        return get ? "GET" : method;
    }

    private static boolean isKept(String name, boolean sameMethod, boolean sameOrigin) {
        String lower = name.toLowerCase(Locale.ROOT);
        return (sameMethod || !lower.startsWith("content-")) && (sameOrigin || !CREDENTIALS.contains(lower));
    }

    private static String origin(URI uri) {
        boolean secure = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : secure ? 443 : 80;
        return (secure ? "https" : "http") + ' ' + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ' ' + port;
    }
}
