package dev.gatehouse.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parameters of a query and a form that a filter changed, as a container would parse them. */
final class Parameters {

    /** As much as containers take by default (Tomcat {@code maxPostSize}); a form is parsed in memory. */
    private static final int MAX_FORM_BYTES = 2 * 1024 * 1024;

    private final Map<String, List<String>> values = new LinkedHashMap<>();

    void add(@Nullable String encoded, String charset) {
        if (encoded == null) {
            return;
        }
        for (String pair : encoded.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                values.computeIfAbsent(decode(name, charset), key -> new ArrayList<>(1))
                        .add(decode(value, charset));
            }
        }
    }

    void addForm(InputStream form, String charset) throws IOException {
        byte[] bytes = form.readNBytes(MAX_FORM_BYTES + 1);
        if (bytes.length > MAX_FORM_BYTES) {
            throw new IOException("the form has more than " + MAX_FORM_BYTES + " bytes");
        }
        add(new String(bytes, StandardCharsets.ISO_8859_1), charset);
    }

    Map<String, String[]> map() {
        Map<String, String[]> map = new LinkedHashMap<>();
        values.forEach((name, all) -> map.put(name, all.toArray(String[]::new)));
        return Collections.unmodifiableMap(map);
    }

    private static String decode(String encoded, String charset) {
        try {
            return URLDecoder.decode(encoded, charset);
        } catch (IllegalArgumentException | IOException malformed) {
            throw new IllegalStateException("a parameter is malformed", malformed);
        }
    }
}
