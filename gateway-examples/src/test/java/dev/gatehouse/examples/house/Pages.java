package dev.gatehouse.examples.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages of the project. */
final class Pages {

    private Pages() {}

    /** The top of the project, from wherever the tests run. */
    static Path top() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("docs"))) {
            here = here.getParent();
        }
        return here;
    }

    static List<Path> all() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (Path folder : List.of(top(), top().resolve("docs"), top().resolve("docs/decisions"))) {
            try (Stream<Path> files = Files.list(folder)) {
                files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
            }
        }
        return pages;
    }
}
