package dev.gatehouse.testkit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests of HTTP/1.1 by the grammar, and forgives nothing: what every parser must read in the same way.
 *
 * <p>Stricter than RFC 9112 where it leaves senders a choice that receivers have got wrong: one Content-Length of at most
 * 18 digits; {@code chunked} and no other coding; no chunk extensions; exactly one valid Host. Wider than RFC 3986 in one
 * thing: a target may have visible characters that belong in no URI (such as <code>|</code>), since browsers send them.
 *
 * <p>Text stands for bytes, one character each (ISO 8859-1). Stateless and safe for use by several threads.
 */
public final class StrictHttp {

    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern REQUEST_LINE =
            Pattern.compile("(" + TOKEN + ") ((?:/|http://[^/?#@ ]+(?=[/? ])|\\*(?= ))[!-~&&[^#]]*) HTTP/1\\.1");
    private static final Pattern BAD_ENCODING = Pattern.compile("^[^?]*%(?![0-9A-Fa-f]{2})");
    private static final Pattern FIELD = Pattern.compile(
            "(" + TOKEN + "):[ \t]*((?:[!-~\u0080-\u00ff](?:[ \t!-~\u0080-\u00ff]*[!-~\u0080-\u00ff])?)?)[ \t]*");
    private static final Pattern HOST =
            Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~!$&'()*+;=-]+)(?::[0-9]{0,5})?");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
    private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9A-Fa-f]{1,7}");
    private static final int LONGEST_LINE = 1 << 20;

    private StrictHttp() {}

    /** Where bytes come from, one at a time. */
    @FunctionalInterface
    public interface Source {

        /**
         * The next byte.
         *
         * @return 0 to 255
         * @throws IOException if there is none
         */
        int next() throws IOException;
    }

    /**
     * A field line.
     *
     * @param name its name, as it came
     * @param value its value, without blanks around it
     */
    public record Field(String name, String value) {}

    /**
     * A whole request.
     *
     * @param method the method
     * @param target the target, as it came
     * @param fields the header section, in order
     * @param content the content, without the chunked coding
     * @param trailers the trailer section
     */
    public record Message(String method, String target, List<Field> fields, String content, List<Field> trailers) {

        /**
         * The value of a header field that occurs at most once.
         *
         * @param name its name, in any case
         * @return the value, or null if there is no such field
         * @throws MalformedMessageException if there are two
         */
        public @Nullable String field(String name) throws MalformedMessageException {
            return only(fields, name);
        }
    }

    /** What was read is not in the grammar. */
    public static final class MalformedMessageException extends IOException {

        private static final long serialVersionUID = 1;

        MalformedMessageException(String message) {
            super(message);
        }
    }

    /**
     * Reads one request, and nothing behind it.
     *
     * @param source where the bytes come from
     * @return the request
     * @throws MalformedMessageException if it is not in the grammar
     * @throws IOException if the source ends first
     */
    public static Message readRequest(Source source) throws IOException {
        String line = line(source);
        Matcher parts = REQUEST_LINE.matcher(line);
        if (!parts.matches()) {
            throw malformed("request line", line);
        }
        String target = parts.group(2);
        if (BAD_ENCODING.matcher(target).find()) {
            throw malformed("percent-encoding", line);
        }
        List<Field> fields = fields(source);
        String host = only(fields, "Host");
        if (host == null || !HOST.matcher(host).matches()) {
            throw malformed("Host", String.valueOf(host));
        }
        String length = only(fields, "Content-Length");
        String coding = only(fields, "Transfer-Encoding");
        if (coding == null) {
            return new Message(parts.group(1), target, fields, content(source, length), List.of());
        }
        if (length != null || !coding.toLowerCase(Locale.ROOT).equals("chunked")) {
            throw malformed("framing", coding + ", length " + length);
        }
        String content = chunks(source);
        return new Message(parts.group(1), target, fields, content, fields(source));
    }

    private static String content(Source source, @Nullable String length) throws IOException {
        if (length == null) {
            return "";
        }
        if (!LENGTH.matcher(length).matches()) {
            throw malformed("Content-Length", length);
        }
        return read(source, Long.parseLong(length));
    }

    private static String chunks(Source source) throws IOException {
        StringBuilder content = new StringBuilder();
        while (true) {
            String size = line(source);
            if (!CHUNK_SIZE.matcher(size).matches()) {
                throw malformed("chunk size", size);
            }
            int count = Integer.parseInt(size, 16);
            if (count == 0) {
                return content.toString();
            }
            content.append(read(source, count));
            String end = line(source);
            if (!end.isEmpty()) {
                throw malformed("end of a chunk", end);
            }
        }
    }

    private static List<Field> fields(Source source) throws IOException {
        List<Field> fields = new ArrayList<>();
        for (String line = line(source); !line.isEmpty(); line = line(source)) {
            Matcher parts = FIELD.matcher(line);
            if (!parts.matches()) {
                throw malformed("field line", line);
            }
            fields.add(new Field(parts.group(1), parts.group(2)));
        }
        return List.copyOf(fields);
    }

    private static @Nullable String only(List<Field> fields, String name) throws MalformedMessageException {
        String value = null;
        for (Field field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                if (value != null) {
                    throw malformed("fields", "two of the name " + name);
                }
                value = field.value();
            }
        }
        return value;
    }

    /** A line without its end, which is CR LF and nothing else. */
    private static String line(Source source) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = source.next(); next != '\r'; next = source.next()) {
            if (next == '\n' || line.length() == LONGEST_LINE) {
                throw malformed(next == '\n' ? "line end" : "length of a line", line.toString());
            }
            line.append((char) next);
        }
        if (source.next() != '\n') {
            throw malformed("line end", line.toString());
        }
        return line.toString();
    }

    private static String read(Source source, long count) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < count) {
            text.append((char) source.next());
        }
        return text.toString();
    }

    private static MalformedMessageException malformed(String what, String text) {
        return new MalformedMessageException("not in the grammar: " + what + ", in \"" + printable(text) + '"');
    }

    private static String printable(String text) {
        StringBuilder shown = new StringBuilder();
        for (char c : text.substring(0, Math.min(text.length(), 200)).toCharArray()) {
            shown.append(c < ' ' || c > '~' ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return shown.toString();
    }
}
