package dev.gatehouse;

import dev.gatehouse.balancer.Lease;
import dev.gatehouse.http.Body;
import dev.gatehouse.http.Request;
import dev.gatehouse.internal.forward.CopiedSource;

/**
 * Sends copies of some of a route's requests to another upstream.
 *
 * @param target who gets the copies
 * @param budget the upstream of the route, out of whose budget for extra load they come
 */
record Mirror(MirrorPolicy policy, Upstream target, Upstream budget) {

    /**
     * Draws whether a request is copied. Without content it is sent at once; else when its content has been read.
     *
     * @param request as the route's upstream is to get it
     * @return the request to forward, whose content is copied while it is read
     */
    Request copying(Request request, Route route, Exchange exchange) {
        Body body = request.body();
        boolean tooLong = body.length() > policy.maxBodyBytes();
        if (tooLong || target.random() >= policy.share() || !budget.budget().tryRetry()) {
            return request;
        }
        if (body.isEmpty()) {
            send(request, route, exchange);
            return request;
        }
        CopiedSource source = new CopiedSource(
                body, policy.maxBodyBytes(), bytes -> send(request.withBody(Body.of(bytes)), route, exchange));
        return request.withBody(Body.of(source, body.length()));
    }

    /** Whatever goes wrong here is no matter of the request that was copied. */
    private void send(Request copy, Route route, Exchange exchange) {
        try {
            Request clean = StickyCall.withoutToken(StickyCall.withoutToken(copy, budget), target);
            Lease lease = target.balancer().tryAcquire(StickyCall.ofClient(exchange));
            if (lease != null) {
                new MirroredCall(target, lease, exchange.services())
                        .start(at -> route.forwarding().toUpstream(clean, exchange.client(), at.authority()));
            }
        } catch (RuntimeException e) {
            exchange.services().listeners().failed("the mirror of route " + route.id(), e);
        }
    }
}
