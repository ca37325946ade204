package dev.gatehouse.internal.routing;

import dev.gatehouse.http.PathVariables;
import java.util.SortedSet;

/**
 * What a table says of a request.
 *
 * @param <T> what stands for a route
 */
public sealed interface Match<T> {

    /** A route takes it. */
    record Hit<T>(T value, PathVariables variables) implements Match<T> {}

    /** Routes would take it with another method. */
    record WrongMethod<T>(SortedSet<String> allowed) implements Match<T> {}

    /** No route takes it. */
    record Miss<T>() implements Match<T> {}
}
