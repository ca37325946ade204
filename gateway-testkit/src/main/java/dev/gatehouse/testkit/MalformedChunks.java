package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.CaseList.post;

/** The chunked coding: sizes, line ends, extensions, trailers (RFC 9112 §7.1). */
final class MalformedChunks {

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    private MalformedChunks() {}

    static void addTo(CaseList cases) {
        valid(cases);
        sizes(cases);
        lineEnds(cases);
        extensions(cases);
        trailers(cases);
    }

    private static void valid(CaseList cases) {
        cases.acceptedContent("chunk: none", "", chunks("0\r\n\r\n"));
        cases.acceptedContent("chunk: two", "hello, you", chunks("7\r\nhello, \r\n3\r\nyou\r\n0\r\n\r\n"));
        cases.acceptedContent("chunk: size in capitals", "0123456789", chunks("A\r\n0123456789\r\n0\r\n\r\n"));
        cases.unambiguousContent("chunk: zeros before the size", "hello", chunks("0005\r\nhello\r\n000\r\n\r\n"));
        cases.acceptedContent("chunk: data that looks like an end", "0\r\n\r\n", chunks("5\r\n0\r\n\r\n\r\n0\r\n\r\n"));
    }

    private static void sizes(CaseList cases) {
        broken(cases, "negative", "-5\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with a plus sign", "+5\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with 0x", "0x5\r\nhello\r\n0\r\n\r\n");
        broken(cases, "no number", "g\r\nhello\r\n0\r\n\r\n");
        broken(cases, "empty", "\r\nhello\r\n0\r\n\r\n");
        broken(cases, "beyond 64 bits", "10000000000000005\r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "size beyond 32 bits by wrapping round", "100000005\r\nhello\r\n0\r\n\r\n");
        broken(cases, "beyond 63 bits", "8000000000000005\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with an underscore", "1_0\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with a NUL after it", "5\0\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with a blank in it", "0 5\r\nhello\r\n0\r\n\r\n");
        broken(cases, "with a comma after it", "5,\r\nhello\r\n0\r\n\r\n");
        broken(cases, "smaller than its data", "3\r\nhello\r\n0\r\n\r\n");
        broken(cases, "larger than its data", "6\r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "size with a blank before it", " 5\r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "size with a blank after it", "5 \r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "size with a tab after it", "5\t\r\nhello\r\n0\r\n\r\n");
        cases.brokenOff("chunk: size of the second one broken", chunks("5\r\nhello\r\nzz\r\nhello\r\n0\r\n\r\n"));
        cases.brokenOff("chunk: never ended", chunks("fffff\r\nhello"));
    }

    private static void lineEnds(CaseList cases) {
        broken(cases, "ended by a bare carriage return", "5\rhello\r\n0\r\n\r\n");
        broken(cases, "ended by a carriage return and a letter", "5\rXhello\r\n0\r\n\r\n");
        uncertain(cases, "size ended by a bare line feed", "5\nhello\r\n0\r\n\r\n");
        uncertain(cases, "data ended by a bare line feed", "5\r\nhello\n0\r\n\r\n");
        uncertain(cases, "last size ended by a bare line feed", "5\r\nhello\r\n0\n\r\n");
        uncertain(cases, "end of the content by a bare line feed", "5\r\nhello\r\n0\r\n\n");
        cases.brokenOff("chunk: data not ended", chunks("5\r\nhello0\r\n\r\n"));
        cases.brokenOff("chunk: data ended by other bytes", chunks("5\r\nhelloXY0\r\n\r\n"));
        cases.brokenOff("chunk: data ended by a carriage return and a letter", chunks("5\r\nhello\rX0\r\n\r\n"));
        uncertain(cases, "an empty line between two", "5\r\nhello\r\n\r\n0\r\n\r\n");
    }

    private static void extensions(CaseList cases) {
        cases.unambiguousContent("chunk: an extension", "hello", chunks("5;name=value\r\nhello\r\n0\r\n\r\n"));
        cases.unambiguousContent("chunk: an extension without a name", "hello", chunks("5;\r\nhello\r\n0\r\n\r\n"));
        cases.unambiguousContent("chunk: an extension in quotes", "hello", chunks("5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"));
        cases.unambiguousContent("chunk: an extension with blanks", "hello", chunks("5 ; a = b\r\nhello\r\n0\r\n\r\n"));
        cases.unambiguousContent("chunk: an extension of the last one", "hello", chunks("5\r\nhello\r\n0;a=b\r\n\r\n"));
        uncertain(cases, "a bare line feed in an extension", "5;a\nhello\r\n0\r\n\r\n");
        uncertain(cases, "a bare carriage return in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "a NUL in an extension", "5;a=\0\r\nhello\r\n0\r\n\r\n");
        uncertain(cases, "a line end in a quoted extension", "5;a=\"\r\nhello\r\n0\r\n\r\n");
    }

    private static void trailers(CaseList cases) {
        trailer(cases, "an ordinary one", "X-Sum: 1\r\n");
        trailer(cases, "a Content-Length", "Content-Length: 100\r\n");
        trailer(cases, "a Transfer-Encoding", "Transfer-Encoding: chunked\r\n");
        trailer(cases, "a Host", "Host: other.example\r\n");
        trailer(cases, "an Authorization", "Authorization: Basic YTpi\r\n");
        trailer(cases, "what looks like a request", "GET /evil HTTP/1.1: x\r\n");
        trailer(cases, "without a colon", "no field\r\n");
        trailer(cases, "without a name", ": x\r\n");
        trailer(cases, "a blank before the colon", "X-Sum : 1\r\n");
        trailer(cases, "folded", "X-Sum: 1\r\n 2\r\n");
        trailer(cases, "a bare line feed", "X-Sum: 1\nX-More: 2\r\n");
        trailer(cases, "a bare carriage return", "X-Sum: 1\rX-More: 2\r\n");
        trailer(cases, "a NUL in the value", "X-Sum: 1\0\r\n");
    }

    private static void broken(CaseList cases, String how, String content) {
        cases.brokenOff("chunk: size " + how, chunks(content));
    }

    /** Servers differ in what they forgive here; none may take the content for another one. */
    private static void uncertain(CaseList cases, String how, String content) {
        cases.unambiguousContent("chunk: " + how, "hello", chunks(content));
    }

    private static void trailer(CaseList cases, String how, String fields) {
        cases.unambiguousContent("trailer: " + how, "hello", chunks("5\r\nhello\r\n0\r\n" + fields + "\r\n"));
    }

    private static String chunks(String content) {
        return post(CHUNKED, content);
    }
}
