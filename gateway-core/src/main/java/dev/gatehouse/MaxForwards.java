package dev.gatehouse;

import dev.gatehouse.http.Request;

/** Counts the hops of OPTIONS (RFC 9110 §7.6.2). TRACE, the other method it is for, is refused. */
final class MaxForwards {

    private static final String NAME = "Max-Forwards";
    private static final int MOST_DIGITS = 9;

    private MaxForwards() {}

    /** The request with one hop less to go. A value that is no number is left alone: only its recipient can judge it. */
    static Request decrement(Request request) {
        String value = request.method().equals("OPTIONS") ? request.headers().get(NAME) : null;
        if (value == null
                || value.isEmpty()
                || value.length() > MOST_DIGITS
                || !value.chars().allMatch(c -> c >= '0' && c <= '9')
                || value.equals("0")) {
            return request;
        }
        return request.withHeader(NAME, Integer.toString(Integer.parseInt(value) - 1));
    }
}
