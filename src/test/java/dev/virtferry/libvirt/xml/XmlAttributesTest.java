package dev.virtferry.libvirt.xml;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlAttributesTest {

  @ParameterizedTest
  @ValueSource(strings = {"/srv/a\tb", "/srv/a\nb", "/srv/a\rb", " /srv/a b ", "/srv/a>b"})
  void anAttributeIsReadAsLibvirtWroteIt(String path) {
    String xml = "<disk>\n\t<source file='" + path + "'\n\tindex=\"1\"/>\n</disk>";
    assertThat(Xml.child(Xml.parse(xml), "source").orElseThrow().getAttribute("file"))
        .isEqualTo(path);
  }

  @Test
  void quotesOutsideOfTagsMeanNothing() {
    String xml =
        "<?xml version='1.0'?>\n<!-- it's \t -->\n<d>it's\ta<![CDATA[<a b='\t]]><b c='\t'/></d>";
    assertThat(XmlAttributes.kept(xml))
        .isEqualTo(
            "<?xml version='1.0'?>\n<!-- it's \t -->\n<d>it's\ta<![CDATA[<a b='\t]]><b c='&#9;'/></d>");
  }
}
