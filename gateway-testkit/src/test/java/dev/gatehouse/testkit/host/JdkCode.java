package dev.gatehouse.testkit.host;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.gatehouse.testkit.HostCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The contract's code as a handler of the JDK's server. */
final class JdkCode implements HttpHandler {

    private final HostCode code;

    JdkCode(HostCode code) {
        this.code = code;
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        code.run(new Call(exchange));
        exchange.close();
    }

    private static final class Call implements HostCode.Call {

        private final HttpExchange exchange;
        private int status = 200;

        Call(HttpExchange exchange) {
            this.exchange = exchange;
        }

        @Override
        public String method() {
            return exchange.getRequestMethod();
        }

        @Override
        public String target() {
            return exchange.getRequestURI().toString();
        }

        @Override
        public String header(String name) {
            return exchange.getRequestHeaders().getFirst(name);
        }

        @Override
        public InputStream content() {
            return exchange.getRequestBody();
        }

        @Override
        public void head(int code, String name, String value) {
            status = code;
            exchange.getResponseHeaders().set(name, value);
        }

        @Override
        public OutputStream answer(long length) throws IOException {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(status, -1);
                return OutputStream.nullOutputStream();
            }
            exchange.sendResponseHeaders(status, length < 0 ? 0 : length == 0 ? -1 : length);
            return exchange.getResponseBody();
        }
    }
}
