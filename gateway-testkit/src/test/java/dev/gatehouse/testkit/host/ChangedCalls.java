package dev.gatehouse.testkit.host;

import dev.gatehouse.testkit.HostCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** What a broken host shows its own code. */
final class ChangedCalls {

    private ChangedCalls() {}

    /** A call like another one. */
    static class Passing implements HostCode.Call {

        private final HostCode.Call call;

        Passing(HostCode.Call call) {
            this.call = call;
        }

        @Override
        public String method() {
            return call.method();
        }

        @Override
        public String target() {
            return call.target();
        }

        @Override
        public String header(String name) {
            return call.header(name);
        }

        @Override
        public InputStream content() throws IOException {
            return call.content();
        }

        @Override
        public void head(int status, String name, String value) {
            call.head(status, name, value);
        }

        @Override
        public OutputStream answer(long length) throws IOException {
            return call.answer(length);
        }
    }

    /** A call whose answer waits for its end. */
    static final class Collecting extends Passing {

        Collecting(HostCode.Call call) {
            super(call);
        }

        @Override
        public OutputStream answer(long length) {
            return new ByteArrayOutputStream() {
                @Override
                public void close() throws IOException {
                    try (OutputStream out = Collecting.super.answer(length)) {
                        writeTo(out);
                    }
                }
            };
        }
    }

    /** A call whose answer can be ended by somebody else than the code. */
    static final class Remembering extends Passing {

        private OutputStream out;

        Remembering(HostCode.Call call) {
            super(call);
        }

        @Override
        public OutputStream answer(long length) throws IOException {
            out = super.answer(length);
            return out;
        }

        void end() throws IOException {
            OutputStream begun = out == null ? answer(0) : out;
            begun.close();
        }
    }
}
