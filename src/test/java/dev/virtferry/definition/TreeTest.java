package dev.virtferry.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TreeTest {

  private static Tree domain(String devices) {
    return Tree.of("<domain><devices>" + devices + "</devices></domain>");
  }

  private static String disk(String target, String file) {
    return "<disk type='file'><source file='%s'/><target dev='%s'/></disk>".formatted(file, target);
  }

  @Test
  void blanksAndTheOrderOfAttributesMeanNothing() {
    assertThat(Tree.of("<a b='1' c=\"2\"> <d/>\n</a>"))
        .isEqualTo(Tree.of("<a c='2' b='1'><d></d></a>"));
  }

  @Test
  void aTextMeansWhatItSays() {
    assertThat(Tree.of("<a>b </a>").differences(Tree.of("<a>b</a>")))
        .containsExactly("- a=b ", "+ a=b");
  }

  @Test
  void aDifferenceHasItsPlace() {
    assertThat(domain(disk("vda", "/a")).differences(domain(disk("vda", "/b"))))
        .containsExactly(
            "- domain/devices/disk[vda]/source/@file=/a",
            "+ domain/devices/disk[vda]/source/@file=/b");
  }

  @Test
  void aDiskThatIsGoneDoesNotShiftTheOthers() {
    Tree both = domain(disk("vda", "/a") + disk("vdb", "/b"));
    assertThat(both.differences(domain(disk("vdb", "/b"))))
        .allSatisfy(line -> assertThat(line).startsWith("- domain/devices/disk[vda]"))
        .hasSize(6);
  }

  @Test
  void othersAreCountedAmongThoseOfTheirName() {
    assertThat(domain("<serial/><serial x='1'/>").differences(domain("<serial/><serial x='2'/>")))
        .containsExactly("- domain/devices/serial[2]/@x=1", "+ domain/devices/serial[2]/@x=2");
  }

  @Test
  void whatIsToldTwiceCountsTwice() {
    assertThat(domain("<disk/><disk/>").differences(domain("<disk/>")))
        .containsExactly("- domain/devices/disk[]");
  }

  @Test
  void whatPassesIsLeftOut() {
    assertThat(Tree.of("<a id='1' b='2'/>").without(Pattern.compile("^a/@id")).lines())
        .containsExactly("a", "a/@b=2");
  }
}
