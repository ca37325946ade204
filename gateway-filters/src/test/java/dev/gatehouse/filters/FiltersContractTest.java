package dev.gatehouse.filters;

import dev.gatehouse.Filter;
import dev.gatehouse.http.Request;
import dev.gatehouse.testkit.FilterContract;
import java.time.Duration;
import org.junit.jupiter.api.Nested;

/** Every filter of this module keeps the contract of filters. */
final class FiltersContractTest {

    @Nested
    final class RateLimit extends FilterContract {

        @Override
        protected Filter newFilter() {
            return RateLimitFilter.perSecond(1_000_000, Keys.clientIp());
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/").build();
        }
    }

    /** One token that never comes back within a test, and a request that costs nothing beside one that is refused. */
    @Nested
    final class RateLimitThatIsUsedUp extends FilterContract {

        @Override
        protected Filter newFilter() {
            RateLimitFilter filter = RateLimitFilter.builder(Keys.global())
                    .refill(1, Duration.ofDays(365))
                    .cost(request -> request.path().equals("/free") ? 0 : 1)
                    .build();
            newProbe(filter).send(answeredRequest()).completion();
            return filter;
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/free").build();
        }

        @Override
        protected Request answeredRequest() {
            return Request.get("/").build();
        }
    }

    @Nested
    final class HeadersOfBothDirections extends FilterContract {

        @Override
        protected Filter newFilter() {
            return HeadersFilter.builder()
                    .request(h -> h.set("X-A", "1").rename("X-A", "X-B"))
                    .response(h -> h.add("X-C", "2").remove("Server"))
                    .build();
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/").build();
        }
    }

    @Nested
    final class AccessLog extends FilterContract {

        @Override
        @SuppressWarnings("resource") // its daemon thread is all that it holds
        protected Filter newFilter() {
            return AccessLogFilter.builder(AccessLogFilter.Format.JSON)
                    .sink(line -> {})
                    .build();
        }

        @Override
        protected Request passingRequest() {
            return Request.get("/").build();
        }
    }
}
