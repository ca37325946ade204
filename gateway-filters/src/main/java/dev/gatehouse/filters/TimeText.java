package dev.gatehouse.filters;

import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;

/**
 * Writes times of day, in UTC. Keeps the text of the day; the rest is six digits. (To keep that of the second would help
 * less: exchanges end in another order than they began.) Safe for use by several threads.
 */
final class TimeText {

    private static final int DAY = 24 * 60 * 60;

    private final DateTimeFormatter dates;
    private final char separator;
    private volatile Day latest = new Day(Long.MIN_VALUE, "");

    private record Day(long epochDay, String text) {}

    /**
     * Times of one form.
     *
     * @param dates the form of the date
     * @param separator what stands between the date and the time
     */
    TimeText(DateTimeFormatter dates, char separator) {
        this.dates = dates;
        this.separator = separator;
    }

    /** Appends a time, to the second. */
    void append(LineBuffer line, Instant time) {
        long epochSecond = time.getEpochSecond();
        long epochDay = Math.floorDiv(epochSecond, (long) DAY);
        Day day = latest;
        if (epochDay != day.epochDay()) {
            day = new Day(epochDay, dates.format(LocalDate.ofEpochDay(epochDay)));
            latest = day;
        }
        int second = Math.floorMod(epochSecond, DAY);
        line.append(day.text()).append(separator);
        line.append(second / 3600, 2).append(':');
        line.append(second / 60 % 60, 2).append(':');
        line.append(second % 60, 2);
    }
}
