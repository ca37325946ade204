package dev.gatehouse.testkit;

import dev.gatehouse.testkit.MalformedRequests.Case;
import dev.gatehouse.testkit.MalformedRequests.Expectation;
import dev.gatehouse.testkit.MalformedRequests.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collects cases for {@link MalformedRequests}. */
final class CaseList {

    static final String HOST = "Host: example.org\r\n";

    private final Map<String, Case> cases = new LinkedHashMap<>();

    void refused(String name, String request) {
        add(name, request, Outcome.REFUSED, null, null);
    }

    void separated(String name, String request) {
        add(name, request, Outcome.SEPARATED, null, null);
    }

    void brokenOff(String name, String request) {
        add(name, request, Outcome.BROKEN_OFF, null, null);
    }

    void unambiguous(String name, String request) {
        add(name, request, Outcome.UNAMBIGUOUS, null, null);
    }

    void unambiguous(String name, String target, String request) {
        add(name, request, Outcome.UNAMBIGUOUS, target, null);
    }

    void unambiguousContent(String name, String content, String request) {
        add(name, request, Outcome.UNAMBIGUOUS, null, content);
    }

    void accepted(String name, String target, String request) {
        add(name, request, Outcome.ACCEPTED, target, null);
    }

    void acceptedContent(String name, String content, String request) {
        add(name, request, Outcome.ACCEPTED, null, content);
    }

    List<Case> toList() {
        return List.copyOf(cases.values());
    }

    /** A request without content. */
    static String get(String target, String fields) {
        return "GET " + target + " HTTP/1.1\r\n" + HOST + fields + "\r\n";
    }

    /** A request with fields that say how long the content is, and what is there. */
    static String post(String fields, String content) {
        return "POST /content HTTP/1.1\r\n" + HOST + fields + "\r\n" + content;
    }

    private void add(String name, String request, Outcome outcome, @Nullable String target, @Nullable String content) {
        Case added = new Case(name, request, new Expectation(outcome, target, content));
        if (cases.put(name, added) != null) {
            throw new IllegalStateException("two cases of this name: " + name);
        }
    }
}
