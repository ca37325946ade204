package dev.gatehouse.internal.routing;

/** What a table says of one route, for one request. */
public record RouteVerdict(String id, boolean chosen, String reason) {}
