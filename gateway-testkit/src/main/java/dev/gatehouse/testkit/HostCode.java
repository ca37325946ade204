package dev.gatehouse.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Code of a host's own, as {@link HostContract} has it run behind the gateway. An adapter for a server turns its own
 * request and response into a {@link Call}, and does nothing else.
 */
@FunctionalInterface
public interface HostCode {

    /**
     * Answers a request.
     *
     * @param call the request, and the way to answer
     * @throws IOException if the client is gone, or the code fails
     */
    void run(Call call) throws IOException;

    /** One request of a server, and its response. */
    interface Call {

        /**
         * The method.
         *
         * @return as the server's own code sees it
         */
        String method();

        /**
         * The path and query, without a context path.
         *
         * @return as the server's own code sees them
         */
        String target();

        /**
         * A request header.
         *
         * @param name the name
         * @return its first value, or null
         */
        @Nullable
        String header(String name);

        /**
         * The content of the request.
         *
         * @return the server's own stream
         * @throws IOException if there is none
         */
        InputStream content() throws IOException;

        /**
         * Sets the status and a header, before {@link #answer}.
         *
         * @param status the status
         * @param name a header name
         * @param value its value
         */
        void head(int status, String name, String value);

        /**
         * Begins the content of the response.
         *
         * @param length how many bytes will be written, or -1 if that is not known
         * @return the server's own stream; a flush sends what was written on its way
         * @throws IOException if the client is gone
         */
        OutputStream answer(long length) throws IOException;
    }
}
