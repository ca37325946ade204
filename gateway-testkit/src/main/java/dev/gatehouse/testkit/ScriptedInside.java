package dev.gatehouse.testkit;

import dev.gatehouse.Exchange;
import dev.gatehouse.Handler;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** What a filter under test leads to: takes one request, and answers when the test says so. */
final class ScriptedInside implements Handler {

    private final CompletableFuture<Response> answer = new CompletableFuture<>();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger calls = new AtomicInteger();

    /** An inside that has its answer already. */
    static ScriptedInside answering(Response response) {
        ScriptedInside inside = new ScriptedInside();
        inside.answer(response);
        return inside;
    }

    void answer(Response response) {
        answer.complete(response);
    }

    Request awaitRequest() {
        return Patience.await(requests, "the request did not reach the inside");
    }

    int calls() {
        return calls.get();
    }

    @Override
    public CompletionStage<Response> handle(Request request, Exchange exchange) {
        calls.incrementAndGet();
        requests.add(request);
        return answer;
    }
}
