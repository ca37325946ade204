package dev.gatehouse.testkit.fleet;

import dev.gatehouse.balancer.Balancer;
import dev.gatehouse.balancer.RandomSource;
import dev.gatehouse.balancer.TimeSource;
import java.time.Duration;
import java.util.List;

/** Lets things go wrong in time. */
final class Faults {

    private final TimeSource time;
    private final List<Balancer> balancers;
    private final long startNanos;
    private final long runNanos;

    Faults(TimeSource time, List<Balancer> balancers, Duration run) {
        this.time = time;
        this.balancers = balancers;
        this.startNanos = time.nanoTime();
        this.runNanos = run.toNanos();
    }

    /** Plans the faults of a group, before the run. */
    void plan(ServerGroup group, List<SimulatedServer> servers, RandomSource random) {
        for (Fault fault : group.faults()) {
            if (fault.effect() instanceof Fault.RollingRestart restart) {
                at(fault.from(), () -> restart(fault, restart, servers, 0));
            } else {
                servers.forEach(server -> plan(fault, server, random));
            }
        }
    }

    private void plan(Fault fault, SimulatedServer server, RandomSource random) {
        if (fault.effect() instanceof Fault.Slow slow) {
            during(fault, () -> server.speedTimes(1 / slow.factor()), () -> server.speedTimes(slow.factor()));
        } else if (fault.effect() instanceof Fault.Failing failing) {
            during(fault, () -> server.failureRate(failing.rate()), () -> server.failureRate(0));
        } else if (fault.effect() instanceof Fault.FailFast) {
            during(fault, () -> server.failFast(true), () -> server.failFast(false));
        } else if (fault.effect() instanceof Fault.Flapping flapping) {
            Duration half = flapping.period().dividedBy(2);
            at(fault.from().plus(half), () -> flap(fault, server, half, true));
        } else if (fault.effect() instanceof Fault.Antagonist antagonist) {
            double on = antagonist.on().toNanos();
            boolean there = random.nextDouble() < on / (on + antagonist.off().toNanos());
            at(fault.from(), () -> new Neighbour(fault, antagonist, server, random).begin(there));
        }
    }

    private void during(Fault fault, Runnable begin, Runnable end) {
        at(fault.from(), begin);
        if (fault.until().toNanos() < runNanos) {
            at(fault.until(), end);
        }
    }

    private void at(Duration when, Runnable task) {
        time.schedule(task, when.minusNanos(time.nanoTime() - startNanos));
    }

    private boolean isOver(Fault fault) {
        return time.nanoTime() - startNanos >= Math.min(runNanos, fault.until().toNanos());
    }

    private void flap(Fault fault, SimulatedServer server, Duration half, boolean down) {
        boolean over = isOver(fault);
        server.down(down && !over);
        if (!over) {
            time.schedule(() -> flap(fault, server, half, !down), half);
        }
    }

    private void restart(Fault fault, Fault.RollingRestart restart, List<SimulatedServer> servers, int index) {
        if (index == servers.size() || isOver(fault)) {
            return;
        }
        SimulatedServer server = servers.get(index);
        String id = server.endpoint().id();
        boolean announced = !restart.drain().isZero();
        if (announced) {
            balancers.forEach(balancer -> balancer.drain(id, restart.drain()));
        }
        time.schedule(() -> server.down(true), restart.drain());
        time.schedule(
                () -> {
                    server.down(false);
                    if (announced) {
                        balancers.forEach(balancer -> balancer.undrain(id));
                    }
                    restart(fault, restart, servers, index + 1);
                },
                restart.drain().plus(restart.down()));
    }

    /** The other program on a server's machine. */
    private final class Neighbour {

        private final Fault fault;
        private final Fault.Antagonist antagonist;
        private final SimulatedServer server;
        private final RandomSource random;

        Neighbour(Fault fault, Fault.Antagonist antagonist, SimulatedServer server, RandomSource random) {
            this.fault = fault;
            this.antagonist = antagonist;
            this.server = server;
            this.random = random;
        }

        void begin(boolean there) {
            if (there) {
                server.speedTimes(1 - antagonist.share());
            }
            waitForChange(there);
        }

        private void waitForChange(boolean there) {
            double mean = (there ? antagonist.on() : antagonist.off()).toNanos();
            long nanos = 1 + Math.round(mean * ServiceTimes.exponential(random));
            time.schedule(() -> change(there), Duration.ofNanos(nanos));
        }

        private void change(boolean there) {
            if (there) {
                server.speedTimes(1 / (1 - antagonist.share()));
            } else if (!isOver(fault)) {
                server.speedTimes(1 - antagonist.share());
            }
            if (!isOver(fault)) {
                waitForChange(!there);
            }
        }
    }
}
