package dev.gatehouse.http;

/** Writes the JSON of a problem report (RFC 9457 §3). */
final class Problem {

    static final Headers HEADERS = Headers.of("Content-Type", "application/problem+json", "Cache-Control", "no-store");

    private Problem() {}

    static String json(int status, String code, String detail) {
        StringBuilder json = new StringBuilder(96);
        json.append("{\"status\":").append(status);
        json.append(",\"title\":");
        quote(json, title(status));
        json.append(",\"code\":");
        quote(json, code);
        json.append(",\"detail\":");
        quote(json, detail);
        return json.append('}').toString();
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 401 -> "Unauthorized";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 406 -> "Not Acceptable";
            case 408 -> "Request Timeout";
            case 413 -> "Content Too Large";
            case 414 -> "URI Too Long";
            case 415 -> "Unsupported Media Type";
            case 417 -> "Expectation Failed";
            case 421 -> "Misdirected Request";
            case 429 -> "Too Many Requests";
            case 431 -> "Request Header Fields Too Large";
            case 500 -> "Internal Server Error";
            case 501 -> "Not Implemented";
            case 502 -> "Bad Gateway";
            case 503 -> "Service Unavailable";
            case 504 -> "Gateway Timeout";
            default -> "Status " + status;
        };
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == 0x2028 || c == 0x2029) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        json.append('"');
    }
}
