package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.CaseList.HOST;
import static dev.gatehouse.testkit.CaseList.get;

/** Header fields: names, values, line ends, sizes, and those that concern a connection (RFC 9110 §5, RFC 9112 §5). */
final class MalformedFields {

    private MalformedFields() {}

    static void addTo(CaseList cases) {
        valid(cases);
        names(cases);
        values(cases);
        lines(cases);
        connection(cases);
        sizes(cases);
    }

    private static void valid(CaseList cases) {
        accepted(cases, "an empty value", "X-Empty:\r\n");
        accepted(cases, "a value of blanks", "X-Empty: \t \r\n");
        accepted(cases, "a tab in a value", "X-Tab: a\tb\r\n");
        accepted(cases, "a name of symbols", "!#$%&'*+-.^_`|~: x\r\n");
        accepted(cases, "a name of digits", "123: x\r\n");
        accepted(cases, "a colon in a value", "X-Colon: a:b\r\n");
        accepted(cases, "a colon first in a value", "X-Colon::b\r\n");
        accepted(cases, "one name, three times", "X-A: 1\r\nx-a: 2\r\nX-A: 3\r\n");
        accepted(cases, "a long value", "X-Long: " + "a".repeat(4000) + "\r\n");
        cases.unambiguous("field: bytes beyond ASCII in a value", get("/field", "X-Latin: \u00e4\u00c3\u00a4\r\n"));
    }

    private static void names(CaseList cases) {
        refused(cases, "no name", ": x\r\n");
        refused(cases, "no colon", "X-No-Colon\r\n");
        refused(cases, "a blank before the colon", "X-A : x\r\n");
        refused(cases, "a tab before the colon", "X-A\t: x\r\n");
        refused(cases, "a blank in the name", "X A: x\r\n");
        refused(cases, "a NUL in the name", "X-\0A: x\r\n");
        refused(cases, "a control character in the name", "X-\u0001A: x\r\n");
        refused(cases, "DEL in the name", "X-\u007fA: x\r\n");
        refused(cases, "a bare carriage return in the name", "X-\rA: x\r\n");
        refused(cases, "a byte beyond ASCII in the name", "X-\u00e4: x\r\n");
        refused(cases, "UTF-8 in the name", "X-\u00c3\u00a4: x\r\n");
        for (String symbol :
                new String[] {"(", ")", ",", "/", ";", "<", "=", ">", "?", "@", "[", "\\", "]", "{", "}"}) {
            refused(cases, symbol + " in the name", "X-" + symbol + "A: x\r\n");
        }
        refused(cases, "a quote in the name", "\"X-A\": x\r\n");
    }

    private static void values(CaseList cases) {
        refused(cases, "a NUL in a value", "X-A: a\0b\r\n");
        refused(cases, "a control character in a value", "X-A: a\u0001b\r\n");
        refused(cases, "DEL in a value", "X-A: a\u007fb\r\n");
        refused(cases, "a vertical tab in a value", "X-A: a\u000bb\r\n");
        unambiguous(cases, "a form feed at the end of a value", "X-A: a\f\r\n");
        refused(cases, "a backspace in a value", "X-A: a\bb\r\n");
        refused(cases, "an escape in a value", "X-A: a\u001b[31mb\r\n");
        refused(cases, "a bare carriage return in a value", "X-A: a\rb\r\n");
        refused(cases, "a carriage return first in a value", "X-A:\rb\r\n");
        unambiguous(cases, "two carriage returns at the end of a line", "X-A: a\r\r\n");
        cases.unambiguous(
                "field: UTF-8 in a value whose low byte is a line feed", get("/field", "X-A: a\u00c4\u008aX-B: b\r\n"));
    }

    private static void lines(CaseList cases) {
        unambiguous(cases, "folded with a blank", "X-A: a\r\n b\r\n");
        unambiguous(cases, "folded with a tab", "X-A: a\r\n\tb\r\n");
        unambiguous(cases, "folded to hide a field", "X-A: a\r\n Content-Length: 100\r\n");
        unambiguous(cases, "folded with nothing", "X-A: a\r\n \r\n");
        cases.refused("field: the first one folded", "GET /field HTTP/1.1\r\n X-A: a\r\n" + HOST + "\r\n");
        unambiguous(cases, "a line that ends in a bare line feed", "X-A: a\nX-B: b\r\n");
        unambiguous(cases, "a line that ends in line feed and carriage return", "X-A: a\n\rX-B: b\r\n");
        cases.unambiguous(
                "field: all lines end in bare line feeds", "/field", "GET /field HTTP/1.1\nHost: example.org\n\n");
        cases.unambiguous(
                "field: all lines end in bare carriage returns",
                "/field",
                "GET /field HTTP/1.1\rHost: example.org\r\r");
        cases.unambiguous(
                "field: the section ends in bare line feeds", "/field", "GET /field HTTP/1.1\r\nHost: example.org\n\n");
        cases.unambiguous(
                "field: the section ends in one bare line feed", "/field", "GET /field HTTP/1.1\r\n" + HOST + "\n");
        cases.separated(
                "field: a request behind bare line feeds",
                get("/field", "X-A: a\n\nGET /evil HTTP/1.1\nHost: example.org\n\n"));
        cases.unambiguous(
                "field: a request behind bare carriage returns",
                "/field",
                get("/field", "X-A: a\r\rGET /evil HTTP/1.1\rHost: example.org\r\r"));
    }

    private static void connection(CaseList cases) {
        accepted(cases, "Connection: keep-alive", "Connection: keep-alive\r\n");
        unambiguous(cases, "Connection: close", "Connection: close\r\n");
        unambiguous(cases, "Connection nominates Host", "Connection: Host\r\n");
        unambiguous(cases, "Connection nominates X-Forwarded-For", "Connection: X-Forwarded-For\r\n");
        unambiguous(cases, "Connection nominates a field", "Connection: X-Secret\r\nX-Secret: 1\r\n");
        unambiguous(cases, "Connection is no list of tokens", "Connection: \"a\", b c, ;\r\n");
        unambiguous(cases, "Connection: two fields", "Connection: keep-alive\r\nConnection: close\r\n");
        unambiguous(cases, "Keep-Alive", "Keep-Alive: timeout=5\r\n");
        unambiguous(cases, "Proxy-Connection", "Proxy-Connection: keep-alive\r\n");
        unambiguous(cases, "TE: chunked", "TE: chunked\r\n");
        unambiguous(cases, "Upgrade: websocket", "Connection: Upgrade\r\nUpgrade: websocket\r\n");
        unambiguous(
                cases,
                "Upgrade: h2c",
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n");
        unambiguous(cases, "Upgrade: TLS", "Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n");
        unambiguous(cases, "Expect: 100-continue without content", "Expect: 100-continue\r\n");
        unambiguous(cases, "Expect: something else", "Expect: miracles\r\n");
        unambiguous(cases, "X-HTTP-Method-Override", "X-HTTP-Method-Override: DELETE\r\n");
        unambiguous(cases, "X-Original-URL", "X-Original-URL: /admin\r\n");
    }

    private static void sizes(CaseList cases) {
        refused(cases, "a value of 100 KiB", "X-Long: " + "a".repeat(100 << 10) + "\r\n");
        refused(cases, "a name of 100 KiB", "a".repeat(100 << 10) + ": x\r\n");
        refused(cases, "1000 fields", "X-Many: 1\r\n".repeat(1000));
        refused(cases, "150 KiB in many fields", ("X-Many: " + "a".repeat(1000) + "\r\n").repeat(150));
    }

    private static void accepted(CaseList cases, String how, String fields) {
        cases.accepted("field: " + how, "/field", get("/field", fields));
    }

    private static void unambiguous(CaseList cases, String how, String fields) {
        cases.unambiguous("field: " + how, "/field", get("/field", fields));
    }

    private static void refused(CaseList cases, String how, String fields) {
        cases.refused("field: " + how, get("/field", fields));
    }
}
