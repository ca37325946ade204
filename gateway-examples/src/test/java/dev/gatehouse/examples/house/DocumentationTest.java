package dev.gatehouse.examples.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every piece of Java in the pages compiles, and runs unless the page says why not; every link leads somewhere. */
class DocumentationTest {

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)#\\s]+)(?:#[^)]*)?\\)");

    @TempDir
    static Path classes;

    private static List<Snippet> snippets;
    private static String complaints;

    @BeforeAll
    static void compileAllAtOnce() throws IOException {
        snippets = new ArrayList<>();
        for (Path page : Pages.all()) {
            snippets.addAll(Snippet.of(page));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter out = new StringWriter();
        List<String> options = List.of(
                "-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none", "-nowarn");
        compiler.getTask(
                        out,
                        null,
                        null,
                        options,
                        null,
                        snippets.stream().map(DocumentationTest::file).toList())
                .call();
        complaints = out.toString();
    }

    private static JavaFileObject file(Snippet snippet) {
        URI name = URI.create("string:///" + snippet.className() + ".java");
        return new SimpleJavaFileObject(name, JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return snippet.source();
            }
        };
    }

    @Test
    void everySnippetCompiles() {
        assertThat(complaints).isEmpty();
        assertThat(snippets).as("snippets in the pages").hasSizeGreaterThan(10);
    }

    @TestFactory
    Stream<DynamicTest> everySnippetRuns() {
        return snippets.stream()
                .filter(Snippet::run)
                .map(snippet -> DynamicTest.dynamicTest(snippet.toString(), () -> run(snippet)));
    }

    private static void run(Snippet snippet) throws Exception {
        URL[] urls = {classes.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(urls, DocumentationTest.class.getClassLoader())) {
            loader.loadClass(snippet.className()).getMethod("run").invoke(null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw new AssertionError(e.getCause());
        }
    }

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path page : Pages.all()) {
            Matcher link = LINK.matcher(Files.readString(page));
            while (link.find()) {
                boolean outside = link.group(1).contains("://") || link.group(1).startsWith("mailto:");
                if (!outside && !Files.exists(page.resolveSibling(link.group(1)))) {
                    broken.add(page.getFileName() + ": " + link.group(1));
                }
            }
        }
        assertThat(broken).isEmpty();
    }
}
