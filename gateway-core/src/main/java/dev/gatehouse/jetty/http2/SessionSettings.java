package dev.gatehouse.jetty.http2;

import java.nio.ByteBuffer;

/**
 * How one kind of connection differs from another.
 *
 * @param preface what the peer must send before its first frame; read once
 * @param maxHeaderBytes the largest field section that is taken, compressed or not, with 32 bytes for each field
 * @param window what all streams may be sent together before somebody reads it, in bytes
 * @param eventsPerSecond how many frames may come that cost more to answer than to send, or bring nothing
 * @param resetsCount whether RST_STREAM is one of these: it costs nothing where the stream is ours
 */
public record SessionSettings(
        ByteBuffer preface, int maxHeaderBytes, int window, int eventsPerSecond, boolean resetsCount) {}
