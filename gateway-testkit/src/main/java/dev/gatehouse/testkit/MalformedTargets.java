package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.CaseList.HOST;
import static dev.gatehouse.testkit.CaseList.get;

/** Request targets: their forms, dots, slashes, percent-encoding, and bytes that belong in none (RFC 9112 §3.2). */
final class MalformedTargets {

    private MalformedTargets() {}

    static void addTo(CaseList cases) {
        valid(cases);
        dots(cases);
        slashes(cases);
        encodings(cases);
        bytes(cases);
        absolute(cases);
        otherForms(cases);
    }

    private static void valid(CaseList cases) {
        same(cases, "no path but a slash", "/");
        same(cases, "a slash at the end", "/a/");
        same(cases, "three dots", "/a/.../b");
        same(cases, "a name with dots", "/a/.b/c./d..e");
        same(cases, "encoded letters stay encoded", "/%61%62");
        same(cases, "encoded UTF-8", "/%C3%A4/%E2%82%AC");
        same(cases, "hexadecimal digits in small letters", "/%c3%a4");
        same(cases, "an encoded blank", "/a%20b");
        same(cases, "an encoded question mark and hash", "/a%3Fb%23c");
        same(cases, "sub-delimiters", "/a!$&'()*+,=:@b");
        same(cases, "an empty query", "/a?");
        same(cases, "a question mark in the query", "/a?b?c");
        same(cases, "dots and slashes in the query", "/a?x=/../b//c");
        same(cases, "encodings in the query", "/a?x=%2F%2e%00%25%32");
        same(cases, "a semicolon in the query", "/a?x;y");
        same(cases, "a URL in the query", "/a?u=http://other.example/");
        same(cases, "a colon in the first segment", "/a:b@c");
    }

    private static void dots(CaseList cases) {
        refused(cases, "..", "/a/../b");
        refused(cases, ".. at the end", "/a/..");
        refused(cases, ".. at the beginning", "/../a");
        refused(cases, ".", "/a/./b");
        refused(cases, ". at the end", "/a/.");
        refused(cases, ".. encoded", "/a/%2e%2e/b");
        refused(cases, ".. encoded in capitals", "/a/%2E%2E/b");
        refused(cases, ".. half encoded", "/a/.%2e/b");
        refused(cases, ". encoded", "/a/%2e/b");
        refused(cases, ".. with an encoded slash", "/a/..%2fb");
        refused(cases, ".. with a backslash", "/a/..\\b");
        refused(cases, ".. with a parameter", "/a/..;/b");
        refused(cases, ".. with a parameter and a value", "/a/..;x=y/b");
        refused(cases, ".. encoded with a parameter", "/a/%2e%2e;/b");
        refused(cases, ".. encoded twice", "/a/%252e%252e/b");
        refused(cases, ".. in overlong UTF-8", "/a/%c0%ae%c0%ae/b");
        refused(cases, ".. with a NUL", "/a/..%00/b");
        refused(cases, ".. before a query", "/a/..?x");
    }

    private static void slashes(CaseList cases) {
        refused(cases, "two slashes", "/a//b");
        refused(cases, "two slashes at the beginning", "//other.example/a");
        refused(cases, "two slashes at the end", "/a//");
        refused(cases, "an encoded slash", "/a%2fb");
        refused(cases, "an encoded slash in capitals", "/a%2Fb");
        refused(cases, "a slash encoded twice", "/a%252fb");
        refused(cases, "a slash in overlong UTF-8", "/a%c0%afb");
        refused(cases, "a slash in overlong UTF-8 of three bytes", "/a%e0%80%afb");
        refused(cases, "a backslash", "/a\\b");
        refused(cases, "an encoded backslash", "/a%5cb");
        refused(cases, "two backslashes at the beginning", "\\\\other.example/a");
        refused(cases, "a slash and a backslash at the beginning", "/\\other.example/a");
        refused(cases, "a parameter", "/a;x=y/b");
        refused(cases, "a parameter without a name", "/a;/b");
        refused(cases, "a session id", "/a;jsessionid=1");
    }

    private static void encodings(CaseList cases) {
        refused(cases, "a percent sign alone", "/a%");
        refused(cases, "a percent sign and one digit", "/a%2");
        refused(cases, "a percent sign and no digits", "/a%zz");
        refused(cases, "a percent sign and u", "/a%u002e");
        refused(cases, "a percent sign and a digit and a sign", "/a%+1");
        refused(cases, "an encoded NUL", "/a%00b");
        refused(cases, "an encoded line end", "/a%0d%0aX-Injected:%201");
        refused(cases, "an encoded tab", "/a%09b");
        refused(cases, "an encoded DEL", "/a%7fb");
        refused(cases, "an encoded C1 control", "/a%c2%85b");
        refused(cases, "an encoding of an encoding", "/a%2541");
        refused(cases, "a lone UTF-8 continuation", "/a%80");
        refused(cases, "UTF-8 cut short", "/a%e2%82");
        refused(cases, "a surrogate in UTF-8", "/a%ed%a0%80");
        refused(cases, "UTF-8 beyond Unicode", "/a%f4%90%80%80");
        refused(cases, "Latin-1", "/a%e4");
    }

    private static void bytes(CaseList cases) {
        refused(cases, "a raw NUL", "/a\0b");
        refused(cases, "a raw tab", "/a\tb");
        refused(cases, "a raw DEL", "/a\u007fb");
        refused(cases, "a raw control character", "/a\u0001b");
        refused(cases, "raw UTF-8", "/\u00c3\u00a4");
        refused(cases, "raw Latin-1", "/\u00e4");
        refused(cases, "raw UTF-8 that ends in a line feed's byte", "/\u00c4\u008a");
        refused(cases, "raw UTF-8 in the query", "/a?\u00c3\u00a4");
        refused(cases, "a raw NUL in the query", "/a?b\0c");
        refused(cases, "a raw tab in the query", "/a?b\tc");
        refused(cases, "a bare carriage return", "/a\rb");
        reduced(cases, "a bare carriage return and a header", "/a", "/a HTTP/1.1\rX-Injected: 1\rX:");
        reduced(cases, "a fragment", "/a", "/a#b");
        reduced(cases, "a fragment in the query", "/a?b", "/a?b#c");
        reduced(cases, "a blank", "/a", "/a b");
        reduced(cases, "a blank and a version within", "/a", "/a HTTP/1.1 /b");
        for (String symbol : new String[] {"\"", "<", ">", "^", "`", "{", "|", "}", "[", "]"}) {
            cases.unambiguous("target: " + symbol + " in the path", "/a" + symbol + "b", get("/a" + symbol + "b", ""));
        }
        cases.unambiguous("target: symbols in the query", "/a?\"<>^`{|}[]", get("/a?\"<>^`{|}[]", ""));
        cases.unambiguous("target: a backslash in the query", "/a?b\\c", get("/a?b\\c", ""));
        cases.unambiguous("target: a percent sign alone in the query", "/a?b%", get("/a?b%", ""));
        cases.unambiguous("target: a percent sign and no digits in the query", "/a?%zz", get("/a?%zz", ""));
    }

    private static void absolute(CaseList cases) {
        cases.unambiguous("target: absolute, as Host", "/a?b", get("http://example.org/a?b", ""));
        cases.unambiguous("target: absolute, with the default port", "/a", get("http://example.org:80/a", ""));
        cases.unambiguous("target: absolute, in capitals", "/a", get("HTTP://EXAMPLE.ORG/a", ""));
        cases.unambiguous("target: absolute, without a path", "/", get("http://example.org", ""));
        cases.unambiguous("target: absolute, a query without a path", "/?b", get("http://example.org?b", ""));
        cases.unambiguous("target: absolute, https over a clear connection", get("https://example.org/a", ""));
        refused(cases, "absolute, another host", "http://other.example/a");
        refused(cases, "absolute, another port", "http://example.org:81/a");
        reduced(cases, "absolute, with a user", "/a", "http://user@example.org/a");
        reduced(cases, "absolute, with a user and a password", "/a", "http://user:pass@example.org/a");
        reduced(cases, "absolute, with an empty user", "/a", "http://@example.org/a");
        refused(cases, "absolute, without a host", "http:///a");
        reduced(cases, "absolute, one slash", "/example.org/a", "http:/example.org/a");
        refused(cases, "absolute, no slash", "http:example.org/a");
        refused(cases, "absolute, a port beyond 65535", "http://example.org:65616/a");
        refused(cases, "absolute, a port with a sign", "http://example.org:+80/a");
        refused(cases, "absolute, a blank in the host", "http://exam ple.org/a");
        refused(cases, "absolute, a backslash in the host", "http://example.org\\@other.example/a");
        refused(cases, "absolute, ..", "http://example.org/a/../b");
        reduced(cases, "absolute, another scheme", "/a", "ftp://example.org/a");
        refused(cases, "absolute, a script", "javascript:alert(1)");
        refused(cases, "absolute, a file", "file:///etc/passwd");
        reduced(cases, "absolute, a fragment", "/a", "http://example.org/a#b");
    }

    private static void otherForms(CaseList cases) {
        refused(cases, "empty", "");
        refused(cases, "without a slash", "a");
        refused(cases, "a query alone", "?a");
        refused(cases, "a host and a port", "example.org:80");
        refused(cases, "asterisk for GET", "*");
        refused(cases, "an asterisk and a path", "*/a");
        cases.unambiguous("target: asterisk for OPTIONS", "*", "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n");
        cases.refused("target: CONNECT", "CONNECT example.org:80 HTTP/1.1\r\nHost: example.org:80\r\n\r\n");
        cases.refused("target: CONNECT with a path", "CONNECT /a HTTP/1.1\r\n" + HOST + "\r\n");
        cases.refused("target: longer than 16 KiB", get("/" + "a".repeat(16 << 10), ""));
        cases.refused("target: longer than 100 KiB", get("/" + "a".repeat(100 << 10), ""));
    }

    private static void same(CaseList cases, String how, String target) {
        cases.accepted("target: " + how, target, get(target, ""));
    }

    /** Some servers show less of a target than came: the rest must not come back at the upstream. */
    private static void reduced(CaseList cases, String how, String rest, String target) {
        cases.unambiguous("target: " + how, rest, get(target, ""));
    }

    private static void refused(CaseList cases, String how, String target) {
        cases.refused("target: " + how, get(target, ""));
    }
}
