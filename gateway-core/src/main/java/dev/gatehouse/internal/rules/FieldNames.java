package dev.gatehouse.internal.rules;

import dev.gatehouse.internal.syntax.FieldSyntax;

/**
 * Names of fields as other software sees them. CGI and all that came after it turn {@code X-Forwarded-For} into
 * {@code HTTP_X_FORWARDED_FOR}, and so make it one with {@code X_Forwarded_For}; some do the same with a dot.
 */
final class FieldNames {

    private FieldNames() {}

    /** Whether a name has a character that some software takes for a hyphen. */
    static boolean folds(String name) {
        return name.indexOf('_') >= 0 || name.indexOf('.') >= 0;
    }

    /** The name that this one can be taken for; itself if it has none of those characters. */
    static String unfold(String name) {
        return folds(name) ? name.replace('_', '-').replace('.', '-') : name;
    }

    /** Whether a name has letters, digits and hyphens only. */
    static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            if (!letter && c != '-' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }

    /** Whether a field belongs to the family {@code X-Forwarded-…}. */
    static boolean isXForwarded(String name) {
        return name.length() > 12 && name.regionMatches(true, 0, "X-Forwarded-", 0, 12);
    }

    /** Whether one of the fields that tell where content ends. */
    static boolean isFraming(String name) {
        return FieldSyntax.sameName(name, "Content-Length") || FieldSyntax.sameName(name, "Transfer-Encoding");
    }
}
