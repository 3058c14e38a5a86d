package dev.virtferry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
@BesideOthers
@Order(2)
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.virtferry");

  @Test
  void dependenciesPointFromTheWebToTheHypervisorAndNeverBack() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("application")
        .definedBy("dev.virtferry")
        .layer("web")
        .definedBy("dev.virtferry.migration.web")
        .layer("host web")
        .definedBy("dev.virtferry.host.web")
        .layer("console")
        .definedBy("dev.virtferry.console")
        .layer("store")
        .definedBy("dev.virtferry.migration.store")
        .layer("notice")
        .definedBy("dev.virtferry.notice")
        .layer("migration")
        .definedBy("dev.virtferry.migration")
        .layer("disk")
        .definedBy("dev.virtferry.disk")
        .layer("host")
        .definedBy("dev.virtferry.host")
        .layer("access web")
        .definedBy("dev.virtferry.access.web")
        .layer("access store")
        .definedBy("dev.virtferry.access.store")
        .layer("access")
        .definedBy("dev.virtferry.access")
        .layer("problem")
        .definedBy("dev.virtferry.problem")
        .layer("trace")
        .definedBy("dev.virtferry.trace")
        .layer("log")
        .definedBy("dev.virtferry.log")
        .layer("sql")
        .definedBy("dev.virtferry.sql")
        .layer("libvirt")
        .definedBy("dev.virtferry.libvirt")
        .whereLayer("application")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("web")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("host web")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("console")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("store")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("migration")
        .mayOnlyBeAccessedByLayers("web", "host web", "store", "notice")
        .whereLayer("notice")
        .mayOnlyBeAccessedByLayers("application", "web", "store")
        .whereLayer("disk")
        .mayOnlyBeAccessedByLayers("migration", "store", "web", "host web")
        .whereLayer("host")
        .mayOnlyBeAccessedByLayers("application", "migration", "web", "host web")
        .whereLayer("access web")
        .mayOnlyBeAccessedByLayers("web")
        .whereLayer("access store")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("access")
        .mayOnlyBeAccessedByLayers(
            "application", "access web", "access store", "migration", "store", "web", "host web")
        .whereLayer("problem")
        .mayOnlyBeAccessedByLayers("disk", "migration", "notice", "web", "host web", "access web")
        .whereLayer("trace")
        .mayOnlyBeAccessedByLayers("migration", "store")
        .whereLayer("log")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("sql")
        .mayOnlyBeAccessedByLayers("store", "access store")
        .whereLayer("libvirt")
        .mayOnlyBeAccessedByLayers(
            "application", "host", "disk", "migration", "store", "web", "host web")
        .check(CLASSES);
  }

  @Test
  void onlyOnePackageKnowsTheNativeLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.virtferry.libvirt")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.libvirt..", "com.sun.jna..")
        .check(CLASSES);
  }

  @Test
  void theNativeSideKnowsNothingOfHttpSqlOrScheduling() {
    noClasses()
        .that()
        .resideInAPackage("dev.virtferry.libvirt")
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
