package dev.gatehouse.jetty.http2;

/** Whose a stream is. Called on the loop's thread, but for what says otherwise. */
public interface StreamOwner {

    /**
     * Makes what readers of the content are told of what broke it; holding the content's monitor, on any thread.
     *
     * @param cause what broke it
     * @return a failure
     */
    Throwable failure(Throwable cause);

    /**
     * The peer, the connection or a reset has ended the stream before its time; called once at most.
     *
     * @param cause why
     */
    void broken(Throwable cause);

    /**
     * The section is about to be sent that begins the stream for the peer, or its answer.
     *
     * @return false if it must not be any more
     */
    default boolean begins() {
        return true;
    }

    /** Nobody wants the rest of the content; on any thread. */
    default void cancelled() {}

    /**
     * A section has come, and none before it that begins the peer's message.
     *
     * @param section interim or final
     * @param end whether nothing follows
     */
    default void section(FieldSection section, boolean end) {}

    /** The peer sends nothing more. */
    default void remoteEnded() {}

    /** Something of the stream was received or sent. */
    default void progress() {}

    /** The stream is open no more. */
    default void removed() {}
}
