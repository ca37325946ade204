package dev.gatehouse.jetty.http2;

/** A field section that is encoded when its turn to be sent has come, since what is sent before it shapes its bytes. */
@FunctionalInterface
public interface Section {

    /**
     * Adds the fields, those with a colon first (RFC 9113 §8.3).
     *
     * @param encoder where to add them
     */
    void encode(FieldEncoder encoder);
}
