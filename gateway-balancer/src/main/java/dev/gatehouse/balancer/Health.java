package dev.gatehouse.balancer;

/** What active checks say of a node. */
public enum Health {
    /** No check has decided yet; usable. */
    UNKNOWN,
    /** Checks succeed. */
    UP,
    /** Checks fail; not usable, but in panic. */
    DOWN
}
