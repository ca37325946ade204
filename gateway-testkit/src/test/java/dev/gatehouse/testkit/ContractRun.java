package dev.gatehouse.testkit;

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
}
