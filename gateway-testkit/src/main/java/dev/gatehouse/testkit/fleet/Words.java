package dev.gatehouse.testkit.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The {@code name=value} words of a line. */
final class Words {

    private final String line;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<String> known = new ArrayList<>();

    Words(String line, String[] words, int from) {
        this.line = line;
        for (int i = from; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals <= 0 || equals == words[i].length() - 1) {
                throw new IllegalArgumentException(line + ": " + words[i] + " (expected: name=value)");
            }
            values.computeIfAbsent(words[i].substring(0, equals), unused -> new ArrayList<>())
                    .add(words[i].substring(equals + 1));
        }
    }

    List<String> all(String name) {
        known.add(name);
        List<String> found = values.remove(name);
        return found == null ? List.of() : found;
    }

    String text(String name, String otherwise) {
        List<String> found = all(name);
        if (found.size() > 1) {
            throw new IllegalArgumentException(line + ": " + name + " twice (expected: once)");
        }
        return found.isEmpty() ? otherwise : found.get(0);
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    double number(String name, double otherwise) {
        return Texts.parseNumber(text(name, String.valueOf(otherwise)));
    }

    int whole(String name, int otherwise) {
        return Texts.parseInt(text(name, String.valueOf(otherwise)));
    }

    Duration duration(String name, Duration otherwise) {
        String found = text(name, "");
        return found.isEmpty() ? otherwise : Texts.parseDuration(found);
    }

    void expectNoOthers() {
        if (!values.isEmpty()) {
            throw new IllegalArgumentException(line + ": " + String.join(", ", values.keySet()) + " is unknown (known: "
                    + (known.isEmpty() ? "none" : String.join(", ", known)) + ")");
        }
    }
}
