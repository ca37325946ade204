package dev.gatehouse.examples;

/** Why a server did not start, in a line for whoever started it. */
final class CannotListen {

    private CannotListen() {}

    static String text(String host, int port, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String why = root.getMessage() == null ? root.toString() : root.getMessage();
        return "cannot listen on " + host + ":" + port + ": " + why;
    }
}
