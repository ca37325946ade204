package dev.gatehouse.filters;

import dev.gatehouse.Exchange;
import dev.gatehouse.PhaseFilter;
import dev.gatehouse.Verdict;
import dev.gatehouse.balancer.LoadMeter;
import dev.gatehouse.balancer.LoadReport;
import dev.gatehouse.http.Request;
import dev.gatehouse.http.Response;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Says with each response how loaded this server is, in the field {@value LoadReport#FIELD}, and answers probes. For the
 * server's end of {@link dev.gatehouse.balancer.Strategy#prequal prequal} and
 * {@link dev.gatehouse.balancer.Strategy#reportedWeights reportedWeights}: in front of a service's own endpoints, with any
 * of the hosts, or in a gateway that another one balances.
 *
 * <pre>{@code
 * Gateway.builder()
 *         .filter(LoadReportFilter.of(new LoadMeter()).probedAt("/load"))
 *         .route("/**", route -> route.toHost())
 *         .build();
 * }</pre>
 *
 * <p>Not for servers that strangers reach directly: they would learn how loaded it is. A gateway whose strategy goes by the
 * field takes it out of what its clients get.
 *
 * <p>Immutable; safe for use by several threads.
 */
public final class LoadReportFilter implements PhaseFilter {

    private static final int NO_CONTENT = 204;
    private static final int SERVER_ERRORS = 500;

    private final LoadMeter meter;
    private final @Nullable String probePath;

    private LoadReportFilter(LoadMeter meter, @Nullable String probePath) {
        this.meter = meter;
        this.probePath = probePath;
    }

    /**
     * A filter that answers no probes.
     *
     * @param meter measures this server; one for all of its filters
     * @return a filter
     */
    public static LoadReportFilter of(LoadMeter meter) {
        return new LoadReportFilter(Objects.requireNonNull(meter, "meter"), null);
    }

    /**
     * A copy that answers probes. They do not count as requests.
     *
     * @param path the whole path of a probe's target, such as {@code /load}
     * @return the changed copy
     * @throws IllegalArgumentException if the path does not begin with a slash
     */
    public LoadReportFilter probedAt(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("probedAt: " + path + " (expected: a path that begins with /)");
        }
        return new LoadReportFilter(meter, path);
    }

    @Override
    public Verdict onRequest(Request request, Exchange exchange) {
        if (probePath != null && request.path().equals(probePath)) {
            return Verdict.answer(reporting(Response.of(NO_CONTENT).withHeader("Cache-Control", "no-store")));
        }
        LoadMeter.Request measured = meter.begin();
        exchange.onComplete(completion -> measured.end());
        return Verdict.proceed(request, response -> {
            measured.answered(response.status() >= SERVER_ERRORS);
            return reporting(response);
        });
    }

    private Response reporting(Response response) {
        return response.withHeader(LoadReport.FIELD, meter.report().toField());
    }

    @Override
    public String toString() {
        return "LoadReportFilter" + (probePath == null ? "" : ", probed at " + probePath);
    }
}
