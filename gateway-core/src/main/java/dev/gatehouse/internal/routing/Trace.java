package dev.gatehouse.internal.routing;

/** Is told what a walk through a table meets, in its order. */
interface Trace<T> {

    /** The walk comes to a node. */
    default void visited(PathNode<T> node) {}

    /** The path leads to a route, but the request does not fulfil one of its conditions. */
    default void unfulfilled(Entry<T> entry, Condition condition) {}

    /** Nothing but the method keeps a route from taking the request. */
    default void wrongMethod(Entry<T> entry) {}

    /** A route takes the request; false lets the walk go on to what is less specific. */
    default boolean takes(Entry<T> entry) {
        return true;
    }
}
