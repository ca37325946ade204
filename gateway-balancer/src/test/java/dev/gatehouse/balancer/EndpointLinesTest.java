package dev.gatehouse.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EndpointLinesTest {

    @Test
    void eachLineIsAnEndpoint() {
        EndpointLines.Parsed parsed = EndpointLines.parse("""
            # the old ones
            http://10.0.0.11:8080

            \thttps://b.test  zone=eu-1\tweight=20 tag.version=v2=beta id=b priority=1 tag.empty= # for now
            http://c.test#not-a-comment
            """);
        assertThat(parsed.endpoints())
                .containsExactly(
                        Endpoint.of("http://10.0.0.11:8080"),
                        Endpoint.builder("b", URI.create("https://b.test"))
                                .weight(20)
                                .zone("eu-1")
                                .priority(1)
                                .tags(Map.of("version", "v2=beta", "empty", ""))
                                .build());
        assertThat(parsed.problems()).hasSize(1).first().asString().startsWith("line 5: endpoint: http://c.test#not");
    }

    @Test
    void everyBadLineIsToldByItsNumber() {
        EndpointLines.Parsed parsed = EndpointLines.parse(
                "http://a.test wieght=2\r\nno URI at all\r\nhttp://b.test weight=0\r\nhttp://c.test weight=many\r\n"
                        + "http://d.test zone=x zone=y\r\nhttp://e.test\r\nhttp://f.test id=e.test:80\r\n"
                        + "http://g.test id=\r\nhttp://h.test tag.=x\r\nftp://i.test\r\nhttp://j.test priority=-1");
        assertThat(parsed.endpoints()).containsExactly(Endpoint.of("http://e.test"));
        List<String> problems = parsed.problems();
        assertThat(problems).hasSize(10);
        assertThat(problems.get(0))
                .isEqualTo("line 1: wieght=2 (expected: id=, weight=, zone=, priority= or tag.NAME= with a value)");
        assertThat(problems.get(1)).startsWith("line 2: endpoint: no");
        assertThat(problems.get(2)).isEqualTo("line 3: weight: 0 (expected: 1 to 1000000)");
        assertThat(problems.get(3)).isEqualTo("line 4: weight: many (expected: a whole number)");
        assertThat(problems.get(4)).isEqualTo("line 5: zone: given twice (expected: once)");
        assertThat(problems.get(5)).isEqualTo("line 7: id: e.test:80 is that of line 6 too");
        assertThat(problems.get(6)).isEqualTo("line 8: id: empty (expected: a name)");
        assertThat(problems.get(7)).startsWith("line 9: tag.=x (expected");
        assertThat(problems.get(8)).startsWith("line 10: endpoint: ftp://i.test");
        assertThat(problems.get(9)).isEqualTo("line 11: priority: -1 (expected: >= 0)");
    }

    @Test
    void anyTextGivesEndpointsOrProblems() {
        RandomSource random = RandomSource.seeded(1);
        String letters = "http://a:8=# \t\n\r%[]{}\\.weightzonetagid\u2028\u00e9\0";
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(random.nextInt(2) == 0 ? "" : "http://a ");
            for (int length = random.nextInt(40); length > 0; length--) {
                text.append(letters.charAt(random.nextInt(letters.length())));
            }
            // Nothing is thrown, which is the point; and no line is both.
            EndpointLines.Parsed parsed = EndpointLines.parse(text.toString());
            assertThat(parsed.endpoints().size() + parsed.problems().size())
                    .as(text.toString())
                    .isLessThanOrEqualTo(text.toString().split("\\R", -1).length);
        }
    }
}
