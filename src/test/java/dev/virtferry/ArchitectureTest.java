package dev.virtferry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.springframework.http.ProblemDetail;

/** Who may know whom. */
@BesideOthers
@Order(2)
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.virtferry");

  /** Whom each package may know; what is not said here is refused. */
  private static final Map<String, Set<String>> MAY_KNOW =
      Map.ofEntries(
          entry(
              "",
              Set.of("access", "host", "libvirt", "libvirt.client", "migration", "notice", "time")),
          entry("time", Set.of()),
          entry("problem", Set.of()),
          entry("trace", Set.of()),
          entry("log", Set.of("time")),
          entry("sql", Set.of()),
          entry("console", Set.of()),
          entry("libvirt", Set.of()),
          entry("libvirt.xml", Set.of("libvirt")),
          entry("libvirt.client", Set.of("libvirt", "libvirt.xml")),
          entry("access", Set.of("time")),
          entry("access.web", Set.of("access", "problem")),
          entry("access.store", Set.of("access", "sql")),
          entry("host", Set.of("libvirt")),
          entry("disk.image", Set.of("libvirt")),
          entry("disk", Set.of("disk.image", "libvirt", "problem")),
          entry("migration.options", Set.of("disk", "problem")),
          entry(
              "migration",
              Set.of("migration.options", "access", "disk", "host", "libvirt", "problem", "trace")),
          entry(
              "migration.plan",
              Set.of(
                  "migration",
                  "migration.options",
                  "access",
                  "disk",
                  "host",
                  "libvirt",
                  "problem")),
          entry("migration.truth", Set.of("migration", "libvirt")),
          entry(
              "migration.run",
              Set.of(
                  "migration",
                  "migration.options",
                  "migration.plan",
                  "migration.truth",
                  "access",
                  "disk",
                  "host",
                  "libvirt",
                  "problem",
                  "time",
                  "trace")),
          entry(
              "migration.control",
              Set.of(
                  "migration",
                  "migration.options",
                  "migration.plan",
                  "migration.run",
                  "migration.truth",
                  "access",
                  "disk",
                  "host",
                  "libvirt",
                  "problem",
                  "trace")),
          entry("notice", Set.of("migration", "problem", "time")),
          entry(
              "migration.store",
              Set.of(
                  "migration",
                  "migration.options",
                  "migration.run",
                  "access",
                  "disk",
                  "libvirt",
                  "notice",
                  "sql",
                  "trace")),
          entry("http", Set.of("problem")),
          entry(
              "host.web",
              Set.of(
                  "migration", "migration.plan", "access", "disk", "host", "libvirt", "problem")),
          entry(
              "migration.web",
              Set.of(
                  "migration",
                  "migration.options",
                  "migration.plan",
                  "migration.control",
                  "access",
                  "access.web",
                  "disk",
                  "host",
                  "http",
                  "libvirt",
                  "notice",
                  "problem")));

  private static String named(String place) {
    return place.isEmpty() ? "dev.virtferry" : "dev.virtferry." + place;
  }

  @Test
  void dependenciesPointFromTheWebToTheHypervisorAndNeverBack() {
    assertThat(CLASSES.stream().map(JavaClass::getPackageName).distinct())
        .containsExactlyInAnyOrderElementsOf(
            MAY_KNOW.keySet().stream().map(ArchitectureTest::named).toList());
    MAY_KNOW.forEach((place, known) -> {
      String[] others =
          MAY_KNOW.keySet().stream()
              .filter(other -> !other.equals(place) && !known.contains(other))
              .map(ArchitectureTest::named)
              .toArray(String[]::new);
      noClasses()
          .that()
          .resideInAPackage(named(place))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(others)
          .check(CLASSES);
    });
  }

  @Test
  void onlyOnePackageKnowsTheNativeLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.virtferry.libvirt.client")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.libvirt..", "com.sun.jna..")
        .check(CLASSES);
  }

  /** Under a locale without their letters the JVM can't even name files that hosts have. */
  @Test
  void noPathOfAHostIsTakenForOneOfThisMachine() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "dev.virtferry.disk..", "dev.virtferry.libvirt..", "dev.virtferry.migration..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.nio.file.Path")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.File")
        .check(CLASSES);
  }

  @Test
  void onlyOnePackageWritesProblemDocuments() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.virtferry.http")
        .should()
        .dependOnClassesThat()
        .areAssignableTo(ProblemDetail.class)
        .check(CLASSES);
  }

  @Test
  void theNativeSideKnowsNothingOfHttpSqlOrScheduling() {
    noClasses()
        .that()
        .resideInAPackage("dev.virtferry.libvirt..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "org.springframework..", "java.sql..", "com.github.kagkarlsson..", "jakarta..")
        .check(CLASSES);
  }

  @Test
  void sqlAndSchedulingStayInTheStores() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "dev.virtferry.sql", "dev.virtferry.migration.store", "dev.virtferry.access.store")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.sql..", "org.springframework.jdbc..", "com.github.kagkarlsson..")
        .check(CLASSES);
  }

  @Test
  void nothingIsNamedAfterAnEmptyWord() {
    noClasses()
        .should()
        .haveSimpleNameEndingWith("Manager")
        .orShould()
        .haveSimpleNameEndingWith("Helper")
        .orShould()
        .haveSimpleNameEndingWith("Util")
        .orShould()
        .haveSimpleNameEndingWith("Utils")
        .orShould()
        .haveSimpleNameEndingWith("Impl")
        .orShould()
        .haveSimpleNameEndingWith("DTO")
        .orShould()
        .haveSimpleNameEndingWith("Dto")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    classes()
        .should()
        .resideInAnyPackage(
            CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(p -> p.isAnnotatedWith(NullMarked.class))
                .map(p -> p.getName())
                .toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void mostTypesAreNobodyElsesBusiness() {
    long all = CLASSES.stream().filter(JavaClass::isTopLevelClass).count();
    long open =
        CLASSES.stream()
            .filter(JavaClass::isTopLevelClass)
            .filter(c ->
                c.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC))
            .count();
    assertThat((all - open) * 100 / all).as("percent of package-private types").isGreaterThan(40);
  }
}
