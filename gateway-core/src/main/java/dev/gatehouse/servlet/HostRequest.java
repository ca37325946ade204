package dev.gatehouse.servlet;

import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.host.HostFields;
import dev.gatehouse.internal.host.HostInput;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UnsupportedEncodingException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A request as the filters left it, for the host's own code. Where they changed nothing that a question is about, the
 * container answers it.
 */
final class HostRequest extends AbortableRequest {

    private final HostRun run;
    private final HttpServletRequest real;
    private final Request received;
    private final Request changed;
    private final Headers headers;
    private final boolean otherBody;

    private @Nullable ServletInputStream stream;
    private @Nullable BufferedReader reader;
    private @Nullable Map<String, String[]> parameters;
    private @Nullable String charset;
    private @Nullable AsyncContext async;

    HostRequest(HostRun run, HttpServletRequest real, Request received, Request changed) {
        super(real);
        this.run = run;
        this.real = real;
        this.received = received;
        this.changed = changed;
        this.headers = HostFields.of(received, changed);
        this.otherBody = !run.isUnread(changed.body());
    }

    private boolean isSame(String name) {
        return headers.all(name).equals(received.headers().all(name));
    }

    @Override
    public String getMethod() {
        super.getMethod();
        return changed.method();
    }

    @Override
    public @Nullable String getQueryString() {
        return changed.target().rawQuery();
    }

    @Override
    public String getServerName() {
        return hasAuthority() ? Fields.host(changed.authority()) : super.getServerName();
    }

    @Override
    public int getServerPort() {
        return hasAuthority() ? Fields.port(changed.authority(), isSecure()) : super.getServerPort();
    }

    /** Whether the filters named another authority; else the container has its own ways to know it. */
    private boolean hasAuthority() {
        return !changed.authority().equals(received.authority());
    }

    @Override
    public StringBuffer getRequestURL() {
        StringBuffer url = new StringBuffer(getScheme()).append("://").append(getServerName());
        int port = getServerPort();
        if (port > 0 && port != (isSecure() ? 443 : 80)) {
            url.append(':').append(port);
        }
        return url.append(getRequestURI());
    }

    @Override
    public @Nullable String getHeader(String name) {
        return headers.get(name);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(headers.all(name));
    }

    @Override
    public Enumeration<String> getHeaderNames() {
        TreeSet<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        List<String> names = new ArrayList<>();
        for (Headers.Field field : headers) {
            if (known.add(field.name())) {
                names.add(field.name());
            }
        }
        return Collections.enumeration(names);
    }

    @Override
    public int getIntHeader(String name) {
        String value = getHeader(name);
        return value == null ? -1 : Integer.parseInt(value);
    }

    @Override
    public long getDateHeader(String name) {
        return isSame(name) ? super.getDateHeader(name) : Fields.date(getHeader(name));
    }

    @Override
    public Cookie @Nullable [] getCookies() {
        return isSame("Cookie") ? super.getCookies() : Fields.cookies(headers.all("Cookie"));
    }

    @Override
    public Locale getLocale() {
        return getLocales().nextElement();
    }

    @Override
    public Enumeration<Locale> getLocales() {
        return isSame("Accept-Language")
                ? super.getLocales()
                : Collections.enumeration(Fields.languages(headers.all("Accept-Language")));
    }

    @Override
    public @Nullable String getContentType() {
        return headers.get("Content-Type");
    }

    @Override
    public @Nullable String getCharacterEncoding() {
        if (charset != null || isSame("Content-Type")) {
            return charset == null ? super.getCharacterEncoding() : charset;
        }
        return Fields.charset(getContentType());
    }

    @Override
    public void setCharacterEncoding(String encoding) throws UnsupportedEncodingException {
        super.setCharacterEncoding(encoding);
        charset = encoding;
    }

    @Override
    public int getContentLength() {
        long length = getContentLengthLong();
        return length > Integer.MAX_VALUE ? -1 : (int) length;
    }

    @Override
    public long getContentLengthLong() {
        // No content and no statement about it are two things to the host's code; the container knows which it was.
        long length = changed.body().length();
        return length == received.body().length() ? super.getContentLengthLong() : length;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        if (!otherBody) {
            return super.getInputStream();
        }
        if (reader != null) {
            throw new IllegalStateException("getReader() was called");
        }
        return stream();
    }

    @Override
    public BufferedReader getReader() throws IOException {
        if (!otherBody) {
            return super.getReader();
        }
        BufferedReader ours = reader;
        if (ours == null) {
            if (stream != null) {
                throw new IllegalStateException("getInputStream() was called");
            }
            String encoding = getCharacterEncoding();
            ours = new BufferedReader(new InputStreamReader(stream(), encoding == null ? "ISO-8859-1" : encoding));
            reader = ours;
        }
        return ours;
    }

    private ServletInputStream stream() {
        ServletInputStream ours = stream;
        if (ours == null) {
            ours = new HostServletInput(new HostInput(run.thread(), changed.body()), run);
            stream = ours;
        }
        return ours;
    }

    @Override
    public Collection<Part> getParts() throws IOException, ServletException {
        requireOwnBody();
        return super.getParts();
    }

    @Override
    public @Nullable Part getPart(String name) throws IOException, ServletException {
        requireOwnBody();
        return super.getPart(name);
    }

    private void requireOwnBody() {
        if (otherBody) {
            throw new IllegalStateException("a filter of the gateway has read or replaced the content;"
                    + " the container's parts would be those of another");
        }
    }

    @Override
    public Map<String, String[]> getParameterMap() {
        String query = changed.target().rawQuery();
        boolean same = !otherBody
                && (query == null
                        ? received.target().rawQuery() == null
                        : query.equals(received.target().rawQuery()));
        if (same) {
            return super.getParameterMap();
        }
        Map<String, String[]> known = parameters;
        if (known == null) {
            known = readParameters(query);
            parameters = known;
        }
        return known;
    }

    private Map<String, String[]> readParameters(@Nullable String query) {
        Parameters read = new Parameters();
        read.add(query, "UTF-8");
        boolean form =
                getMethod().equals("POST") && Fields.isForm(getContentType()) && reader == null && stream == null;
        if (form) {
            String encoding = getCharacterEncoding();
            try {
                read.addForm(getInputStream(), encoding == null ? "UTF-8" : encoding);
            } catch (IOException failure) {
                throw new IllegalStateException("the form could not be read", failure);
            }
        }
        return read.map();
    }

    @Override
    public @Nullable String getParameter(String name) {
        String[] values = getParameterMap().get(name);
        return values == null || values.length == 0 ? null : values[0];
    }

    @Override
    public String @Nullable [] getParameterValues(String name) {
        return getParameterMap().get(name);
    }

    @Override
    public Enumeration<String> getParameterNames() {
        return Collections.enumeration(getParameterMap().keySet());
    }

    /** With this request and response: with the container's own, the gateway would not see what is answered. */
    @Override
    public AsyncContext startAsync() {
        return remember(real.startAsync(this, run.answer()));
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
        return remember(real.startAsync(request, response));
    }

    private AsyncContext remember(AsyncContext started) {
        AsyncContext ours = run.started(started);
        async = ours;
        return ours;
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext ours = async;
        return ours == null ? super.getAsyncContext() : ours;
    }
}
