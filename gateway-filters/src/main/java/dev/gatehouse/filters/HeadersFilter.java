package dev.gatehouse.filters;

import dev.gatehouse.Exchange;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.http.Headers;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Sets, adds, removes and renames header fields of requests and responses, those responses included that stand for errors
 * of what is further in.
 *
 * <pre>{@code
 * HeadersFilter.builder()
 *         .request(headers -> headers.set("X-Gateway", "eu-1").remove("X-Debug"))
 *         .response(headers -> headers.remove("Server").rename("X-Old-Id", "X-Id"))
 *         .build();
 * }</pre>
 *
 * <p>Fields that belong to the connection or say where content ends are the gateway's own business and are refused.
 * Immutable; safe for use by several threads.
 */
public final class HeadersFilter implements PhaseFilter {

    private final List<HeaderChange> onRequest;
    private final List<HeaderChange> onResponse;
    private final UnaryOperator<Response> responsePhase = this::change;

    private HeadersFilter(Builder builder) {
        onRequest = List.copyOf(builder.request.list);
        onResponse = List.copyOf(builder.response.list);
    }

    /**
     * A builder without changes.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public Verdict onRequest(Request request, Exchange exchange) {
        Request changed = onRequest.isEmpty() ? request : request.withHeaders(apply(onRequest, request.headers()));
        return onResponse.isEmpty() ? Verdict.proceed(changed) : Verdict.proceed(changed, responsePhase);
    }

    /** The changes by name; values may be secrets. */
    @Override
    public String toString() {
        return "HeadersFilter request " + onRequest + ", response " + onResponse;
    }

    private Response change(Response response) {
        return response.withHeaders(apply(onResponse, response.headers()));
    }

    private static Headers apply(List<HeaderChange> changes, Headers headers) {
        Headers.Builder changed = headers.toBuilder();
        for (HeaderChange change : changes) {
            change.change.accept(changed);
        }
        return changed.build();
    }

    /** Collects what a {@link HeadersFilter} does. Not safe for use by several threads. */
    public static final class Builder {

        private final List<String> problems = new ArrayList<>();
        private final Changes request = new Changes("request", problems);
        private final Changes response = new Changes("response", problems);

        private Builder() {}

        /**
         * Changes requests, before what is further in sees them.
         *
         * @param changes told where to add changes
         * @return this builder
         */
        public Builder request(Consumer<Changes> changes) {
            changes.accept(request);
            return this;
        }

        /**
         * Changes responses, after what is further in made them.
         *
         * @param changes told where to add changes
         * @return this builder
         */
        public Builder response(Consumer<Changes> changes) {
            changes.accept(response);
            return this;
        }

        /**
         * Makes the filter.
         *
         * @return a filter
         * @throws IllegalArgumentException listing all that is wrong: what is no name or value, names that are refused,
         *     and a filter that would change nothing
         */
        public HeadersFilter build() {
            List<String> all = new ArrayList<>(problems);
            if (all.isEmpty() && request.list.isEmpty() && response.list.isEmpty()) {
                all.add("there is nothing to change");
            }
            SettingProblems.throwIfAny("headers", all);
            return new HeadersFilter(this);
        }
    }

    /**
     * Collects the changes of one direction, applied in the order in which they are added. What is wrong is reported by
     * {@link Builder#build}. Not safe for use by several threads.
     */
    public static final class Changes {

        private final List<HeaderChange> list = new ArrayList<>();
        private final String direction;
        private final List<String> problems;

        private Changes(String direction, List<String> problems) {
            this.direction = direction;
            this.problems = problems;
        }

        /**
         * Gives a field exactly this value, whatever was there.
         *
         * @param name the name
         * @param value the value
         * @return these changes
         */
        public Changes set(String name, String value) {
            return add("set", name, value, headers -> headers.set(name, value));
        }

        /**
         * Adds a field line and keeps those that are there.
         *
         * @param name the name
         * @param value the value
         * @return these changes
         */
        public Changes add(String name, String value) {
            return add("add", name, value, headers -> headers.add(name, value));
        }

        /**
         * Removes all lines of a field.
         *
         * @param name the name, in any case
         * @return these changes
         */
        public Changes remove(String name) {
            return add("remove", name, "", headers -> headers.remove(name));
        }

        /**
         * Gives all lines of a field another name. If there are any, they take the place of what had that name before.
         *
         * @param name the name, in any case
         * @param newName the name to have
         * @return these changes
         */
        public Changes rename(String name, String newName) {
            check("rename", newName, "");
            return add("rename", name, "", headers -> rename(headers, name, newName));
        }

        private Changes add(String what, String name, String value, Consumer<Headers.Builder> change) {
            check(what, name, value);
            list.add(new HeaderChange(what + ' ' + name, change));
            return this;
        }

        private void check(String what, String name, String value) {
            String where = direction + ": " + what + ": ";
            try {
                Headers.of(name, value);
            } catch (IllegalArgumentException notAllowed) {
                problems.add(where + notAllowed.getMessage());
                return;
            }
            String refusal = RefusedFields.reason(name, direction.equals("request"));
            if (refusal != null) {
                problems.add(where + name + ' ' + refusal);
            }
        }

        private static void rename(Headers.Builder headers, String name, String newName) {
            if (headers.get(name) != null) {
                List<String> values = headers.build().all(name);
                headers.remove(newName).remove(name);
                values.forEach(value -> headers.addParsed(newName, value));
            }
        }
    }

    /** One change, with the words for it. */
    private record HeaderChange(String words, Consumer<Headers.Builder> change) {

        @Override
        public String toString() {
            return words;
        }
    }
}
