package dev.gatehouse.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs one test of a contract inside a test of that contract. */
public final class ContractRun {

    private ContractRun() {}

    /**
     * Runs it.
     *
     * @param contract the class that extends the contract
     * @param test the name of the test
     * @return what came of it
     */
    public static TestExecutionSummary of(Class<?> contract, String test) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        PostDiscoveryFilter onlyTest = descriptor ->
                FilterResult.includedIf(!(descriptor.getSource().orElse(null) instanceof MethodSource method)
                        || method.getMethodName().equals(test));
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(contract))
                                .filters(onlyTest)
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** One test of a contract refuses the implementation that its class has. */
    static void assertRefused(Class<?> contract, String test) {
        TestExecutionSummary run = of(contract, test);
        assertThat(run.getTestsStartedCount()).as("tests named " + test).isEqualTo(1);
        assertThat(run.getTestsFailedCount()).as(test).isEqualTo(1);
    }

    /** The same tests that refuse something let the implementation pass that its class has now. */
    static void assertPassed(Class<?> contract, Stream<Arguments> defects) {
        testsOf(defects).forEach(test -> {
            TestExecutionSummary run = of(contract, test);
            assertThat(run.getTestsSucceededCount()).as(test).isEqualTo(1);
        });
    }

    /** Each test of a contract refuses one of the defects. */
    static void assertAllRefuse(Class<?> contract, Stream<Arguments> defects) {
        List<String> tests = Stream.of(contract.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getName())
                .toList();
        assertThat(testsOf(defects)).containsExactlyInAnyOrderElementsOf(tests);
    }

    /** The second of each defect's arguments. */
    private static List<String> testsOf(Stream<Arguments> defects) {
        return defects.map(defect -> (String) defect.get()[1]).distinct().toList();
    }
}
