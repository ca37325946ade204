package dev.gatehouse.examples.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The boundaries of the house: who may use whom. */
class ArchitectureTest {

    private static JavaClasses house;

    @BeforeAll
    static void read() {
        house = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(
                        "dev.gatehouse.balancer", "dev.gatehouse", "dev.gatehouse.filters", "dev.gatehouse.testkit");
        house = house.that(
                DescribedPredicate.not(resideInAnyPackage("dev.gatehouse.examples..", "dev.gatehouse.benchmarks..")));
    }

    /** The load of the processors is in a package of the JDK's own, which every JDK has. */
    @Test
    void theBalancerStandsAlone() {
        classes()
                .that()
                .resideInAPackage("dev.gatehouse.balancer..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.gatehouse.balancer..",
                        "java..",
                        "javax.net.ssl..",
                        "com.sun.management",
                        "org.slf4j..",
                        "org.jspecify..")
                .check(house);
    }

    @Test
    void theCoreKnowsNothingOfFiltersAndTestkit() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gatehouse.filters..", "dev.gatehouse.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gatehouse.filters..", "dev.gatehouse.testkit..")
                .check(house);
    }

    @Test
    void jettyTypesStayInTheJettyPackages() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gatehouse.jetty..", "dev.gatehouse.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.eclipse.jetty..")
                .check(house);
    }

    @Test
    void servletTypesStayInTheServletPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gatehouse.servlet..", "dev.gatehouse.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("jakarta.servlet..")
                .check(house);
    }

    @Test
    void theJdksServerStaysInItsPackage() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.gatehouse.jdkserver..", "dev.gatehouse.testkit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.sun.net.httpserver..")
                .check(house);
    }

    @Test
    void onlyOneClassReadsAClock() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gatehouse.testkit..")
                .and()
                .haveNameNotMatching(".*\\.SystemTime")
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(Clock.class)
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(house);
    }

    @Test
    void onlyOneClassDrawsNumbers() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gatehouse.testkit..")
                .and()
                .haveNameNotMatching(".*\\.RandomSource")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .check(house);
    }

    /** Which loop a thread works for is a fact about the thread, not about an exchange. */
    @Test
    void nothingWaitsInThreadLocals() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gatehouse.jetty.loop")
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(house);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.gatehouse.(**)").should().beFreeOfCycles().check(house);
    }

    @Test
    void internalTypesAppearInNoPublicSignature() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .resideOutsideOfPackage("..internal..")
                .and()
                .areDeclaredInClassesThat()
                .areNotAnonymousClasses()
                .should(showNothingInternal())
                .check(house);
    }

    private static ArchCondition<JavaMethod> showNothingInternal() {
        return new ArchCondition<>("show nothing internal") {
            @Override
            public void check(JavaMethod method, ConditionEvents events) {
                boolean visible = isVisible(method.getOwner())
                        && (method.getModifiers().contains(JavaModifier.PUBLIC)
                                || method.getModifiers().contains(JavaModifier.PROTECTED));
                if (!visible) {
                    return;
                }
                Stream.concat(Stream.of(method.getRawReturnType()), method.getRawParameterTypes().stream())
                        .filter(type -> type.getPackageName().contains(".internal"))
                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                method, method.getFullName() + " shows " + type.getName())));
            }
        };
    }

    private static boolean isVisible(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isVisible).orElse(true);
    }
}
