package dev.gatehouse;

/**
 * Names an attribute of an {@link Exchange}, with its type. Two keys are never equal, whatever their names: who has no
 * access to the key cannot read or replace the value.
 *
 * @param <T> the type of the value
 */
@SuppressWarnings("UnusedTypeParameter") // it ties get to set
public final class Key<T> {

    private final String name;

    private Key(String name) {
        this.name = name;
    }

    /**
     * A new key.
     *
     * @param name for people
     * @param <T> the type of the value
     * @return a key that equals no other
     */
    public static <T> Key<T> of(String name) {
        return new Key<>(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
