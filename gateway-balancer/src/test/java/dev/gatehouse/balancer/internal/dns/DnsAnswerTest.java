package dev.gatehouse.balancer.internal.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.gatehouse.balancer.RandomSource;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsAnswerTest {

    private static final int ROUNDS = 200_000;
    private static final DnsQuestion QUESTION = new DnsQuestion(0xBEEF, "orders.test", DnsRecord.A);

    private static DnsReply reply() {
        return DnsReply.to(QUESTION.id(), QUESTION.name(), QUESTION.type());
    }

    private static DnsAnswer read(byte[] message) throws DnsException {
        return DnsAnswer.read(message, QUESTION);
    }

    @Test
    void aQuestionIsAsRfc1035SaysIt() {
        byte[] expected = {
            (byte) 0xBE,
            (byte) 0xEF,
            1,
            0,
            0,
            1,
            0,
            0,
            0,
            0,
            0,
            0, // id, recursion desired, one question
            6,
            'o',
            'r',
            'd',
            'e',
            'r',
            's',
            4,
            't',
            'e',
            's',
            't',
            0,
            0,
            1,
            0,
            1 // name, A, IN
        };
        assertThat(QUESTION.encode()).isEqualTo(expected);
    }

    @Test
    void anAnswerMustBeToTheQuestion() {
        assertThat(QUESTION.isAnsweredBy(reply().bytes())).isTrue();
        assertThat(QUESTION.isAnsweredBy(reply().question("ORDERS.Test").bytes()))
                .as("in another case")
                .isTrue();
        assertThat(QUESTION.isAnsweredBy(QUESTION.encode())).as("an echo").isFalse();
        assertThat(QUESTION.isAnsweredBy(reply().id(1).bytes())).isFalse();
        assertThat(QUESTION.isAnsweredBy(reply().code(0x0800).bytes()))
                .as("another kind of message")
                .isFalse();
        assertThat(QUESTION.isAnsweredBy(
                        DnsReply.to(QUESTION.id(), "orders.test", DnsRecord.SRV).bytes()))
                .isFalse();
        byte[] whole = reply().bytes();
        for (int length = 0; length < whole.length; length++) {
            assertThat(QUESTION.isAnsweredBy(Arrays.copyOf(whole, length))).isFalse();
        }
    }

    @Test
    void recordsOfOthersAndOfOtherTypesAreLeftOut() throws DnsException {
        DnsAnswer answer = read(reply().address(60, "10.0.0.1")
                .address("stranger.test", 1, "10.6.6.6")
                .address(1, "2001:db8::1")
                .answer("orders.test", 16, 1, "text".getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .bytes());
        assertThat(answer.records()).hasSize(1);
        assertThat(answer.ttl()).isEqualTo(OptionalLong.of(60));
    }

    @Test
    void aliasesInACircleLeadNowhere() throws DnsException {
        DnsAnswer answer = read(reply().alias("orders.test", 60, "b.test")
                .alias("b.test", 60, "orders.test")
                .bytes());
        assertThat(answer.exists()).isTrue();
        assertThat(answer.records()).isEmpty();
    }

    @Test
    void aNameThatIsNotThereHasNoRecordsWhateverTheAnswerHolds() throws DnsException {
        DnsAnswer answer =
                read(reply().code(3).address(60, "10.6.6.6").authority(9, 5).bytes());
        assertThat(answer).isEqualTo(new DnsAnswer(false, List.of(), OptionalLong.of(5)));
        assertThat(read(reply().code(3).bytes()).ttl()).isEmpty();
    }

    @Test
    void otherCodesAreFailures() {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> read(reply().code(5).bytes()))
                .withMessage("answers REFUSED");
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> read(reply().code(15).bytes()))
                .withMessage("answers with code 15");
    }

    @Test
    void aPointerToItselfIsRefused() {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() ->
                        read(reply().answer(null, DnsRecord.A, 60, new byte[4]).bytes()))
                .withMessageContaining("points forward, to itself");
    }

    @Test
    void pointersInACircleAreRefused() {
        byte[] message = reply().address(60, "10.0.0.1").bytes();
        // The owner of the record, after the header and the question, points to 12; there, a label and a pointer back.
        int owner = 12 + 13 + 4;
        message[12] = 1;
        message[14] = (byte) (0xC0 | owner >>> 8);
        message[15] = (byte) owner;
        DnsReader reader = new DnsReader(message);
        assertThatExceptionOfType(DnsException.class).isThrownBy(() -> {
            reader.skip(owner);
            reader.name();
        });
    }

    /** Without a limit, 8000 records whose names follow 8000 pointers each would be 64 million steps. */
    @Test
    @Timeout(5)
    void aLongChainOfPointersIsRefused() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(0xC0);
        out.write(0);
        for (int at = 1; at < 101; at += 2) {
            out.write(0xC0);
            out.write(at);
        }
        DnsReader reader = new DnsReader(out.toByteArray());
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> {
                    reader.skip(out.size() - 2);
                    reader.name();
                })
                .withMessageContaining("too often");
    }

    @Test
    void aNameOfMoreThan255BytesIsRefused() throws DnsException {
        String label = "a".repeat(62);
        String longest = String.join(".", label, label, label, label);
        // 4 × 63 bytes and the root are 253; a label of one more makes 255, and of two 256.
        assertThat(read(reply().address(longest + ".b", 60, "10.0.0.1").bytes()).records())
                .isEmpty();
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() ->
                        read(reply().address(longest + ".bb", 60, "10.0.0.1").bytes()))
                .withMessageContaining("too long");
    }

    @Test
    void aRecordThatIsNotAsLongAsItSaysIsRefused() {
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> read(reply().answer("orders.test", DnsRecord.A, 60, new byte[3])
                        .bytes()))
                .withMessage("an address has 3 bytes (expected: 4)");
        assertThatExceptionOfType(DnsException.class)
                .isThrownBy(() -> read(reply().answer("orders.test", DnsRecord.CNAME, 60, new byte[] {1, 'a', 0, 0})
                        .bytes()))
                .withMessageContaining("not as long as it says");
    }

    @Test
    void octetsThatWouldMeanSomethingElseAreEscaped() throws DnsException {
        byte[] message = {4, 'a', '.', '\\', 'b', 2, 0, (byte) 0xFF, 0};
        assertThat(new DnsReader(message).name()).isEqualTo("a\\046\\092b.\\000\\255");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Timeout(30)
    void garbageIsRefusedOrRead(long seed) {
        RandomSource random = RandomSource.seeded(seed);
        byte[] model = reply().alias("orders.test", 30, "web.test")
                .address("web.test", 30, "10.0.0.1")
                .service(30, 1, 2, 3, "web.test")
                .address("web.test", 30, "2001:db8::1")
                .authority(60, 30)
                .bytes();
        int refused = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] message = mutated(model, random);
            try {
                QUESTION.isAnsweredBy(message);
                read(message);
            } catch (DnsException documented) {
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + Arrays.toString(message), e);
            }
        }
        // Most changes break something, but a changed address or time does not.
        assertThat(refused).isBetween(ROUNDS / 10, ROUNDS * 99 / 100);
    }

    private static byte[] mutated(byte[] model, RandomSource random) {
        boolean shorter = random.nextInt(4) == 0;
        byte[] message = Arrays.copyOf(model, shorter ? random.nextInt(model.length + 1) : model.length);
        for (int changes = random.nextInt(4); message.length > 0 && changes >= 0; changes--) {
            int at = random.nextInt(message.length);
            // Lengths, counts and pointers near the edges find more than any octet does.
            message[at] = (byte)
                    switch (random.nextInt(4)) {
                        case 0 -> 0xC0;
                        case 1 -> 0xFF;
                        case 2 -> message[at] + 1;
                        default -> random.nextInt(256);
                    };
        }
        return message;
    }

    @Test
    @Timeout(30)
    void theLargestMessageIsReadInAMoment() throws DnsException {
        DnsReply reply = reply();
        // 16 bytes each.
        for (int i = 0; i < 4_000; i++) {
            reply.answer("orders.test", DnsRecord.A, 60, new byte[] {10, 1, (byte) (i >>> 8), (byte) i});
        }
        long before = System.nanoTime();
        assertThat(read(reply.bytes()).records()).hasSize(4_000);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
    }
}
