package dev.gatehouse.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;

/** Random targets, most of them nearly right, against slow and simple readings of the same rules. */
class RequestTargetPropertyTest {

    private static final int RUNS = 50_000;
    private static final List<String> PIECES = List.of(
            "/",
            "/",
            "/",
            "a",
            "b",
            ".",
            "..",
            "%2e",
            "%2E",
            "%2f",
            "%5c",
            "%00",
            "%25",
            "25",
            "41",
            "%41",
            "%C3%A9",
            "%C3",
            "%A9",
            "%C0%AE",
            "%ED%A0%80",
            "%0a",
            "%7f",
            "%C2%80",
            ";",
            "\\",
            "?",
            "#",
            " ",
            "%",
            "%z",
            "\u00e9",
            "\u0000",
            "@",
            ":",
            "http://",
            "https://h",
            "*",
            "[::1]");

    private final long seed =
            System.getProperty("seed") == null ? new SplittableRandom().nextLong() : Long.getLong("seed");
    private final SplittableRandom random = new SplittableRandom(seed);

    @RegisterExtension
    final TestWatcher tellTheSeed = new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext test, Throwable cause) {
            System.err.println(test.getDisplayName() + " failed with -Dseed=" + seed);
        }
    };

    @Test
    void noTextMakesParsingThrow() {
        for (int i = 0; i < RUNS; i++) {
            RequestTarget target = RequestTarget.parse(i % 2 == 0 ? text() : noise());
            assertThat(target.violations()).isNotNull();
            assertThat(target.toString().chars()).allMatch(c -> c >= ' ' && c < 0x7f);
            for (int s = 0; s < target.segmentCount(); s++) {
                assertThat(target.segment(s)).isNotNull();
            }
        }
    }

    @Test
    void whatIsForwardedReadsTheSame() {
        for (int i = 0; i < RUNS; i++) {
            RequestTarget target = RequestTarget.parse(text());
            if (target.violations().contains(TargetRule.MALFORMED)) {
                continue;
            }
            RequestTarget forwarded = RequestTarget.parse(target.pathAndQuery());
            assertThat(forwarded.pathAndQuery()).isEqualTo(target.pathAndQuery());
            assertThat(forwarded.rawPath()).isEqualTo(target.rawPath());
            assertThat(forwarded.rawQuery()).isEqualTo(target.rawQuery());
            assertThat(forwarded.violations()).isEqualTo(target.violations());
            assertThat(RequestTargetTest.rawSegments(forwarded)).isEqualTo(RequestTargetTest.rawSegments(target));
        }
    }

    @Test
    void aPathIsItsSegments() {
        for (int i = 0; i < RUNS; i++) {
            RequestTarget target = RequestTarget.parse("/" + text());
            String joined = "/" + String.join("/", RequestTargetTest.rawSegments(target));
            assertThat(joined).isEqualTo(target.rawPath());
        }
    }

    @Test
    void anotherPathIsJudgedLikeAParsedOne() {
        RequestTarget target = RequestTarget.parse("/x?q");
        for (int i = 0; i < RUNS; i++) {
            String path = "/" + text();
            RequestTarget parsed = RequestTarget.parse(path + "?q");
            boolean sendable = path.indexOf('?') < 0 && !parsed.violations().contains(TargetRule.MALFORMED);
            try {
                RequestTarget changed = target.withRawPath(path);
                assertThat(sendable).as(path).isTrue();
                assertThat(changed).isEqualTo(parsed);
                assertThat(changed.violations()).isEqualTo(parsed.violations());
            } catch (IllegalArgumentException e) {
                assertThat(sendable).as(path).isFalse();
            }
        }
    }

    @Test
    void aPathWithoutViolationsIsReadInOneWay() {
        int clean = 0;
        for (int i = 0; i < RUNS; i++) {
            RequestTarget target = RequestTarget.parse("/" + text());
            Set<TargetRule> broken = target.violations();
            if (!broken.isEmpty()) {
                continue;
            }
            clean++;
            String decoded = strictlyDecoded(target.rawPath());
            assertThat(decoded).isNotNull().doesNotContain("//", "\\", "\u0000");
            assertThat(decoded.split("/", -1)).doesNotContain(".", "..");
            assertThat(decoded.chars()).noneMatch(Character::isISOControl);
            assertThat(decoded.chars().filter(c -> c == '/').count())
                    .isEqualTo(target.rawPath().chars().filter(c -> c == '/').count());
            assertThat(decoded).doesNotContainPattern("%[0-9a-fA-F]{2}");
        }
        assertThat(clean).isGreaterThan(RUNS / 100);
    }

    /** As strict readers of a percent-encoded path do it: null if the bytes are no UTF-8. */
    private static String strictlyDecoded(String path) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '%') {
                bytes.add((byte) Integer.parseInt(path.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                bytes.add((byte) path.charAt(i));
            }
        }
        byte[] array = new byte[bytes.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = bytes.get(i);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(array))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }

    private String noise() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i >= 0; i--) {
            text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
        }
        return text.toString();
    }
}
