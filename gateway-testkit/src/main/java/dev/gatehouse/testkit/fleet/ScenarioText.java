package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.HealthCheckSettings;
import dev.gatehouse.balancer.OutlierDetection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A scenario as a text: each line goes to the method of the builder that has its name. */
final class ScenarioText {

    private static final String KNOWN = "name, seed, clients, servers GROUP, arrivals, duration, warmUp, timeout, "
            + "networkDelay, zoneDelay, retries, hedge, outlierDetection, healthChecks, keys";
    private static final Pattern LINE = Pattern.compile("([A-Za-z]+)(?:\\s+([^:]+))?\\s*:\\s*(.*)");
    private static final Pattern SPACE = Pattern.compile("\\s+");

    private final List<String> problems = new ArrayList<>();
    private @Nullable ScenarioBuilder builder;

    private ScenarioText() {}

    static Scenario parse(String text) {
        ScenarioText parser = new ScenarioText();
        List<String> lines = text.lines()
                .map(line -> line.replaceFirst("(^|\\s)#.*", "").strip())
                .toList();
        parser.builder = Scenario.builder(name(lines));
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty()) {
                parser.line(i + 1, lines.get(i));
            }
        }
        if (!parser.problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", parser.problems));
        }
        return parser.builder().build();
    }

    private static String name(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith("name:"))
                .map(line -> line.substring("name:".length()).strip())
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("name: missing (expected: a line name: …)"));
    }

    private ScenarioBuilder builder() {
        ScenarioBuilder made = builder;
        if (made == null) {
            throw new IllegalStateException("no builder");
        }
        return made;
    }

    private void line(int number, String line) {
        Matcher matcher = LINE.matcher(line);
        try {
            if (!matcher.matches()) {
                throw new IllegalArgumentException(line + " (expected: a setting, a colon, a value)");
            }
            set(matcher.group(1), matcher.group(2), matcher.group(3).strip());
        } catch (IllegalArgumentException wrong) {
            problems.add("line " + number + ": " + wrong.getMessage());
        }
    }

    private void set(String key, @Nullable String group, String value) {
        if ("servers".equals(key) != (group != null)) {
            throw new IllegalArgumentException(key + (group == null ? "" : " " + group)
                    + " (expected: a name of a group for servers, and only there)");
        }
        String[] words = SPACE.split(value);
        switch (key) {
            case "name" -> {}
            case "servers" -> ServerText.read(builder(), String.valueOf(group).strip(), words);
            case "seed" -> builder().seed(number(value));
            case "duration" -> builder().duration(Texts.parseDuration(value));
            case "warmUp" -> builder().warmUp(Texts.parseDuration(value));
            case "timeout" -> builder().timeout(Texts.parseDuration(value));
            case "networkDelay" -> builder().networkDelay(Texts.parseDuration(value));
            case "zoneDelay" -> builder().zoneDelay(Texts.parseDuration(value));
            default -> setMore(key, words);
        }
    }

    private void setMore(String key, String[] words) {
        Words named = new Words(key, words, 1);
        switch (key) {
            case "clients" -> {
                String zones = named.text("zones", "");
                builder().clients(Texts.parseInt(words[0]), zones.isEmpty() ? new String[0] : zones.split(","));
            }
            case "arrivals" -> builder().arrivalsFrom(named.duration("from", Duration.ZERO), rate(words[0]));
            case "retries" ->
                builder().retries(Texts.parseInt(words[0]), named.number("share", 0.2), named.whole("perSecond", 10));
            case "hedge" -> builder().hedge(Texts.parseNumber(words[0]));
            case "keys" -> builder().keys(Texts.parseInt(words[0]), named.number("exponent", 0));
            case "outlierDetection" -> outliers(words[0], named);
            case "healthChecks" -> {
                expectDefaults(key, words[0]);
                builder().healthChecks(HealthCheckSettings.defaults());
            }
            default -> throw new IllegalArgumentException(key + " is unknown (known: " + KNOWN + ")");
        }
        named.expectNoOthers();
    }

    private void outliers(String first, Words named) {
        expectDefaults("outlierDetection", first);
        OutlierDetection.Builder outliers = OutlierDetection.builder();
        outliers.consecutiveFailures(named.whole("consecutiveFailures", 5));
        outliers.maxEjectedShare(named.number("maxEjectedShare", 0.1));
        outliers.deviations(named.number("deviations", 1.9));
        builder().outlierDetection(outliers.build());
    }

    private static void expectDefaults(String key, String value) {
        if (!"defaults".equals(value)) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: defaults)");
        }
    }

    private static double rate(String text) {
        if (!text.endsWith("/s")) {
            throw new IllegalArgumentException("arrivals: " + text + " (expected: a rate such as 1200/s)");
        }
        return Texts.parseNumber(text.substring(0, text.length() - 2));
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("seed: " + text + " (expected: a whole number)", e);
        }
    }

    static String write(Scenario scenario) {
        StringBuilder text = new StringBuilder();
        line(text, "name", scenario.name());
        line(text, "seed", scenario.seed());
        line(text, "duration", Texts.duration(scenario.duration()));
        line(text, "warmUp", Texts.duration(scenario.warmUp()));
        String zones = scenario.zoneText();
        line(text, "clients", scenario.clients() + (zones.isEmpty() ? "" : " zones=" + zones));
        for (ScenarioSettings.Arrivals step : scenario.arrivals()) {
            String from = step.from().isZero() ? "" : " from=" + Texts.duration(step.from());
            line(text, "arrivals", Texts.number(step.perSecond()) + "/s" + from);
        }
        line(text, "timeout", Texts.duration(scenario.timeout()));
        line(text, "networkDelay", Texts.duration(scenario.networkDelay()));
        if (!scenario.zoneDelay().isZero()) {
            line(text, "zoneDelay", Texts.duration(scenario.zoneDelay()));
        }
        writeBehaviour(scenario, text);
        scenario.groups().forEach(group -> text.append(group).append('\n'));
        return text.toString();
    }

    private static void writeBehaviour(Scenario scenario, StringBuilder text) {
        ScenarioSettings.Retries retries = scenario.retries();
        if (retries != null) {
            line(
                    text,
                    "retries",
                    String.format(
                            Locale.ROOT,
                            "%d share=%s perSecond=%d",
                            retries.attempts(),
                            Texts.number(retries.share()),
                            retries.perSecond()));
        }
        if (scenario.hedgeQuantile() > 0) {
            line(text, "hedge", Texts.number(scenario.hedgeQuantile()));
        }
        if (scenario.outlierDetection() != null) {
            line(text, "outlierDetection", outlierText(scenario.outlierDetection()));
        }
        if (scenario.healthChecks() != null) {
            line(text, "healthChecks", "defaults");
        }
        ScenarioSettings.Keys keys = scenario.keys();
        if (keys != null) {
            line(text, "keys", keys.count() + " exponent=" + Texts.number(keys.exponent()));
        }
    }

    private static String outlierText(OutlierDetection outliers) {
        return "defaults consecutiveFailures=" + outliers.consecutiveFailures() + " maxEjectedShare="
                + Texts.number(outliers.maxEjectedShare()) + " deviations=" + Texts.number(outliers.deviations());
    }

    private static void line(StringBuilder text, String key, Object value) {
        text.append(key).append(": ").append(value).append('\n');
    }
}
