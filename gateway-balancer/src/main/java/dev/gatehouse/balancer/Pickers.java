package dev.gatehouse.balancer;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Makes and closes the pickers of a balancer's strategy, whatever its code throws, and those of its shadow. For the control. */
final class Pickers {

    private final Settings settings;
    private final Events events;
    private final @Nullable Shadow shadow;

    Pickers(Settings settings, Events events) {
        this.settings = settings;
        this.events = events;
        Strategy other = settings.shadow();
        this.shadow = other == null ? null : new Shadow(other, settings.time(), settings.random(), events);
    }

    /** Null if no other strategy chooses beside the one at work. */
    @Nullable
    Shadow shadow() {
        return shadow;
    }

    Picker make(List<Node> usable, List<Node> active, @Nullable Picker previous) {
        Strategy strategy = settings.strategy();
        if (shadow != null) {
            shadow.rebuild(usable, active);
        }
        try {
            return Objects.requireNonNull(
                    strategy.newPicker(new Setup(usable, active, previous, settings.time(), settings.random())),
                    "newPicker returned null");
        } catch (RuntimeException | Error e) {
            events.once(strategy, "strategy " + strategy, "failed to make a picker, and is replaced by chance", e);
            return new RandomChoice().newPicker(new Setup(usable, active, null, settings.time(), settings.random()));
        }
    }

    void close(Picker picker) {
        try {
            picker.close();
        } catch (RuntimeException | Error e) {
            Strategy strategy = settings.strategy();
            events.once(strategy, "strategy " + strategy, "failed to close a picker", e);
        }
    }
}
