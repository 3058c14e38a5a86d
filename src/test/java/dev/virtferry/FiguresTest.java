package dev.virtferry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.Figures.Method;
import dev.virtferry.Figures.SourceFile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The code stays as small in its parts as it is, and prints how small that is. */
@BesideOthers
class FiguresTest {

  private static final int MOST_LINES_OF_A_FILE = 300;
  private static final int MOST_LINES_OF_A_METHOD = 30;
  private static final int LINES_OF_MOST_METHODS = 14;
  private static final int MOST_TYPES_OF_A_PACKAGE = 50;
  private static final int LEAST_PACKAGE_PRIVATE_PERCENT = 46;

  private static final Figures FIGURES = Figures.read();

  @Test
  void printsTheTable() {
    System.out.println(FIGURES.table());
    assertThat(FIGURES.files()).hasSizeGreaterThan(300);
    assertThat(FIGURES.methods()).hasSizeGreaterThan(1500);
  }

  @Test
  void aFileFitsInTheReadersMind() {
    assertThat(FIGURES.files()).filteredOn(f -> f.lines() > MOST_LINES_OF_A_FILE).isEmpty();
  }

  @Test
  void aMethodFitsOnAScreen() {
    List<Method> long_ =
        FIGURES.methods().stream()
            .filter(method -> !method.isTable() && method.lines() > MOST_LINES_OF_A_METHOD)
            .toList();
    assertThat(long_).isEmpty();
    assertThat(Figures.percentile(FIGURES.methods(), Method::lines, 90))
        .isLessThanOrEqualTo(LINES_OF_MOST_METHODS);
  }

  @Test
  void aPackageIsNoHeap() {
    assertThat(FIGURES.typesByPackage().values())
        .allSatisfy(types -> assertThat(types).isLessThanOrEqualTo(MOST_TYPES_OF_A_PACKAGE));
  }

  @Test
  void nearlyHalfOfAllTypesAreForTheirOwnPackage() {
    assertThat(FIGURES.packagePrivatePercent())
        .isGreaterThanOrEqualTo(LEAST_PACKAGE_PRIVATE_PERCENT);
  }

  @Test
  void percentilesAreTakenOfTheSorted() {
    List<SourceFile> files =
        List.of(new SourceFile("a", 9), new SourceFile("b", 1), new SourceFile("c", 5));
    assertThat(Figures.percentile(files, SourceFile::lines, 50)).isEqualTo(5);
    assertThat(Figures.percentile(files, SourceFile::lines, 90)).isEqualTo(9);
  }
}
