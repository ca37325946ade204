package dev.gatehouse.testkit;

import static dev.gatehouse.testkit.CaseList.HOST;
import static dev.gatehouse.testkit.CaseList.post;

/** Content-Length, Transfer-Encoding, and the two together (RFC 9112 §6). */
final class MalformedLengths {

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
    private static final String ONE_CHUNK = "5\r\nhello\r\n0\r\n\r\n";

    private MalformedLengths() {}

    static void addTo(CaseList cases) {
        numbers(cases);
        repeated(cases);
        contentWithout(cases);
        codings(cases);
        hiddenCodings(cases);
        both(cases);
    }

    private static void numbers(CaseList cases) {
        refusedLength(cases, "with a plus sign", "+5");
        refusedLength(cases, "negative", "-5");
        refusedLength(cases, "negative zero", "-0");
        refusedLength(cases, "in hexadecimal", "0x5");
        refusedLength(cases, "with a fraction", "5.0");
        refusedLength(cases, "with an exponent", "5e0");
        refusedLength(cases, "with a blank in it", "1 0");
        refusedLength(cases, "with a tab in it", "1\t0");
        refusedLength(cases, "with letters after it", "5x");
        refusedLength(cases, "with a semicolon after it", "5;");
        refusedLength(cases, "in quotes", "\"5\"");
        refusedLength(cases, "with an underscore", "1_0");
        refusedLength(cases, "with a separator of thousands", "1,000");
        refusedLength(cases, "beyond 64 bits", "18446744073709551621");
        refusedLength(cases, "beyond 63 bits", "9223372036854775813");
        refusedLength(cases, "beyond 32 bits by wrapping round", "99999999999999999999999999999999999999");
        refusedLength(cases, "no number", "five");
        refusedLength(cases, "a digit beyond ASCII", "\u00b2");
        refusedLength(cases, "a digit of another script", "\u00d9\u00a5");
        trimmedLength(cases, "with a NUL after it", "5\0");
        trimmedLength(cases, "with a vertical tab before it", "\u000b5");
        trimmedLength(cases, "with a form feed after it", "5\f");
        refusedLength(cases, "empty", "");
        cases.acceptedContent("length: with a blank after it", "hello", post("Content-Length: 5 \r\n", "hello"));
        cases.acceptedContent("length: without a blank before it", "hello", post("Content-Length:5\r\n", "hello"));
        cases.acceptedContent("length: with tabs around it", "hello", post("Content-Length:\t5\t\r\n", "hello"));
        cases.acceptedContent("length: in odd case", "hello", post("cOnTeNt-LeNgTh: 5\r\n", "hello"));
        cases.unambiguousContent("length: with a zero before it", "hello", post("Content-Length: 05\r\n", "hello"));
        cases.unambiguousContent(
                "length: with many zeros before it",
                "hello",
                post("Content-Length: 0000000000000000000000000000005\r\n", "hello"));
    }

    private static void refusedLength(CaseList cases, String how, String length) {
        cases.refused("length: " + how, post("Content-Length: " + length + "\r\n", "hello"));
    }

    /** The JDK's server takes all control characters for blanks. */
    private static void trimmedLength(CaseList cases, String how, String length) {
        cases.unambiguousContent("length: " + how, "hello", post("Content-Length: " + length + "\r\n", "hello"));
    }

    private static void repeated(CaseList cases) {
        cases.refused(
                "length: two that differ, the shorter first",
                post("Content-Length: 0\r\nContent-Length: 5\r\n", "hello"));
        cases.refused(
                "length: two that differ, the longer first",
                post("Content-Length: 5\r\nContent-Length: 0\r\n", "hello"));
        cases.unambiguousContent(
                "length: two that agree", "hello", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"));
        cases.unambiguousContent("length: a list that agrees", "hello", post("Content-Length: 5, 5\r\n", "hello"));
        cases.refused("length: a list that differs", post("Content-Length: 5, 6\r\n", "hello"));
        cases.refused("length: a list with an empty member", post("Content-Length: 5,\r\n", "hello"));
        cases.refused(
                "length: two that differ, in names of other case",
                post("content-length: 5\r\nCONTENT-LENGTH: 6\r\n", "hello"));
        cases.unambiguousContent(
                "length: two that agree as numbers",
                "hello",
                post("Content-Length: 5\r\nContent-Length: 05\r\n", "hello"));
        cases.refused(
                "length: two, with another field between",
                post("Content-Length: 5\r\nX-Between: 1\r\nContent-Length: 6\r\n", "hello"));
        cases.unambiguousContent("length: folded", "hello", post("Content-Length:\r\n 5\r\n", "hello"));
        cases.refused("length: folded in the middle", post("Content-Length: 1\r\n 0\r\n", "hello"));
        cases.refused("length: with a blank before the colon", post("Content-Length : 5\r\n", "hello"));
        cases.refused("length: with a blank before the name", post(" Content-Length: 5\r\n", "hello"));
    }

    private static void contentWithout(CaseList cases) {
        cases.acceptedContent("length: 0", "", post("Content-Length: 0\r\n", ""));
        cases.acceptedContent("length: none", "", post("", ""));
        cases.unambiguousContent("length: none, with content", "", post("", "hello\r\n"));
        cases.unambiguousContent("length: shorter than the content", "hel", post("Content-Length: 3\r\n", "hello\r\n"));
        cases.brokenOff("length: more than is sent", post("Content-Length: 100000\r\n", "hello"));
        cases.unambiguousContent(
                "length: content in a GET",
                "hello",
                "GET /content HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
        cases.unambiguousContent(
                "length: content in a HEAD",
                "hello",
                "HEAD /content HTTP/1.1\r\n" + HOST + "Content-Length: 5\r\n\r\nhello");
        cases.unambiguousContent(
                "length: under the name Content_Length", "", post("Content_Length: 5\r\nContent-Length: 0\r\n", ""));
        cases.unambiguousContent(
                "length: nominated by Connection",
                "hello",
                post("Connection: Content-Length\r\nContent-Length: 5\r\n", "hello"));
    }

    private static void codings(CaseList cases) {
        cases.acceptedContent(
                "coding: chunked in odd case", "hello", post("Transfer-Encoding: cHuNkEd\r\n", ONE_CHUNK));
        cases.acceptedContent("coding: name in odd case", "hello", post("tRaNsFeR-eNcOdInG: chunked\r\n", ONE_CHUNK));
        cases.acceptedContent(
                "coding: chunked with blanks around it",
                "hello",
                post("Transfer-Encoding: \t chunked \t\r\n", ONE_CHUNK));
        refusedCoding(cases, "identity", "identity");
        refusedCoding(cases, "gzip", "gzip");
        refusedCoding(cases, "gzip, chunked", "gzip, chunked");
        refusedCoding(cases, "chunked, gzip", "chunked, gzip");
        refusedCoding(cases, "chunked, chunked", "chunked, chunked");
        refusedCoding(cases, "chunked, identity", "chunked, identity");
        refusedCoding(cases, "identity, chunked", "identity, chunked");
        refusedCoding(cases, "xchunked", "xchunked");
        refusedCoding(cases, "chunkedx", "chunkedx");
        refusedCoding(cases, "chunked in quotes", "\"chunked\"");
        refusedCoding(cases, "chunked in apostrophes", "'chunked'");
        refusedCoding(cases, "chunked with a parameter", "chunked;q=1");
        refusedCoding(cases, "chunked and a comma", "chunked,");
        refusedCoding(cases, "a comma and chunked", ", chunked");
        refusedCoding(cases, "chunked with a blank in it", "chun ked");
        refusedCoding(cases, "empty", "");
        refusedCoding(cases, "two words", "chunked identity");
    }

    private static void refusedCoding(CaseList cases, String how, String coding) {
        cases.refused("coding: " + how, post("Transfer-Encoding: " + coding + "\r\n", ONE_CHUNK));
    }

    private static void trimmedCoding(CaseList cases, String how, String coding) {
        cases.unambiguousContent("coding: " + how, "hello", post("Transfer-Encoding: " + coding + "\r\n", ONE_CHUNK));
    }

    private static void hiddenCodings(CaseList cases) {
        trimmedCoding(cases, "a vertical tab before chunked", "\u000bchunked");
        trimmedCoding(cases, "a form feed after chunked", "chunked\f");
        trimmedCoding(cases, "a NUL after chunked", "chunked\0");
        refusedCoding(cases, "a no-break space before chunked", "\u00a0chunked");
        refusedCoding(cases, "a Kelvin sign in chunked", "chun\u00e2\u0084\u00aaed");
        cases.unambiguousContent("coding: folded", "hello", post("Transfer-Encoding:\r\n chunked\r\n", ONE_CHUNK));
        cases.refused("coding: with a blank before the colon", post("Transfer-Encoding : chunked\r\n", ONE_CHUNK));
        cases.refused("coding: with a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", ONE_CHUNK));
        cases.refused("coding: with a NUL in the name", post("Transfer\0-Encoding: chunked\r\n", ONE_CHUNK));
        cases.unambiguousContent(
                "coding: behind a bare line feed", "hello", post("X-A: b\nTransfer-Encoding: chunked\r\n", ONE_CHUNK));
        cases.unambiguousContent(
                "coding: behind a bare carriage return",
                "hello",
                post("X-A: b\rTransfer-Encoding: chunked\r\n", ONE_CHUNK));
        cases.refused("coding: two fields that agree", post(CHUNKED + CHUNKED, ONE_CHUNK));
        cases.refused(
                "coding: two fields, identity first", post("Transfer-Encoding: identity\r\n" + CHUNKED, ONE_CHUNK));
        cases.refused(
                "coding: two fields, identity last", post(CHUNKED + "Transfer-Encoding: identity\r\n", ONE_CHUNK));
        cases.unambiguousContent(
                "coding: nominated by Connection",
                "hello",
                post("Connection: Transfer-Encoding\r\n" + CHUNKED, ONE_CHUNK));
        cases.unambiguousContent(
                "coding: under the name Transfer_Encoding",
                "hello",
                post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\n", "hello"));
        cases.refused(
                "coding: in HTTP/1.0",
                "POST /content HTTP/1.0\r\n" + HOST + CHUNKED + "Connection: keep-alive\r\n\r\n" + ONE_CHUNK);
    }

    private static void both(CaseList cases) {
        cases.unambiguousContent(
                "both: length, then chunked", "hello", post("Content-Length: 5\r\n" + CHUNKED, ONE_CHUNK));
        cases.unambiguousContent(
                "both: chunked, then length", "hello", post(CHUNKED + "Content-Length: 5\r\n", ONE_CHUNK));
        cases.unambiguousContent(
                "both: a length of 0 and chunked", "hello", post("Content-Length: 0\r\n" + CHUNKED, ONE_CHUNK));
        cases.unambiguousContent(
                "both: the length of all chunks", "hello", post("Content-Length: 15\r\n" + CHUNKED, ONE_CHUNK));
        cases.refused(
                "both: a length and identity", post("Content-Length: 5\r\nTransfer-Encoding: identity\r\n", "hello"));
        cases.refused(
                "both: a length and an unknown coding",
                post("Content-Length: 5\r\nTransfer-Encoding: foo\r\n", "hello"));
        cases.refused(
                "both: a length and an empty coding", post("Content-Length: 5\r\nTransfer-Encoding:\r\n", "hello"));
        cases.refused(
                "both: a length and xchunked", post("Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", "hello"));
        cases.refused("both: a length that is no number", post("Content-Length: x\r\n" + CHUNKED, ONE_CHUNK));
        cases.refused(
                "both: in HTTP/1.0",
                "POST /content HTTP/1.0\r\n" + HOST + CHUNKED + "Content-Length: 15\r\n\r\n" + ONE_CHUNK);
    }
}
