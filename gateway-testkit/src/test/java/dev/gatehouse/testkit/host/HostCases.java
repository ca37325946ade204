package dev.gatehouse.testkit.host;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * What is sent to every host for the table of hosts. A path begins with {@code @}, which stands for a context path. After a
 * message that ends with {@code $}, which is not sent, the client ends its side of the connection.
 */
final class HostCases {

    private static final String HOST = "Host: example.org\r\n";

    private HostCases() {}

    /** The cases by their titles, in the order of the table. */
    static Map<String, String> all() {
        Map<String, String> cases = new LinkedHashMap<>();
        requestLines(cases);
        targets(cases);
        fields(cases);
        framing(cases);
        return cases;
    }

    private static void requestLines(Map<String, String> cases) {
        cases.put("method in lower case", "get @/x HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("`CONNECT example.org:443`", "CONNECT example.org:443 HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("`TRACE`", "TRACE @/x HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("`OPTIONS *`", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("version `HTTP/1.2`", "GET @/x HTTP/1.2\r\n" + HOST + "\r\n");
        cases.put("version `HTTP/2.0` in an HTTP/1 message", "GET @/x HTTP/2.0\r\n" + HOST + "\r\n");
        cases.put("a fourth word", "GET @/x HTTP/1.1 x\r\n" + HOST + "\r\n");
        cases.put("a fourth word that is the version again", "GET @/x HTTP/1.1 HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("a tab after the target", "GET @/x\t HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("two spaces before the target", "GET  @/x HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("an empty line before the request", "\r\nGET @/x HTTP/1.1\r\n" + HOST + "\r\n");
    }

    private static void targets(Map<String, String> cases) {
        cases.put("absolute form", "GET http://example.org@/x HTTP/1.1\r\n" + HOST + "\r\n");
        cases.put("absolute form that disagrees with `Host`", "GET http://other.org@/x HTTP/1.1\r\n" + HOST + "\r\n");
        target(cases, "`//`", "/a//b");
        target(cases, "`/../`", "/a/../b");
        target(cases, "`/%2e%2e/`", "/a/%2e%2e/b");
        target(cases, "`%2F`", "/a%2Fb");
        target(cases, "`%5C`", "/a%5Cb");
        target(cases, "a backslash", "/a\\b");
        target(cases, "`;`", "/a;b");
        target(cases, "`%00`", "/a%00b");
        target(cases, "`%zz`", "/a%zz");
        target(cases, "`%252e`", "/%252e%252e/a");
        target(cases, "invalid UTF-8 `%ff`", "/a%ff");
        target(cases, "a raw byte 0xE9", "/a\u00e9");
        target(cases, "`#`", "/a#b");
        target(cases, "`|` in the query", "/a?b=|");
        target(cases, "`%zz` in the query", "/a?b=%zz");
    }

    private static void target(Map<String, String> cases, String title, String path) {
        cases.put(title, "GET @" + path + " HTTP/1.1\r\n" + HOST + "\r\n");
    }

    private static void fields(Map<String, String> cases) {
        cases.put("no `Host`", "GET @/x HTTP/1.1\r\n\r\n");
        cases.put("two `Host` fields", "GET @/x HTTP/1.1\r\n" + HOST + "Host: other.org\r\n\r\n");
        field(cases, "a space before the colon", "A : b");
        field(cases, "a folded line", "A: b\r\n c");
        field(cases, "a line without a colon", "A");
        field(cases, "a name with a space", "A b: c");
        field(cases, "a byte 0x00 in a value", "A: b\0c");
        field(cases, "a byte 0x01 in a value", "A: b\u0001c");
        field(cases, "a bare CR in a value", "A: b\rc");
        cases.put("lines that end with a bare LF", "GET @/x HTTP/1.1\n" + HOST.trim() + "\n\n$");
    }

    private static void field(Map<String, String> cases, String title, String line) {
        cases.put(title, "GET @/x HTTP/1.1\r\n" + HOST + line + "\r\n\r\n");
    }

    private static void framing(Map<String, String> cases) {
        UnaryOperator<String> post = rest -> "POST @/x HTTP/1.1\r\n" + HOST + rest;
        String chunked = "Transfer-Encoding: chunked\r\n";
        cases.put("two different lengths", post.apply("Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"));
        cases.put("two equal lengths", post.apply("Content-Length: 1\r\nContent-Length: 1\r\n\r\na"));
        cases.put("length `1, 1`", post.apply("Content-Length: 1, 1\r\n\r\na"));
        cases.put("length `+1`", post.apply("Content-Length: +1\r\n\r\na"));
        cases.put("length `-1`", post.apply("Content-Length: -1\r\n\r\na"));
        cases.put("length `0x1`", post.apply("Content-Length: 0x1\r\n\r\na"));
        cases.put("length of 20 digits", post.apply("Content-Length: 99999999999999999999\r\n\r\na"));
        cases.put("length and chunks", post.apply("Content-Length: 5\r\n" + chunked + "\r\n0\r\n\r\n"));
        cases.put("coding `gzip, chunked`", post.apply("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"));
        cases.put("coding `chunked, chunked`", post.apply("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"));
        cases.put("coding `xchunked`", post.apply("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"));
        cases.put("two `Transfer-Encoding` fields", post.apply(chunked + chunked + "\r\n0\r\n\r\n"));
        cases.put("chunks in HTTP/1.0", "POST @/x HTTP/1.0\r\n" + HOST + chunked + "\r\n0\r\n\r\n");
        cases.put("chunk size `z`", post.apply(chunked + "\r\nz\r\n\r\n"));
        cases.put("chunk size `1 `", post.apply(chunked + "\r\n1 \r\na\r\n0\r\n\r\n"));
        cases.put("chunk size `0x1`", post.apply(chunked + "\r\n0x1\r\na\r\n0\r\n\r\n"));
        cases.put("chunk size `100000001`", post.apply(chunked + "\r\n100000001\r\na\r\n0\r\n\r\n$"));
        cases.put("a chunk extension", post.apply(chunked + "\r\n1;a=b\r\na\r\n0\r\n\r\n"));
        cases.put("a bare LF after a chunk size", post.apply(chunked + "\r\n1\na\r\n0\r\n\r\n"));
        cases.put("a chunk longer than its size", post.apply(chunked + "\r\n1\r\nab\r\n0\r\n\r\n"));
        cases.put("trailers", post.apply(chunked + "\r\n1\r\na\r\n0\r\nX-Sum: 1\r\n\r\n"));
    }
}
