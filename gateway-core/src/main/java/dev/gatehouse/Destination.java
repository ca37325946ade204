package dev.gatehouse;

import dev.gatehouse.http.Response;

/** What a route ends in. */
sealed interface Destination {

    /** An upstream, by name. */
    record To(String upstream) implements Destination {
        @Override
        public String toString() {
            return "upstream " + upstream;
        }
    }

    /** The code of the host around the gateway. */
    record ToHost() implements Destination {
        @Override
        public String toString() {
            return "the host";
        }
    }

    /** A function of the application. */
    record Handle(Handler handler) implements Destination {
        @Override
        public String toString() {
            return "a handler";
        }
    }

    /** A fixed response, whose body can be read again and again. */
    record Respond(Response response) implements Destination {
        @Override
        public String toString() {
            return "the fixed response " + response;
        }
    }
}
