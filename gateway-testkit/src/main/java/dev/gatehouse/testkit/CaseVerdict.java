package dev.gatehouse.testkit;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import dev.gatehouse.testkit.MalformedRequests.Case;
import dev.gatehouse.testkit.MalformedRequests.Expectation;
import dev.gatehouse.testkit.MalformedRequests.Outcome;
import dev.gatehouse.testkit.StrictHttp.Field;
import dev.gatehouse.testkit.StrictHttp.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server made of one case of {@link MalformedRequests}, and what is wrong with that. Immutable. */
public final class CaseVerdict {

    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([2-9][0-9]{2})");
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection", "keep-alive", "proxy-connection", "te", "upgrade", "http2-settings", "expect", "x-secret");

    /** A server that closes before it has read all of a request resets the connection; its answer may be lost then. */
    private static final int SURELY_READ = 8 << 10;

    private final Expectation expectation;
    private final boolean answerMayBeLost;
    private final String status;
    private final List<Message> first = new ArrayList<>();
    private final List<Message> second = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private boolean brokenOff;

    /**
     * Judges.
     *
     * @param answer all bytes that the client got
     * @param ordinary the names of the fields that a request without any has at the upstream
     */
    CaseVerdict(Case sent, String answer, List<RecordingUpstream.Arrival> arrivals, Set<String> ordinary) {
        expectation = sent.expectation();
        answerMayBeLost = sent.request().length() > SURELY_READ || isAboutContent(sent);
        status = STATUS_LINE
                .matcher(answer)
                .results()
                .map((MatchResult line) -> line.group(1))
                .findFirst()
                .orElse("closed");
        arrivals.forEach(this::sort);
        second.forEach(message -> checkSecond(message, ordinary));
        checkKeptApart();
        checkExpectation();
    }

    /**
     * What became of the case, in a few words.
     *
     * @return the status of the answer, or {@code closed} for none, or {@code refused} where it is a matter of time whether
     *     the answer gets out; {@code forwarded} if the request arrived at the upstream; {@code second too} if the one behind
     *     it did
     */
    public String words() {
        String what = answerMayBeLost && refused() ? "refused" : first.isEmpty() ? status : status + " forwarded";
        return what + (second.isEmpty() ? "" : ", second too");
    }

    /** Broken content may show while the answer is on its way; some servers then close the connection before it is out. */
    private static boolean isAboutContent(Case sent) {
        return sent.expectation().outcome() == Outcome.BROKEN_OFF
                || sent.name().startsWith("chunk:")
                || sent.name().startsWith("trailer:");
    }

    private boolean refused() {
        return first.isEmpty() && !succeeded();
    }

    /**
     * What must not be.
     *
     * @return one sentence for each problem; empty if all is well
     */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    static Set<String> names(Message message) {
        return message.fields().stream()
                .map(Field::name)
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(toSet());
    }

    private void sort(RecordingUpstream.Arrival arrival) {
        Message message = arrival.message();
        if (arrival.malformed() != null) {
            problems.add("malformed at the upstream: " + arrival.malformed());
        } else if (message == null) {
            brokenOff = true;
            if (expectation.outcome() == Outcome.REFUSED) {
                problems.add("a part of it reached the upstream: " + arrival.raw());
            }
        } else if (message.target().equals(MalformedRequests.SECOND_TARGET)) {
            second.add(message);
        } else {
            first.add(message);
        }
        checkHops(message);
    }

    private void checkHops(@Nullable Message message) {
        if (message != null && names(message).stream().anyMatch(HOP_BY_HOP::contains)) {
            problems.add("a field that ends at a hop went on: " + message.fields());
        }
    }

    private void checkSecond(Message message, Set<String> ordinary) {
        if (!message.method().equals("GET")
                || !message.content().isEmpty()
                || !names(message).equals(ordinary)) {
            problems.add("the second request is not itself: " + message);
        }
    }

    private void checkKeptApart() {
        boolean several = first.size() > 1 && expectation.outcome() != Outcome.SEPARATED;
        if (several || second.size() > 1) {
            problems.add("one request became several: " + shown(first) + shown(second));
        }
        for (Message message : first) {
            if (message.toString().contains(MalformedRequests.SECOND_TARGET)) {
                problems.add("the second request became a part of the first: " + message);
            }
        }
    }

    private void checkExpectation() {
        Outcome outcome = expectation.outcome();
        boolean mustFail = outcome == Outcome.REFUSED || outcome == Outcome.BROKEN_OFF;
        if (mustFail && !refused()) {
            problems.add("not refused: " + status + ", at the upstream: " + shown(first));
        }
        if (outcome == Outcome.ACCEPTED && (first.size() != 1 || !succeeded() || brokenOff)) {
            problems.add("not accepted: " + status + ", at the upstream: " + shown(first));
        }
        if (!mustFail && !first.isEmpty() && !succeeded()) {
            problems.add(status + ", at the upstream: " + shown(first));
        }
        first.forEach(this::checkMessage);
    }

    private void checkMessage(Message message) {
        if (!Objects.requireNonNullElse(expectation.target(), message.target()).equals(message.target())) {
            problems.add("another target at the upstream: " + shown(List.of(message)));
        }
        if (!Objects.requireNonNullElse(expectation.content(), message.content())
                .equals(message.content())) {
            problems.add("other content at the upstream: " + shown(List.of(message)));
        }
    }

    private static String shown(List<Message> messages) {
        return messages.stream()
                .map(message -> message.method() + ' ' + message.target() + " \"" + message.content() + '"')
                .collect(joining(", ", "[", "]"));
    }

    private boolean succeeded() {
        return status.startsWith("2") || status.startsWith("3");
    }
}
