package dev.virtferry.access.web;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.util.Locale;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Keeps from being read, for whoever asks, what nothing here has a use for: forms, languages other
 * than English, and bodies that nobody has asked for yet.
 */
final class UnusedContent implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  @Override
  public void customize(TomcatServletWebServerFactory tomcat) {
    tomcat.addConnectorCustomizers(UnusedContent::customize);
    tomcat.addEngineValves(new English());
  }

  private static void customize(Connector connector) {
    connector.setParseBodyMethods("");
    connector.setProperty("continueResponseTiming", "onRead");
  }

  /** Libraries keep, for each language that they are asked for, what they have to say. */
  private static final class English extends ValveBase {

    English() {
      super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
      request.getCoyoteRequest().getMimeHeaders().removeHeader("Accept-Language");
      request.addLocale(Locale.ENGLISH);
      getNext().invoke(request, response);
    }
  }
}
