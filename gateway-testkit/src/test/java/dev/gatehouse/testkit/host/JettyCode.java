package dev.gatehouse.testkit.host;

import dev.gatehouse.testkit.HostCode;
import java.io.InputStream;
import java.io.OutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The contract's code as a handler of Jetty's. */
final class JettyCode extends Handler.Abstract {

    private final HostCode code;

    JettyCode(HostCode code) {
        this.code = code;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        code.run(new Call(request, response));
        callback.succeeded();
        return true;
    }

    private record Call(Request request, Response response) implements HostCode.Call {

        @Override
        public String method() {
            return request.getMethod();
        }

        @Override
        public String target() {
            return request.getHttpURI().getPathQuery();
        }

        @Override
        public String header(String name) {
            return request.getHeaders().get(name);
        }

        @Override
        public InputStream content() {
            return Content.Source.asInputStream(request);
        }

        @Override
        public void head(int status, String name, String value) {
            response.setStatus(status);
            response.getHeaders().put(name, value);
        }

        @Override
        public OutputStream answer(long length) {
            if (length >= 0) {
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, length);
            }
            return Content.Sink.asOutputStream(response);
        }
    }
}
