package dev.gatehouse;

import java.util.List;

/** A gateway cannot be built, changed or attached as it is configured. Lists everything that is wrong. */
public final class ConfigurationException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    /** One sentence for each. */
    private final List<String> problems;

    ConfigurationException(List<String> problems) {
        super(
                problems.size() == 1
                        ? problems.get(0)
                        : problems.size() + " problems:\n- " + String.join("\n- ", problems));
        this.problems = List.copyOf(problems);
    }

    /**
     * What is wrong.
     *
     * @return one sentence for each problem, at least one
     */
    public List<String> problems() {
        return problems;
    }
}
