package dev.gatehouse;

import dev.gatehouse.http.Request;
import dev.gatehouse.internal.syntax.FieldSyntax;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The hash keys that come with the gateway, as values that say what they are. */
final class HashKeys {

    private HashKeys() {}

    private static void check(String kind, String name) {
        if (!FieldSyntax.isToken(name)) {
            throw new IllegalArgumentException("hash key " + kind + ": " + name + " (expected: a token of RFC 9110)");
        }
    }

    enum ClientIp implements HashKey {
        ADDRESS;

        @Override
        public @Nullable String of(Request request, Exchange exchange) {
            return exchange.client().address();
        }

        @Override
        public String toString() {
            return "the client's address";
        }
    }

    record Header(String name) implements HashKey {

        Header {
            check("header", name);
        }

        @Override
        public @Nullable String of(Request request, Exchange exchange) {
            return request.headers().get(name);
        }

        @Override
        public String toString() {
            return "header " + name;
        }
    }

    record Cookie(String name) implements HashKey {

        Cookie {
            check("cookie", name);
        }

        @Override
        public @Nullable String of(Request request, Exchange exchange) {
            List<String> values = Cookies.values(request.headers(), name);
            return values.isEmpty() ? null : values.get(0);
        }

        @Override
        public String toString() {
            return "cookie " + name;
        }
    }

    record PathVariable(String name) implements HashKey {
        @Override
        public @Nullable String of(Request request, Exchange exchange) {
            return exchange.pathVariables().get(name);
        }

        @Override
        public String toString() {
            return "path variable " + name;
        }
    }
}
