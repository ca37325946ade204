package dev.gatehouse.balancer;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads endpoints from text, one on each line: a URI, then {@code name=value} in any order, separated by blanks. What follows
 * a {@code #} at the begin of a line or after a blank is a comment.
 */
final class EndpointLines {

    private static final String TAG = "tag.";

    /**
     * What a text says.
     *
     * @param endpoints one for each line that is good, in this order
     * @param problems one for each line that is not, with its number
     */
    record Parsed(List<Endpoint> endpoints, List<String> problems) {}

    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Integer> lineOfId = new HashMap<>();

    private EndpointLines() {}

    static Parsed parse(String text) {
        EndpointLines lines = new EndpointLines();
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            String said = (" " + line).replaceFirst("\\s#.*", "").trim();
            if (!said.isEmpty()) {
                lines.add(number, said);
            }
        }
        return new Parsed(List.copyOf(lines.endpoints), List.copyOf(lines.problems));
    }

    private void add(int number, String said) {
        try {
            Endpoint endpoint = endpoint(said.split("\\s+", -1));
            Integer other = lineOfId.putIfAbsent(endpoint.id(), number);
            if (other != null) {
                throw new IllegalArgumentException("id: " + endpoint.id() + " is that of line " + other + " too");
            }
            endpoints.add(endpoint);
        } catch (IllegalArgumentException e) {
            problems.add("line " + number + ": " + e.getMessage());
        }
    }

    private static Endpoint endpoint(String[] words) {
        Endpoint plain = Endpoint.of(words[0]);
        Map<String, String> settings = new HashMap<>();
        Map<String, String> tags = new HashMap<>();
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            String name = words[i].substring(0, Math.max(0, equals));
            boolean tag = name.startsWith(TAG) && name.length() > TAG.length();
            if (!tag && !List.of("id", "weight", "zone", "priority").contains(name)) {
                throw new IllegalArgumentException(
                        words[i] + " (expected: id=, weight=, zone=, priority= or tag.NAME= with a value)");
            }
            String value = words[i].substring(equals + 1);
            boolean twice = (tag ? tags.put(name.substring(TAG.length()), value) : settings.put(name, value)) != null;
            if (twice) {
                throw new IllegalArgumentException(name + ": given twice (expected: once)");
            }
        }
        return with(plain, settings, tags);
    }

    private static Endpoint with(Endpoint plain, Map<String, String> settings, Map<String, String> tags) {
        URI uri = plain.uri();
        Endpoint.Builder builder =
                Endpoint.builder(settings.getOrDefault("id", plain.id()), uri).tags(tags);
        number(settings, "weight").ifPresent(builder::weight);
        number(settings, "priority").ifPresent(builder::priority);
        return builder.zone(settings.getOrDefault("zone", "")).build();
    }

    private static Optional<Integer> number(Map<String, String> settings, String name) {
        String value = settings.get(name);
        try {
            return value == null ? Optional.empty() : Optional.of(Integer.valueOf(value));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: a whole number)");
        }
    }
}
