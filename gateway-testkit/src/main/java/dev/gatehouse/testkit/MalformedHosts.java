package dev.gatehouse.testkit;

/** The Host field: missing, more than one, or none that names a host (RFC 9110 §7.2, RFC 9112 §3.2). */
final class MalformedHosts {

    private MalformedHosts() {}

    static void addTo(CaseList cases) {
        valid(cases);
        number(cases);
        values(cases);
    }

    private static void valid(CaseList cases) {
        accepted(cases, "with a port", "example.org:8080");
        accepted(cases, "an address", "127.0.0.1");
        accepted(cases, "an address of IPv6", "[::1]");
        accepted(cases, "an address of IPv6 with a port", "[2001:db8::1]:8080");
        accepted(cases, "in capitals", "EXAMPLE.ORG");
        accepted(cases, "with a dot at the end", "example.org.");
        unambiguous(cases, "with an underscore", "my_host.example");
        unambiguous(cases, "with a colon and no port", "example.org:");
        unambiguous(cases, "empty", "");
        cases.accepted("host: blanks around it", "/host", request("Host: \t example.org \t\r\n"));
        cases.accepted("host: name in odd case", "/host", request("hOsT: example.org\r\n"));
    }

    private static void number(CaseList cases) {
        cases.refused("host: none", request(""));
        cases.refused("host: two that differ", request("Host: example.org\r\nHost: other.example\r\n"));
        cases.refused("host: two that agree", request("Host: example.org\r\nHost: example.org\r\n"));
        cases.refused("host: two in names of other case", request("Host: example.org\r\nhost: other.example\r\n"));
        cases.refused(
                "host: two with another field between", request("Host: a.example\r\nX: 1\r\nHost: b.example\r\n"));
        cases.refused("host: the second one empty", request("Host: example.org\r\nHost:\r\n"));
        cases.unambiguous("host: folded", "/host", request("Host:\r\n example.org\r\n"));
        cases.refused("host: a second one folded", request("Host: example.org\r\n Host: other.example\r\n"));
        cases.refused("host: a blank before the colon", request("Host : example.org\r\n"));
        cases.refused(
                "host: a blank before the colon, and another", request("Host : a.example\r\nHost: b.example\r\n"));
        cases.refused("host: a blank before the name", request(" Host: example.org\r\n"));
        cases.refused("host: a second one behind a bare line feed", request("Host: a.example\nHost: b.example\r\n"));
        cases.refused(
                "host: a second one behind a bare carriage return", request("Host: a.example\rHost: b.example\r\n"));
        cases.refused("host: none, in an absolute target", "GET http://example.org/host HTTP/1.1\r\n\r\n");
        cases.unambiguous(
                "host: X-Forwarded-Host beside it",
                "/host",
                request("Host: example.org\r\nX-Forwarded-Host: evil\r\n"));
    }

    private static void values(CaseList cases) {
        refused(cases, "a list", "example.org, other.example");
        refused(cases, "a user", "user@example.org");
        refused(cases, "a path", "example.org/path");
        refused(cases, "a query", "example.org?query");
        refused(cases, "a fragment", "example.org#fragment");
        refused(cases, "a scheme", "http://example.org");
        refused(cases, "a blank within", "example.org other");
        refused(cases, "a tab within", "example.org\tother");
        unambiguous(cases, "a NUL at the end", "example.org\0");
        refused(cases, "a NUL within", "example\0.org");
        refused(cases, "a backslash", "example.org\\other");
        refused(cases, "a port beyond 65535", "example.org:65536");
        refused(cases, "a port that is no number", "example.org:http");
        refused(cases, "a port with a sign", "example.org:+80");
        refused(cases, "two ports", "example.org:80:81");
        refused(cases, "a port and no host", ":80");
        refused(cases, "IPv6 without brackets", "2001:db8::1");
        refused(cases, "a bracket that is not closed", "[::1");
        refused(cases, "a bracket that is not opened", "::1]");
        refused(cases, "letters behind a bracket", "[::1]x");
        refused(cases, "no address in brackets", "[example.org]");
        refused(cases, "a zone", "[fe80::1%25eth0]");
        refused(cases, "bytes beyond ASCII", "ex\u00e4mple.org");
        refused(cases, "in quotes", "\"example.org\"");
        refused(cases, "a percent sign alone", "example%.org");
        refused(cases, "an encoded slash", "example.org%2fpath");
        refused(cases, "a script", "<script>");
        refused(cases, "a line end, encoded", "example.org%0d%0aX-Injected:1");
    }

    private static void accepted(CaseList cases, String how, String host) {
        cases.accepted("host: " + how, "/host", request("Host: " + host + "\r\n"));
    }

    private static void unambiguous(CaseList cases, String how, String host) {
        cases.unambiguous("host: " + how, "/host", request("Host: " + host + "\r\n"));
    }

    private static void refused(CaseList cases, String how, String host) {
        cases.refused("host: " + how, request("Host: " + host + "\r\n"));
    }

    private static String request(String fields) {
        return "GET /host HTTP/1.1\r\n" + fields + "\r\n";
    }
}
