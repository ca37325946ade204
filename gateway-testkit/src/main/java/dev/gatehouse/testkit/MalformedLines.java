package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.CaseList.HOST;

/** The request line: method, blanks, version, and what stands before it (RFC 9112 §2.2, §3). */
final class MalformedLines {

    private MalformedLines() {}

    static void addTo(CaseList cases) {
        methods(cases);
        blanks(cases);
        versions(cases);
        before(cases);
    }

    private static void methods(CaseList cases) {
        accepted(cases, "a method of ours", "PURGE /line HTTP/1.1");
        accepted(cases, "a method in small letters", "get /line HTTP/1.1");
        accepted(cases, "a method of symbols", "M-SEARCH /line HTTP/1.1");
        refused(cases, "TRACE", "TRACE /line HTTP/1.1");
        refused(cases, "trace in small letters", "trace /line HTTP/1.1");
        refused(cases, "connect in small letters", "connect /line HTTP/1.1");
        refused(cases, "a method with a slash", "GE/T /line HTTP/1.1");
        refused(cases, "a method with a colon", "GET: /line HTTP/1.1");
        refused(cases, "a method with brackets", "G(E)T /line HTTP/1.1");
        refused(cases, "a method in quotes", "\"GET\" /line HTTP/1.1");
        refused(cases, "a method with a NUL", "GE\0T /line HTTP/1.1");
        refused(cases, "a method with a control character", "GE\u0001T /line HTTP/1.1");
        refused(cases, "a method beyond ASCII", "G\u00cbT /line HTTP/1.1");
        refused(cases, "a method with a tab", "G\tET /line HTTP/1.1");
        refused(cases, "no method", " /line HTTP/1.1");
        unambiguous(cases, "a method of 1000 letters", "A".repeat(1000) + " /line HTTP/1.1");
    }

    private static void blanks(CaseList cases) {
        unambiguous(cases, "two blanks after the method", "GET  /line HTTP/1.1");
        unambiguous(cases, "two blanks before the version", "GET /line  HTTP/1.1");
        unambiguous(cases, "a tab after the method", "GET\t/line HTTP/1.1");
        unambiguous(cases, "a tab before the version", "GET /line\tHTTP/1.1");
        refused(cases, "a blank at the end", "GET /line HTTP/1.1 ");
        refused(cases, "a blank at the beginning", " GET /line HTTP/1.1");
        refused(cases, "a no-break space before the version", "GET /line\u00a0HTTP/1.1");
        refused(cases, "a vertical tab before the version", "GET /line\u000bHTTP/1.1");
        refused(cases, "a bare carriage return before the version", "GET /line\rHTTP/1.1");
        unambiguous(cases, "four words", "GET /line /other HTTP/1.1");
        refused(cases, "one word", "GET");
        refused(cases, "a method and a blank", "GET ");
        cases.unambiguous("line: ends in a bare line feed", "/line", "GET /line HTTP/1.1\n" + HOST + "\r\n");
        cases.refused("line: ends in a bare carriage return", "GET /line HTTP/1.1\r" + HOST + "\r\n");
        cases.refused("line: ends in two carriage returns", "GET /line HTTP/1.1\r\r\n" + HOST + "\r\n");
    }

    private static void versions(CaseList cases) {
        refused(cases, "no version", "GET /line");
        refused(cases, "no version and a blank", "GET /line ");
        refused(cases, "HTTP/0.9", "GET /line HTTP/0.9");
        refused(cases, "HTTP/1.2", "GET /line HTTP/1.2");
        refused(cases, "HTTP/1.10", "GET /line HTTP/1.10");
        refused(cases, "HTTP/1", "GET /line HTTP/1");
        refused(cases, "HTTP/1.", "GET /line HTTP/1.");
        refused(cases, "HTTP/01.1", "GET /line HTTP/01.1");
        refused(cases, "HTTP/2.0 on a connection of HTTP/1.1", "GET /line HTTP/2.0");
        refused(cases, "HTTP/3.0", "GET /line HTTP/3.0");
        refused(cases, "HTTP/11.1", "GET /line HTTP/11.1");
        refused(cases, "HTTP/-1.1", "GET /line HTTP/-1.1");
        unambiguous(cases, "http/1.1 in small letters", "GET /line http/1.1");
        refused(cases, "HTTPS/1.1", "GET /line HTTPS/1.1");
        refused(cases, "HTTP 1.1", "GET /line HTTP 1.1");
        refused(cases, "HTTP/1,1", "GET /line HTTP/1,1");
        refused(cases, "ICY/1.1", "GET /line ICY/1.1");
        refused(cases, "a version with a letter after it", "GET /line HTTP/1.1x");
        refused(cases, "a version with a NUL after it", "GET /line HTTP/1.1\0");
        unambiguous(cases, "HTTP/1.0 with Host", "GET /line HTTP/1.0");
        cases.unambiguous("line: HTTP/1.0 without Host", "/line", "GET /line HTTP/1.0\r\n\r\n");
        cases.unambiguous(
                "line: HTTP/1.0 kept alive",
                "/line",
                "GET /line HTTP/1.0\r\n" + HOST + "Connection: keep-alive\r\n\r\n");
        cases.unambiguousContent(
                "line: HTTP/1.0 with content",
                "hello",
                "POST /line HTTP/1.0\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
    }

    private static void before(CaseList cases) {
        String request = "GET /line HTTP/1.1\r\n" + HOST + "\r\n";
        cases.unambiguous("line: an empty line before it", "/line", "\r\n" + request);
        cases.unambiguous("line: three empty lines before it", "/line", "\r\n\r\n\r\n" + request);
        cases.unambiguous("line: a bare line feed before it", "/line", "\n" + request);
        cases.unambiguous("line: a bare carriage return before it", "/line", "\r" + request);
        cases.refused("line: a NUL before it", "\0" + request);
        cases.refused("line: a byte order mark before it", "\u00ef\u00bb\u00bf" + request);
        cases.refused("line: a TLS handshake", "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n\r\n");
        cases.refused("line: a status line", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        cases.refused("line: a proxy's preface", "PROXY TCP4 10.0.0.1 10.0.0.2 1000 80\r\n" + request);
        cases.refused("line: a preface of HTTP/2 without frames", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        cases.refused("line: a request in content that nobody announced", "x=1\r\n" + request);
    }

    private static void accepted(CaseList cases, String how, String line) {
        cases.accepted("line: " + how, "/line", line + "\r\n" + HOST + "\r\n");
    }

    private static void unambiguous(CaseList cases, String how, String line) {
        cases.unambiguous("line: " + how, "/line", line + "\r\n" + HOST + "\r\n");
    }

    private static void refused(CaseList cases, String how, String line) {
        cases.refused("line: " + how, line + "\r\n" + HOST + "\r\n");
    }
}
