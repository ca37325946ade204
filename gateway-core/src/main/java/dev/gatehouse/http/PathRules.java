package dev.gatehouse.http;

import dev.gatehouse.internal.syntax.IpAddress;
import java.util.EnumSet;
import java.util.Set;

/**
 * Finds the rules that a path breaks. It walks over what the path decodes to, one character after another, and keeps for
 * each question asked the little it has to remember.
 */
final class PathRules {

    /** Something other than dots was in the piece. */
    private static final int NO_DOTS = -1;

    private final String raw;
    private final int end;
    private final Set<TargetRule> broken = EnumSet.noneOf(TargetRule.class);

    /** How many dots the piece of a segment consists of so far; a piece ends at whatever some server takes for its end. */
    private int dots;

    private boolean segmentEmpty;

    /** How many hex digits follow the last decoded {@code %}, or -1. */
    private int digitsAfterPercent = -1;

    private int utf8Pending;
    private int utf8Value;
    private int utf8Least;

    private PathRules(String raw, int end) {
        this.raw = raw;
        this.end = end;
    }

    static Set<TargetRule> brokenBy(String raw, int start, int end) {
        PathRules rules = new PathRules(raw, end);
        for (int i = start; i < end; ) {
            i = rules.next(i);
        }
        rules.endPiece(NO_DOTS);
        rules.endUtf8();
        return rules.broken;
    }

    /** Whether a character may stand in a request target at all (the reader of the path knows where it ends). */
    static boolean isAllowed(char c) {
        return c > ' ' && c < 0x7f && c != '#';
    }

    private int next(int i) {
        char c = raw.charAt(i);
        if (c == '%') {
            int high = i + 2 < end ? IpAddress.hexDigit(raw.charAt(i + 1)) : -1;
            int low = i + 2 < end ? IpAddress.hexDigit(raw.charAt(i + 2)) : -1;
            if (high >= 0 && low >= 0) {
                segmentEmpty = false;
                encoded((high << 4) | low);
                return i + 3;
            }
            broken.add(TargetRule.MALFORMED);
        }
        endUtf8();
        if (!isAllowed(c)) {
            broken.add(TargetRule.MALFORMED);
        }
        plain(c);
        return i + 1;
    }

    private void plain(char c) {
        boolean emptySoFar = segmentEmpty;
        segmentEmpty = c == '/';
        seen(c);
        switch (c) {
            case '/' -> {
                if (emptySoFar) {
                    broken.add(TargetRule.EMPTY_SEGMENT);
                }
                endPiece(0);
            }
            case '\\' -> {
                broken.add(TargetRule.BACKSLASH);
                endPiece(0);
            }
            case ';' -> {
                broken.add(TargetRule.PATH_PARAMETER);
                if (emptySoFar) {
                    broken.add(TargetRule.EMPTY_SEGMENT);
                }
                endPiece(NO_DOTS);
            }
            case '.' -> dot();
            default -> dots = NO_DOTS;
        }
    }

    private void encoded(int value) {
        if (utf8Pending > 0 && (value & 0xc0) == 0x80) {
            utf8Value = (utf8Value << 6) | (value & 0x3f);
            if (--utf8Pending == 0) {
                decodedBeyondAscii(utf8Value);
            }
            return;
        }
        endUtf8();
        if (value < 0x80) {
            decoded((char) value);
        } else if (value >= 0xc0 && value < 0xe0) {
            beginUtf8(1, value & 0x1f, 0x80);
        } else if (value >= 0xe0 && value < 0xf0) {
            beginUtf8(2, value & 0x0f, 0x800);
        } else if (value >= 0xf0 && value < 0xf8) {
            beginUtf8(3, value & 0x07, 0x10000);
        } else {
            broken.add(TargetRule.INVALID_UTF8);
            dots = NO_DOTS;
        }
    }

    private void decoded(char c) {
        seen(c);
        switch (c) {
            case '/' -> {
                broken.add(TargetRule.ENCODED_SLASH);
                endPiece(0);
            }
            case '\\' -> {
                broken.add(TargetRule.BACKSLASH);
                endPiece(0);
            }
            case 0 -> {
                broken.add(TargetRule.ENCODED_NUL);
                endPiece(NO_DOTS);
            }
            case '%' -> {
                digitsAfterPercent = 0;
                dots = NO_DOTS;
            }
            // Some servers decode before they cut parameters off.
            case ';' -> endPiece(NO_DOTS);
            case '.' -> dot();
            default -> {
                if (c < ' ' || c == 0x7f) {
                    broken.add(TargetRule.CONTROL_CHARACTER);
                }
                dots = NO_DOTS;
            }
        }
    }

    private void decodedBeyondAscii(int codePoint) {
        boolean surrogate = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        if (codePoint < utf8Least || surrogate || codePoint > Character.MAX_CODE_POINT) {
            broken.add(TargetRule.INVALID_UTF8);
        }
        if (codePoint < 0x80) {
            // An overlong form. A lax reader takes it for the character, so the rules for that one hold too.
            decoded((char) codePoint);
            return;
        }
        if (codePoint < 0xa0) {
            broken.add(TargetRule.CONTROL_CHARACTER);
        }
        digitsAfterPercent = -1;
        dots = NO_DOTS;
    }

    private void beginUtf8(int continuations, int bits, int least) {
        utf8Pending = continuations;
        utf8Value = bits;
        utf8Least = least;
    }

    private void endUtf8() {
        if (utf8Pending > 0) {
            broken.add(TargetRule.INVALID_UTF8);
            utf8Pending = 0;
            dots = NO_DOTS;
        }
    }

    private void seen(char c) {
        if (digitsAfterPercent >= 0) {
            digitsAfterPercent = IpAddress.hexDigit(c) >= 0 ? digitsAfterPercent + 1 : -1;
            if (digitsAfterPercent == 2) {
                broken.add(TargetRule.DOUBLE_ENCODING);
                digitsAfterPercent = -1;
            }
        }
    }

    private void dot() {
        if (dots != NO_DOTS) {
            dots++;
        }
    }

    private void endPiece(int dotsOfNext) {
        if (dots == 1 || dots == 2) {
            broken.add(TargetRule.DOT_SEGMENT);
        }
        dots = dotsOfNext;
    }
}
