package dev.gatehouse.examples;

import dev.gatehouse.testkit.fleet.FleetResult;
import dev.gatehouse.testkit.fleet.Scenario;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Results as a page that needs nothing but itself: the plotting library is copied into it. */
final class FleetPage {

    private static final String UPLOT_VERSION = "1.6.30";
    private static final String UPLOT = "/META-INF/resources/webjars/uplot/" + UPLOT_VERSION + "/";
    private static final Pattern PLACE = Pattern.compile("\\$\\{([A-Za-z]+)}");

    /** Of the curve's points there are so many for each nine of the percentage. */
    private static final int POINTS = 40;

    /** A percentage is drawn if at least so many requests were slower. */
    private static final int LEAST_BEYOND = 10;

    private record Column(String title, String format, boolean lowIsBest, ToDoubleFunction<FleetResult> value) {

        String text(FleetResult result) {
            return String.format(Locale.ROOT, format, value.applyAsDouble(result));
        }
    }

    private static final List<Column> COLUMNS = List.of(
            percentile("p50 (ms)", 50),
            percentile("p90 (ms)", 90),
            percentile("p99 (ms)", 99),
            percentile("p99.9 (ms)", 99.9),
            new Column("success (%)", "%.3f", false, result -> result.successRate() * 100),
            new Column("imbalance", "%.2f", true, FleetResult::imbalance),
            new Column("attempts per request", "%.3f", true, FleetResult::attemptsPerRequest));

    private FleetPage() {}

    private static Column percentile(String title, double percent) {
        return new Column(title, "%.1f", true, result -> FleetComparison.millis(result, percent));
    }

    /** The page for some results of one scenario, by the names of their strategies. */
    static String of(Map<String, FleetResult> results) {
        FleetResult first = results.values().iterator().next();
        Scenario scenario = first.scenario();
        Map<String, String> parts = Map.ofEntries(
                Map.entry("title", escaped(scenario.name())),
                Map.entry("seed", "" + scenario.seed()),
                Map.entry("requests", "" + first.requests()),
                Map.entry("load", String.format(Locale.ROOT, "%.0f", scenario.load() * 100)),
                Map.entry("scenario", escaped(scenario.toString())),
                Map.entry("table", table(results)),
                Map.entry("data", data(results)),
                Map.entry("css", resource("/fleet/page.css")),
                Map.entry("js", resource("/fleet/page.js")),
                Map.entry("uplotVersion", UPLOT_VERSION),
                Map.entry("uplotCss", resource(UPLOT + "dist/uPlot.min.css")),
                Map.entry("uplotJs", resource(UPLOT + "dist/uPlot.iife.min.js")),
                Map.entry("uplotLicence", resource(UPLOT + "LICENSE")));
        return PLACE.matcher(resource("/fleet/page.html"))
                .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String table(Map<String, FleetResult> results) {
        StringBuilder table = new StringBuilder("<table>\n<tr><th>strategy</th>");
        COLUMNS.forEach(column -> table.append("<th>").append(column.title()).append("</th>"));
        table.append("</tr>\n");
        results.forEach((name, result) -> {
            table.append("<tr><td>").append(escaped(name)).append("</td>");
            for (Column column : COLUMNS) {
                String text = column.text(result);
                boolean best = text.equals(best(column, results));
                table.append(best ? "<td class=\"best\">" : "<td>").append(text).append("</td>");
            }
            table.append("</tr>\n");
        });
        return table.append("</table>").toString();
    }

    /** As it is written: equal figures are equally good. None, if all are. */
    private static String best(Column column, Map<String, FleetResult> results) {
        if (results.values().stream().map(column::text).distinct().count() == 1) {
            return "";
        }
        double sign = column.lowIsBest() ? 1 : -1;
        return results.values().stream()
                .min((a, b) -> Double.compare(
                        sign * column.value().applyAsDouble(a),
                        sign * column.value().applyAsDouble(b)))
                .map(column::text)
                .orElse("");
    }

    /** A literal of JavaScript. */
    private static String data(Map<String, FleetResult> results) {
        FleetResult first = results.values().iterator().next();
        List<String> groups = new ArrayList<>();
        List<String> servers = new ArrayList<>();
        for (FleetResult.Server server : first.servers()) {
            String group = server.id().substring(0, server.id().lastIndexOf('-'));
            if (!groups.contains(group)) {
                groups.add(group);
            }
            servers.add("{group: " + groups.indexOf(group) + "}");
        }
        double[] nines = nines(first.requests());
        double seconds = first.sampleInterval().toNanos() / 1e9;
        double[] times = new double[first.servers().get(0).inFlight().length];
        Arrays.setAll(times, i -> i * seconds);
        List<String> all = new ArrayList<>();
        results.forEach((name, result) -> all.add(one(name, result, nines)));
        return "{x: " + numbers(nines) + ",\ntimes: " + numbers(times) + ",\ngroups: "
                + list(groups.stream().map(FleetPage::quoted).toList()) + ",\nservers: " + list(servers)
                + ",\nresults: "
                + list(all) + "}";
    }

    private static String one(String name, FleetResult result, double[] nines) {
        double[] curve = Arrays.stream(nines)
                .map(nine -> FleetComparison.millis(result, Math.max(1e-6, 100 - 100 * Math.pow(10, -nine))))
                .toArray();
        List<String> inFlight = result.servers().stream()
                .map(server -> Arrays.toString(server.inFlight()))
                .toList();
        return "{name: " + quoted(name) + ", p99: " + number(FleetComparison.millis(result, 99)) + ", failures: "
                + number(100 - result.successRate() * 100) + ", attempts: " + number(result.attemptsPerRequest())
                + ",\ncurve: " + numbers(curve) + ",\ninFlight: " + list(inFlight) + "}";
    }

    /** How many nines a percentage has: 1 is 90 %, 2 is 99 %. */
    private static double[] nines(int requests) {
        int points = (int) (POINTS * Math.max(1, Math.log10((double) requests / LEAST_BEYOND)));
        double[] nines = new double[points + 1];
        Arrays.setAll(nines, i -> (double) i / POINTS);
        return nines;
    }

    private static String list(List<String> values) {
        return "[" + String.join(",\n", values) + "]";
    }

    private static String numbers(double[] values) {
        return "["
                + String.join(
                        ",", Arrays.stream(values).mapToObj(FleetPage::number).toList()) + "]";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("<", "\\u003c") + "\"";
    }

    private static String resource(String path) {
        try (InputStream in = FleetPage.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(path, e);
        }
    }
}
