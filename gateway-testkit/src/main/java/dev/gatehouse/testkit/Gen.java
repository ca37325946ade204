package dev.gatehouse.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Input for one run of a {@link Property}, the same for the same seed. For one thread. */
public final class Gen {

    private final SplittableRandom random;

    Gen(SplittableRandom random) {
        this.random = random;
    }

    /**
     * A whole number.
     *
     * @param least the least one
     * @param most the greatest one, not less
     * @return all equally likely
     */
    public int between(int least, int most) {
        return (int) between((long) least, (long) most);
    }

    /**
     * A whole number.
     *
     * @param least the least one
     * @param most the greatest one, not less
     * @return all equally likely
     */
    public long between(long least, long most) {
        if (least > most) {
            throw new IllegalArgumentException("most: " + most + " (expected: >= " + least + ")");
        }
        if (most < Long.MAX_VALUE) {
            return random.nextLong(least, most + 1);
        }
        return least == Long.MIN_VALUE ? random.nextLong() : random.nextLong(least - 1, most) + 1;
    }

    /**
     * 64 random bits, such as a seed.
     *
     * @return all equally likely
     */
    public long bits() {
        return random.nextLong();
    }

    /**
     * Now and then yes.
     *
     * @param probability from 0, never, to 1, always
     * @return true with this probability
     */
    public boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    /**
     * One of a few values.
     *
     * @param values one or more
     * @param <T> their type
     * @return all equally likely
     */
    @SafeVarargs
    public final <T> T oneOf(T... values) {
        return values[between(0, values.length - 1)];
    }

    /**
     * One of a list.
     *
     * @param values one or more
     * @param <T> their type
     * @return all equally likely
     */
    public <T> T oneOf(List<T> values) {
        return values.get(between(0, values.size() - 1));
    }

    /**
     * A list, of any length between two, shorter and longer ones equally likely.
     *
     * @param least the least length
     * @param most the greatest length
     * @param element makes an element
     * @param <T> the elements' type
     * @return a new list that may be changed
     */
    public <T> List<T> list(int least, int most, Supplier<? extends T> element) {
        int size = between(least, most);
        List<T> list = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            list.add(element.get());
        }
        return list;
    }

    /**
     * Some of a list, in an order of their own.
     *
     * @param values the list
     * @param <T> the elements' type
     * @return a new list that may be changed; from empty to all equally likely
     */
    public <T> List<T> someOf(List<T> values) {
        return new ArrayList<>(shuffled(values).subList(0, between(0, values.size())));
    }

    /**
     * A list in another order.
     *
     * @param values the list
     * @param <T> the elements' type
     * @return a new list that may be changed; all orders equally likely
     */
    public <T> List<T> shuffled(List<T> values) {
        List<T> shuffled = new ArrayList<>(values);
        for (int i = shuffled.size() - 1; i > 0; i--) {
            int other = between(0, i);
            T swapped = shuffled.set(other, shuffled.get(i));
            shuffled.set(i, swapped);
        }
        return shuffled;
    }

    /**
     * A text.
     *
     * @param alphabet the characters that it is made of, one or more
     * @param least the least length
     * @param most the greatest length
     * @return a text
     */
    public String text(String alphabet, int least, int most) {
        int length = between(least, most);
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(alphabet.charAt(between(0, alphabet.length() - 1)));
        }
        return text.toString();
    }

    /**
     * Bytes.
     *
     * @param length how many
     * @return a new array
     */
    public byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
