package dev.gatehouse.testkit.fleet;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A group of servers as a line of a text. */
final class ServerText {

    private static final Pattern CALL = Pattern.compile("([A-Za-z]+)(?:\\(([^()]*)\\))?");
    private static final String SERVICES =
            "constant(time), exponential(mean), lognormal(median,p99), bimodal(often,seldom,share)";
    private static final String FAULTS = "slow(factor), failing(rate), failFast, flapping(period), "
            + "antagonist(share,on,off), rollingRestart(drain,down); during a part of the run with @from..until";

    private ServerText() {}

    static void read(ScenarioBuilder builder, String group, String[] words) {
        Words named = new Words("servers " + group, words, 0);
        String service = named.text("service", "");
        if (service.isEmpty()) {
            throw new IllegalArgumentException("servers " + group + ": no service (expected: one of " + SERVICES + ")");
        }
        builder.servers(group, named.whole("count", 1), service(service), servers -> {
            servers.concurrency(named.whole("concurrency", 1));
            if (named.has("queue")) {
                servers.queue(named.whole("queue", 0));
            }
            servers.speed(named.number("speed", 1));
            servers.weight(named.whole("weight", 1));
            if (named.has("zone")) {
                servers.zone(named.text("zone", ""));
            }
            named.all("fault").forEach(fault -> servers.fault(fault(fault)));
            named.expectNoOthers();
        });
    }

    private static ServiceTime service(String text) {
        Call call = Call.of(text, SERVICES);
        return switch (call.name + "/" + call.arguments.size()) {
            case "constant/1" -> ServiceTime.constant(call.time(0));
            case "exponential/1" -> ServiceTime.exponential(call.time(0));
            case "lognormal/2" -> ServiceTime.lognormal(call.time(0), call.time(1));
            case "bimodal/3" -> ServiceTime.bimodal(call.time(0), call.time(1), call.number(2));
            default -> throw unknown(text, SERVICES);
        };
    }

    private static Fault fault(String text) {
        int at = text.indexOf('@');
        Call call = Call.of(at < 0 ? text : text.substring(0, at), FAULTS);
        Fault fault = switch (call.name + "/" + call.arguments.size()) {
            case "slow/1" -> Fault.slow(call.number(0));
            case "failing/1" -> Fault.failing(call.number(0));
            case "failFast/0" -> Fault.failFast();
            case "flapping/1" -> Fault.flapping(call.time(0));
            case "antagonist/3" -> Fault.antagonist(call.number(0), call.time(1), call.time(2));
            case "rollingRestart/2" -> Fault.rollingRestart(call.time(0), call.time(1));
            default -> throw unknown(text, FAULTS);
        };
        if (at < 0) {
            return fault;
        }
        String[] times = text.substring(at + 1).split("\\.\\.", -1);
        if (times.length != 2) {
            throw unknown(text, FAULTS);
        }
        return fault.during(Texts.parseDuration(times[0]), Texts.parseDuration(times[1]));
    }

    private static IllegalArgumentException unknown(String text, String expected) {
        return new IllegalArgumentException(text + " (expected: one of " + expected + ")");
    }

    private record Call(String name, List<String> arguments) {

        static Call of(String text, String expected) {
            Matcher matcher = CALL.matcher(text);
            if (!matcher.matches()) {
                throw unknown(text, expected);
            }
            String inside = matcher.group(2);
            return new Call(matcher.group(1), inside == null ? List.of() : List.of(inside.split(",", -1)));
        }

        Duration time(int index) {
            return Texts.parseDuration(arguments.get(index).strip());
        }

        double number(int index) {
            return Texts.parseNumber(arguments.get(index).strip());
        }
    }
}
