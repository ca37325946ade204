package dev.gatehouse.jetty.internal;

import dev.gatehouse.http.Headers;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/** Header and trailer sections of ours from Jetty's, and Jetty's from ours. */
public final class JettyFields {

    private JettyFields() {}

    /**
     * Fields that Jetty parsed.
     *
     * @param fields Jetty's fields
     * @return the same fields in the same order, unchecked
     */
    public static Headers fromJetty(HttpFields fields) {
        Headers.Builder headers = Headers.builder(fields.size());
        for (HttpField field : fields) {
            @Nullable String value = field.getValue();
            headers.addParsed(field.getName(), value == null ? "" : value);
        }
        return headers.build();
    }

    /**
     * Fields for Jetty.
     *
     * @param headers our fields
     * @return a new set with the same fields in the same order
     */
    public static HttpFields.Mutable toJetty(Headers headers) {
        HttpFields.Mutable fields = HttpFields.build();
        add(headers, fields);
        return fields;
    }

    /**
     * Adds fields to Jetty's.
     *
     * @param headers our fields
     * @param fields where to add them, in the same order
     */
    public static void add(Headers headers, HttpFields.Mutable fields) {
        for (int i = 0; i < headers.size(); i++) {
            fields.add(new HttpField(headers.name(i), headers.value(i)));
        }
    }
}
