package dev.gatehouse.host;

import org.jspecify.annotations.Nullable;

/** Told once that something has ended. */
@FunctionalInterface
public interface Done {

    /**
     * It ended.
     *
     * @param failure why it ended early, or null if it is complete
     */
    void done(@Nullable Throwable failure);
}
