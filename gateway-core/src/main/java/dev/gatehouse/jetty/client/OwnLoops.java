package dev.gatehouse.jetty.client;

import dev.gatehouse.jetty.loop.Loop;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.util.thread.Scheduler;

/** Loops for callers who work for none. */
final class OwnLoops extends SelectorManager {

    private final List<Loop> all = new ArrayList<>();
    private final AtomicInteger next = new AtomicInteger();

    OwnLoops(Executor executor, Scheduler scheduler, int loops) {
        super(executor, scheduler, loops);
    }

    /** One after the other. */
    Loop next() {
        return all.get(Math.floorMod(next.getAndIncrement(), all.size()));
    }

    @Override
    protected ManagedSelector newSelector(int id) {
        Loop loop = new Loop(this, id);
        all.add(loop);
        return loop;
    }

    /** Sockets come here by themselves. */
    @Override
    protected EndPoint newEndPoint(SelectableChannel channel, ManagedSelector selector, SelectionKey key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Connection newConnection(SelectableChannel channel, EndPoint endPoint, Object attachment) {
        throw new UnsupportedOperationException();
    }
}
