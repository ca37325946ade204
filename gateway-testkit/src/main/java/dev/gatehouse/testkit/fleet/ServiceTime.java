package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.RandomSource;
import java.time.Duration;

/**
 * How long a worker of a server is busy with a call, at speed 1 and without waiting. The factories are the usual
 * distributions; your own must draw from the source that it is given and nowhere else, or a run cannot be repeated.
 */
public interface ServiceTime {

    /**
     * Draws the time for one call.
     *
     * @param random the chance of this call
     * @return nanoseconds, more than 0 and finite
     */
    double nextNanos(RandomSource random);

    /**
     * The mean, from which a server's capacity follows.
     *
     * @return nanoseconds, more than 0 and finite
     */
    double meanNanos();

    /**
     * The same for every call.
     *
     * @param time more than 0
     * @return a distribution
     * @throws IllegalArgumentException if the time is none
     */
    static ServiceTime constant(Duration time) {
        return new ServiceTimes.Constant(ServiceTimes.nanos("constant", time));
    }

    /**
     * Exponential: the one of the textbook's queues.
     *
     * @param mean more than 0
     * @return a distribution
     * @throws IllegalArgumentException if the mean is none
     */
    static ServiceTime exponential(Duration mean) {
        return new ServiceTimes.Exponential(ServiceTimes.nanos("exponential", mean));
    }

    /**
     * Lognormal: most calls near the median, a few far above it, as services are measured to be.
     *
     * @param median half of the calls are faster; more than 0
     * @param p99 one call in a hundred is slower; more than the median
     * @return a distribution
     * @throws IllegalArgumentException if the two do not fit together
     */
    static ServiceTime lognormal(Duration median, Duration p99) {
        double low = ServiceTimes.nanos("lognormal median", median);
        double high = ServiceTimes.nanos("lognormal p99", p99);
        if (!(high > low)) {
            throw new IllegalArgumentException(
                    "lognormal p99: " + p99 + " (expected: more than the median " + median + ")");
        }
        return new ServiceTimes.Lognormal(low, Math.log(high / low) / ServiceTimes.NORMAL_P99);
    }

    /**
     * One of two times, such as for a cache that has the answer or not.
     *
     * @param often the time of most calls; more than 0
     * @param seldom the time of the others; more than 0
     * @param share how many are the others, 0 to 1
     * @return a distribution
     * @throws IllegalArgumentException if a time or the share is none
     */
    static ServiceTime bimodal(Duration often, Duration seldom, double share) {
        return new ServiceTimes.Bimodal(
                ServiceTimes.nanos("bimodal", often),
                ServiceTimes.nanos("bimodal", seldom),
                Checks.share("bimodal share", share));
    }
}
