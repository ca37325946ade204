package dev.gatehouse.internal.routing;

import dev.gatehouse.http.Request;

final class Requests {

    private Requests() {}

    /** Such as {@code GET /orders/7}, or {@code GET api.example.com/orders/7}. */
    static Request of(String text) {
        int space = text.indexOf(' ');
        int slash = text.indexOf('/', space);
        return Request.builder(text.substring(0, space), text.substring(slash))
                .authority(text.substring(space + 1, slash))
                .build();
    }
}
