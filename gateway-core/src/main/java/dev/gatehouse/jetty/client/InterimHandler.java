package dev.gatehouse.jetty.client;

import dev.gatehouse.http.Headers;
import dev.gatehouse.jetty.internal.JettyFields;
import org.eclipse.jetty.client.ProtocolHandler;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpConversation;
import org.eclipse.jetty.client.transport.HttpExchange;
import org.eclipse.jetty.http.HttpStatus;

/** Passes interim responses on, and makes Jetty wait for the next one. It replaces Jetty's own handlers, which follow them. */
final class InterimHandler implements ProtocolHandler {

    @Override
    public String getName() {
        return "interim";
    }

    @Override
    public boolean accept(Request request, Response response) {
        ((UpstreamRequest) request).exchange().answering();
        return HttpStatus.isInterim(response.getStatus());
    }

    @Override
    public Response.Listener getResponseListener() {
        return new InterimListener();
    }

    private static final class InterimListener implements Response.Listener {

        @Override
        public void onSuccess(Response response) {
            UpstreamRequest request = (UpstreamRequest) response.getRequest();
            int status = response.getStatus();
            Headers headers = JettyFields.fromJetty(response.getHeaders());
            HttpConversation conversation = request.getConversation();
            conversation.updateResponseListeners(null);
            HttpExchange exchange = conversation.getExchanges().getLast();
            exchange.resetResponse();
            request.exchange().interim(status, headers);
        }

        @Override
        public void onFailure(Response response, Throwable failure) {
            UpstreamRequest request = (UpstreamRequest) response.getRequest();
            request.getConversation().updateResponseListeners(null);
            request.exchange().broken(failure);
        }
    }
}
