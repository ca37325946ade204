package dev.gatehouse.testkit.host;

import dev.gatehouse.testkit.HostCode;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** The contract's code as a servlet. */
final class ServletCode extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient HostCode code;

    ServletCode(HostCode code) {
        this.code = code;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        code.run(new Call(request, response));
    }

    private record Call(HttpServletRequest request, HttpServletResponse response) implements HostCode.Call {

        @Override
        public String method() {
            return request.getMethod();
        }

        @Override
        public String target() {
            String path =
                    request.getRequestURI().substring(request.getContextPath().length());
            return request.getQueryString() == null ? path : path + '?' + request.getQueryString();
        }

        @Override
        public String header(String name) {
            return request.getHeader(name);
        }

        @Override
        public InputStream content() throws IOException {
            return request.getInputStream();
        }

        @Override
        public void head(int status, String name, String value) {
            response.setStatus(status);
            response.setHeader(name, value);
        }

        @Override
        public OutputStream answer(long length) throws IOException {
            if (length >= 0) {
                response.setContentLengthLong(length);
            }
            return response.getOutputStream();
        }
    }
}
