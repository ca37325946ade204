package dev.gatehouse.examples.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A block of Java in a page, made into a class. Comments right before the block say what a reader must imagine:
 * {@code given:} statements before it, {@code import:} a type, {@code compiled, not run:} with the reason.
 */
record Snippet(String page, int line, String className, String source, boolean run) {

    private static final Pattern BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMENTS = Pattern.compile("((?:<!--(?:(?!-->).)*-->\\s*)*)$", Pattern.DOTALL);
    private static final Pattern COMMENT = Pattern.compile("<!--\\s*(.*?)\\s*-->", Pattern.DOTALL);

    private static final String IMPORTS = """
        import static org.assertj.core.api.Assertions.*;
        import dev.gatehouse.*;
        import dev.gatehouse.balancer.*;
        import dev.gatehouse.filters.*;
        import dev.gatehouse.host.*;
        import dev.gatehouse.http.*;
        import dev.gatehouse.jdkserver.*;
        import dev.gatehouse.jetty.*;
        import dev.gatehouse.jetty.client.*;
        import dev.gatehouse.servlet.*;
        import dev.gatehouse.testkit.*;
        import dev.gatehouse.transport.*;
        import java.io.*;
        import java.net.*;
        import java.time.*;
        import java.util.*;
        import java.util.concurrent.*;
        import java.util.function.*;
        """;

    static List<Snippet> of(Path page) throws IOException {
        String text = Files.readString(page);
        List<Snippet> snippets = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            int line = (int) text.substring(0, block.start()).lines().count() + 1;
            snippets.add(snippet(page.getFileName().toString(), line, before(text, block.start()), block.group(1)));
        }
        return snippets;
    }

    private static String before(String text, int end) {
        Matcher comments = COMMENTS.matcher(text.substring(Math.max(0, end - 4_000), end));
        return comments.find() ? comments.group(1) : "";
    }

    private static Snippet snippet(String page, int line, String comments, String block) {
        StringBuilder imports = new StringBuilder(IMPORTS);
        StringBuilder given = new StringBuilder();
        boolean run = true;
        Matcher comment = COMMENT.matcher(comments);
        while (comment.find()) {
            String text = comment.group(1);
            if (text.startsWith("given:")) {
                given.append(text.substring("given:".length())).append('\n');
            } else if (text.startsWith("import:")) {
                imports.append("import ")
                        .append(text.substring("import:".length()).strip())
                        .append(";\n");
            } else if (text.startsWith("compiled, not run:")) {
                run = false;
            }
        }
        String name = page.replaceAll("[^A-Za-z0-9]", "_") + "_" + line;
        // A class of a page stands inside a method here, where nothing is public.
        String body =
                block.replaceAll("(?m)^public (?=(?:abstract |final |sealed )*(?:class|interface|record|enum) )", "");
        String source = imports + "@SuppressWarnings(\"all\")\npublic class " + name
                + " {\n public static void run() throws Exception {\n" + given + body + "\n }\n}\n";
        return new Snippet(page, line, name, source, run);
    }

    @Override
    public String toString() {
        return page + ":" + line;
    }
}
