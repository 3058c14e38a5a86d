package dev.virtferry.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTypeTest {

  @ParameterizedTest
  @EnumSource
  void isInTheDocsWithItsStatus(ProblemType type) throws IOException {
    String docs = Files.readString(Path.of("docs/problems.md"));
    assertThat(docs.lines().filter(line -> line.contains("`" + type.label() + "`")))
        .as(type.label())
        .anySatisfy(line -> assertThat(line).contains(Integer.toString(type.status())));
    assertThat(type.uri()).isEqualTo("urn:virt-ferry:problem:" + type.label());
  }

  @ParameterizedTest
  @EnumSource
  void hasASectionInTheRunbook(ProblemType type) throws IOException {
    assertThat(Files.readAllLines(Path.of("docs/runbook.md"))).contains("### " + type.label());
  }
}
