package dev.gatehouse.examples.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page about strategies of one's own shows the example that its other snippets, and the contract, run. */
class ShownStrategyTest {

    private static final String SOURCES = "gateway-examples/src/main/java/dev/gatehouse/examples";

    @Test
    void thePageShowsTheExample() throws IOException {
        Path top = Pages.top();
        String source = Files.readString(top.resolve(SOURCES).resolve("TwoHomes.java"));

        assertThat(Files.readString(top.resolve("docs/prove-your-strategy.md")))
                .contains(source.substring(source.indexOf("public record TwoHomes")));
    }
}
