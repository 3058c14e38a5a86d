package dev.virtferry.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeTest {

  private static Scope domains(String... patterns) {
    return new Scope(List.of(patterns), null);
  }

  @ParameterizedTest
  @CsvSource({
    "a-*, a-1, true",
    "a-*, a-, true",
    "a-*, ba-1, false",
    "a-*, A-1, false",
    "*, anything at all, true",
    "web-0?, web-01, true",
    "web-0?, web-0, false",
    "web-0?, web-011, false",
    "web.01, web.01, true",
    "web.01, web-01, false",
    "a*z, abcz, true",
    "a*z, abc, false",
    "a+b, a+b, true",
    "a+b, aab, false",
    "[a-z]*, b1, false",
    "\\Q*, \\Q1, true",
  })
  void knowsDomainsByTheirNames(String pattern, String name, boolean holds) {
    assertThat(domains(pattern).hasDomain(name)).isEqualTo(holds);
  }

  @Test
  void aPatternSpansLines() {
    assertThat(domains("a*").hasDomain("a\nb")).isTrue();
  }

  @Test
  void holdsEverythingWhereNothingIsSaidAndNothingWhereTheListIsEmpty() {
    assertThat(Scope.EVERYTHING.hasDomain("web-01")).isTrue();
    assertThat(Scope.EVERYTHING.hasHost("kvm-a")).isTrue();
    var nothing = new Scope(List.of(), List.of());
    assertThat(nothing.hasDomain("web-01")).isFalse();
    assertThat(nothing.hasHost("kvm-a")).isFalse();
  }

  @Test
  void holdsAMigrationOfItsOwnDomainFromOrToAHostOfItsOwn() {
    var scope = new Scope(List.of("a-*"), List.of("kvm-a"));
    assertThat(scope.hasMigration("a-1", "kvm-a", "kvm-b")).isTrue();
    assertThat(scope.hasMigration("a-1", "kvm-b", "kvm-a")).isTrue();
    assertThat(scope.hasMigration("a-1", "kvm-b", "kvm-c")).isFalse();
    assertThat(scope.hasMigration("b-1", "kvm-a", "kvm-b")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"a-*, a-%", "web-0?, web-0_", "100%_!, 100!%!_!!", "*a?b*, %a_b%"})
  void saysTheSameInSql(String pattern, String like) {
    assertThat(Scope.like(pattern)).isEqualTo(like);
  }

  @Test
  void anImageIsItsOwnByTheNameOfADomain() {
    var scope = new Scope(List.of("web-1", "db-*"), null);
    for (String name : List.of("web-1", "web-1.qcow2", "web-1-vda.raw", "web-1_a", "db-7.x")) {
      assertThat(scope.hasImage(name)).as(name).isTrue();
    }
    for (String name :
        List.of("web-10.qcow2", "web-10", "web", "x-web-1.raw", ".web-1", "db", "")) {
      assertThat(scope.hasImage(name)).as(name).isFalse();
    }
    assertThat(Scope.EVERYTHING.hasImage("anything")).isTrue();
  }
}
