package dev.gatehouse.jetty;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.HTTP2Stream;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/** An HTTP/2 client in clear text that shows frames. */
final class Http2Peer implements AutoCloseable {

    private final HTTP2Client client = new HTTP2Client();
    private final Session session;

    Http2Peer(int port) throws Exception {
        client.start();
        session = client.connect(new InetSocketAddress("localhost", port), new Session.Listener() {})
                .get(5, TimeUnit.SECONDS);
    }

    /** What came on one stream, in order: {@code 200}, data as text, {@code end}, {@code reset 8}, {@code trailer a=b}. */
    Exchange send(String method, String authority, String path, HttpFields fields, boolean end) throws Exception {
        MetaData.Request request =
                new MetaData.Request(method, HttpURI.from("http://" + authority + path), HttpVersion.HTTP_2, fields);
        Exchange exchange = new Exchange();
        exchange.stream = session.newStream(new HeadersFrame(request, null, end), exchange)
                .get(5, TimeUnit.SECONDS);
        return exchange;
    }

    Exchange get(String path) throws Exception {
        return send("GET", "ex.org:81", path, HttpFields.EMPTY, true);
    }

    /** Headers and content in one go, so that both are there when the server handles the request. */
    void sendAtOnce(String path, String content) throws Exception {
        MetaData.Request request =
                new MetaData.Request("POST", HttpURI.from("http://a" + path), HttpVersion.HTTP_2, HttpFields.EMPTY);
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.ISO_8859_1));
        HeadersFrame headers = new HeadersFrame(request, null, false);
        Promise.Completable<Stream> promise = new Promise.Completable<>();
        ((HTTP2Session) session)
                .newStream(
                        new HTTP2Stream.FrameList(headers, new DataFrame(bytes, true), null), promise, new Exchange());
        promise.get(5, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception failure) {
            throw new IllegalStateException(failure);
        }
    }

    static final class Exchange implements Stream.Listener {

        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private volatile Stream stream;
        private volatile HttpFields fields = HttpFields.EMPTY;

        String next() throws InterruptedException {
            String event = events.poll(5, TimeUnit.SECONDS);
            return event == null ? "nothing came" : event;
        }

        HttpFields fields() {
            return fields;
        }

        Exchange data(String text, boolean last) throws Exception {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            stream.data(new DataFrame(stream.getId(), bytes, last)).get(5, TimeUnit.SECONDS);
            return this;
        }

        Exchange trailers(HttpFields trailers) throws Exception {
            stream.headers(new HeadersFrame(stream.getId(), new MetaData(HttpVersion.HTTP_2, trailers), null, true))
                    .get(5, TimeUnit.SECONDS);
            return this;
        }

        void reset() {
            stream.reset(new ResetFrame(stream.getId(), 8), Callback.NOOP);
        }

        @Override
        public void onHeaders(Stream from, HeadersFrame frame) {
            if (frame.getMetaData() instanceof MetaData.Response response) {
                fields = response.getHttpFields();
                events.add(Integer.toString(response.getStatus()));
            } else {
                frame.getMetaData()
                        .getHttpFields()
                        .forEach(field -> events.add("trailer " + field.getName() + '=' + field.getValue()));
            }
            if (frame.isEndStream()) {
                events.add("end");
            } else {
                from.demand();
            }
        }

        @Override
        public void onDataAvailable(Stream from) {
            Stream.Data data = from.readData();
            if (data == null) {
                from.demand();
                return;
            }
            ByteBuffer bytes = data.frame().getByteBuffer();
            if (bytes.hasRemaining()) {
                events.add(StandardCharsets.ISO_8859_1.decode(bytes).toString());
            }
            boolean last = data.frame().isEndStream();
            data.release();
            if (last) {
                events.add("end");
            } else {
                from.demand();
            }
        }

        @Override
        public void onReset(Stream from, ResetFrame frame, Callback callback) {
            events.add("reset " + frame.getError());
            callback.succeeded();
        }
    }
}
