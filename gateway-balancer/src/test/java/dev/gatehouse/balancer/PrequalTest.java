package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Servers that say what the test says, asked by the production strategy under virtual time. */
class PrequalTest {

    private final VirtualClock time = new VirtualClock();
    private final Map<String, LoadReport> loads = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final UpdatableEndpoints source = new UpdatableEndpoints(Endpoints.list("a", "b", "c"));
    private PrequalSettings settings = PrequalSettings.defaults();
    private LoadProber prober = this::answer;
    private Balancer balancer;

    @AfterEach
    void close() {
        balancer.close();
    }

    private CompletionStage<LoadReport> answer(Endpoint endpoint) {
        asked.add(endpoint.id());
        LoadReport load = loads.get(endpoint.id());
        return load == null
                ? CompletableFuture.failedFuture(new IllegalStateException("no answer"))
                : CompletableFuture.completedFuture(load);
    }

    private static LoadReport load(int inFlight, int millis) {
        return new LoadReport(0, 0, 0, inFlight, Duration.ofMillis(millis).toNanos());
    }

    /** The first questions are asked by a timer, so that making a picker does no input or output. */
    private void start() {
        balancer = Balancer.builder(source)
                .strategy(Strategy.prequal(endpoint -> prober.probe(endpoint), settings))
                .time(time)
                .random(RandomSource.seeded(1))
                .build();
        time.advance(Duration.ZERO);
    }

    private String call(Outcome outcome) {
        try (Lease lease = balancer.acquire(PickContext.none())) {
            time.advance(Duration.ofMillis(1));
            lease.report(outcome);
            return lease.endpoint().id();
        }
    }

    private Map<String, Long> calls(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> call(Outcome.SUCCESS))
                .collect(Collectors.groupingBy(id -> id, TreeMap::new, Collectors.counting()));
    }

    @Test
    void amongColdNodesTheQuickestIsTaken() {
        loads.putAll(Map.of("a", load(3, 30), "b", load(0, 10), "c", load(3, 20)));
        settings = settings.withHotQuantile(1);
        start();
        // A call's three questions all miss b with a chance of 8/27; after four misses in a row b would have 4
        // requests, and be
        // hot: (8/27)^4 is 1 % of the calls, beside those before b's first answer.
        assertThat(calls(200).get("b")).isGreaterThan(185);
    }

    @Test
    void ifAllAreHotTheLeastBusyIsTaken() {
        loads.putAll(Map.of("a", load(9, 1), "b", load(8, 2), "c", load(2, 30)));
        settings = settings.withHotQuantile(0);
        start();
        assertThat(calls(200).get("c")).isGreaterThan(190);
    }

    @Test
    void aHotNodeIsNotTakenHoweverQuick() {
        loads.putAll(Map.of("a", load(50, 1), "b", load(1, 20), "c", load(1, 10)));
        settings = settings.withHotQuantile(0.6);
        start();
        Map<String, Long> calls = calls(300);
        // Of three kinds of answers two thirds have one request: the 0.6 quantile is 1, and 50 is hot.
        assertThat(calls.getOrDefault("a", 0L)).isLessThan(15);
        assertThat(calls.get("c")).isGreaterThan(calls.getOrDefault("b", 0L));
    }

    @Test
    void whatIsSentCountsUntilTheNextAnswer() {
        loads.putAll(Map.of("a", load(0, 1), "b", load(0, 1), "c", load(0, 1)));
        settings = settings.withHotQuantile(0).withPoolSize(3);
        start();
        prober = endpoint -> new CompletableFuture<>();
        List<Lease> open = IntStream.range(0, 9)
                .mapToObj(i -> balancer.acquire(PickContext.none()))
                .toList();
        // Two or three of the nodes have answered, each with 0: whoever has fewer gets the next.
        Map<String, Long> sent = open.stream()
                .collect(Collectors.groupingBy(lease -> lease.endpoint().id(), Collectors.counting()));
        assertThat(sent.values()).allMatch(count -> count >= 2 && count <= 5);
        open.forEach(Lease::close);
    }

    @Test
    void answersThatAreTooOldCountNoMore() {
        loads.putAll(Map.of("a", load(0, 90), "b", load(0, 1), "c", load(0, 90)));
        start();
        calls(20);
        prober = endpoint -> new CompletableFuture<>();
        time.advance(Duration.ofMillis(1_001));
        // By chance: each of three nodes gets 100 of 300 calls, with a standard deviation of 8.2.
        assertThat(calls(300).values()).allMatch(count -> count > 59 && count < 141);
    }

    @Test
    void eachCallAsksThreeNodesButNobodyTwiceAtOnce() {
        source.set(Endpoints.list(IntStream.range(0, 100).mapToObj(i -> "n" + i).toArray(String[]::new)));
        IntStream.range(0, 100).forEach(i -> loads.put("n" + i, load(1, 1)));
        start();
        asked.clear();
        calls(100);
        assertThat(asked).hasSize(300);
        prober = endpoint -> {
            asked.add(endpoint.id());
            return new CompletableFuture<>();
        };
        asked.clear();
        calls(1_000);
        assertThat(asked).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void partsOfQuestionsAreAskedNowAndThen() {
        IntStream.range(0, 3).forEach(i -> loads.put("" + (char) ('a' + i), load(1, 1)));
        settings = settings.withProbesPerCall(0.25);
        start();
        asked.clear();
        calls(1_000);
        // Binomial: mean 250, standard deviation 13.7.
        assertThat(asked.size()).isBetween(181, 319);
    }

    @Test
    void aNodeThatFailsFastDrawsNoCalls() {
        loads.putAll(Map.of("a", load(0, 0), "b", load(5, 20), "c", load(5, 20)));
        start();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            Lease lease = balancer.acquire(PickContext.none());
            String id = lease.endpoint().id();
            time.advance(Duration.ofMillis(1));
            lease.report(id.equals("a") ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            lease.close();
            counts.merge(id, 1, Integer::sum);
        }
        // Two seconds: one failure to learn it, some answers from before it, and those taken by chance at the start.
        assertThat(counts.get("a")).isLessThan(20);
    }

    @Test
    void aNodeThatFailedIsTriedAgainAfterAWhile() {
        loads.putAll(Map.of("a", load(0, 0), "b", load(5, 20), "c", load(5, 20)));
        start();
        for (int i = 0; i < 100; i++) {
            Lease lease = balancer.acquire(PickContext.none());
            lease.report(lease.endpoint().id().equals("a") ? Outcome.SERVER_ERROR : Outcome.SUCCESS);
            lease.close();
        }
        time.advance(Duration.ofSeconds(8));
        assertThat(calls(100).get("a")).isGreaterThan(50);
    }

    @Test
    void whatComesWithResponsesIsTakenWithoutQuestions() {
        loads.putAll(Map.of("a", load(4, 50), "b", load(4, 5), "c", load(4, 70)));
        settings = settings.withProbesPerCall(0).withHotQuantile(1);
        prober = endpoint -> new CompletableFuture<>();
        start();
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            try (Lease lease = balancer.acquire(PickContext.none())) {
                String id = lease.endpoint().id();
                time.advance(Duration.ofMillis(1));
                lease.report(loads.get(id));
                lease.report(Outcome.SUCCESS);
                counts.merge(id, 1, Integer::sum);
            }
        }
        assertThat(counts.get("b")).isGreaterThan(counts.get("a") + counts.get("c"));
    }

    @Test
    void withoutAnswersItGoesByChanceAndByWeight() {
        source.set(List.of(Endpoints.weighted("a", 1), Endpoints.weighted("b", 3)));
        start();
        Map<String, Long> calls = calls(4_000);
        // Mean 1 000 and 3 000, standard deviation 27.4.
        assertThat(calls.get("a")).isBetween(863L, 1_137L);
    }

    @Test
    void aProberThatThrowsCostsNoCall() {
        prober = endpoint -> {
            throw new IllegalStateException("no network");
        };
        start();
        assertThat(calls(300)).containsOnlyKeys("a", "b", "c");
    }

    @Test
    void anAnswerWithoutRequestsInFlightIsNone() {
        loads.putAll(Map.of("a", new LoadReport(0.1, 1, 0), "b", new LoadReport(0.9, 1, 0), "c", load(1, 1)));
        start();
        // One node alone is no choice.
        assertThat(calls(300).values()).allMatch(count -> count > 59 && count < 141);
    }

    @Test
    void answersOutliveAChangeOfTheListAndNodesThatLeftAreNotTaken() {
        loads.putAll(Map.of("a", load(1, 90), "b", load(1, 1), "c", load(1, 90), "d", load(1, 90)));
        settings = settings.withHotQuantile(1);
        start();
        calls(20);
        prober = endpoint -> new CompletableFuture<>();
        source.set(Endpoints.list("a", "b", "d"));
        assertThat(call(Outcome.SUCCESS)).isEqualTo("b");
        source.set(Endpoints.list("a", "d"));
        assertThat(calls(50)).containsOnlyKeys("a", "d");
    }

    @Test
    void aSecondAttemptGoesElsewhere() {
        loads.putAll(Map.of("a", load(1, 90), "b", load(1, 1), "c", load(1, 90)));
        settings = settings.withHotQuantile(1);
        start();
        calls(20);
        Node b = balancer.nodes().get(1);
        for (int i = 0; i < 100; i++) {
            try (Lease lease = balancer.acquire(PickContext.none().avoiding(b))) {
                assertThat(lease.node()).isNotSameAs(b);
            }
        }
    }

    @Test
    void aPoolOfAFewOfManyReusesAnswersAsThePaperSays() {
        // (1 + 1) / ((1 - 16/100) × 3 - 1) and (1 + 1) / ((1 - 16/32) × 6 - 1).
        assertThat(settings.usesOf(100)).isCloseTo(2 / 1.52, within(1e-9));
        assertThat(settings.withProbesPerCall(6).usesOf(32)).isEqualTo(1);
        // Too few of the answers are new for one to be removed: (1 + 1) / ((1 - 16/20) × 3).
        assertThat(settings.usesOf(20)).isCloseTo(2 / 0.6, within(1e-9));
        assertThat(settings.usesOf(16)).isInfinite();
        balancer = Balancer.builder("http://a.invalid").build();
    }

    @Test
    void aQuestionThatIsTooOldIsGivenUpAndAskedAgain() {
        List<CompletableFuture<LoadReport>> questions = new ArrayList<>();
        prober = endpoint -> {
            CompletableFuture<LoadReport> question = new CompletableFuture<>();
            questions.add(question);
            return question;
        };
        start();
        calls(100);
        assertThat(questions).hasSize(3).noneMatch(CompletableFuture::isDone);
        time.advance(Duration.ofSeconds(1));
        calls(100);
        assertThat(questions).hasSize(6);
        assertThat(questions.subList(0, 3)).allMatch(CompletableFuture::isCancelled);
    }

    @Test
    void settingsThatCannotBeAreAllNamed() {
        balancer = Balancer.builder("http://a.invalid").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PrequalSettings(1, -1, Duration.ZERO, true, 0, Double.NaN))
                .withMessageContainingAll(
                        "poolSize: 1", "probesPerCall: -1.0", "maxAge: PT0S", "netGain: 0.0", "hotQuantile: NaN");
    }

    @Test
    void callsThatEndAfterTheListHasChangedAskNoneThatHasLeft() {
        loads.putAll(Map.of("a", load(1, 1), "b", load(1, 1), "c", load(1, 1), "d", load(1, 1), "e", load(1, 1)));
        start();
        List<Lease> open = IntStream.range(0, 20)
                .mapToObj(i -> balancer.acquire(PickContext.none()))
                .toList();
        source.set(Endpoints.list("d", "e"));
        asked.clear();
        open.forEach(lease -> {
            lease.report(Outcome.SUCCESS);
            lease.close();
        });
        assertThat(asked).doesNotContain("a", "b", "c");
    }
}
