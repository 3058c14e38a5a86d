package dev.virtferry.access.web;

import org.apache.catalina.connector.Connector;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * Serves each call on a virtual thread of its own, so that clients that send or read slowly hold up
 * nobody, and ends requests that do not come to their end. libvirt is never called there: hosts
 * have platform threads of their own.
 */
final class SlowClients implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private static final int MOST_HEADERS = 50;

  private final RateProperties rates;

  SlowClients(RateProperties rates) {
    this.rates = rates;
  }

  @Override
  public void customize(TomcatServletWebServerFactory tomcat) {
    tomcat.setProtocol(PromptHttp.class.getName());
    tomcat.addConnectorCustomizers(this::customize);
    tomcat.addProtocolHandlerCustomizers(
        protocol -> protocol.setExecutor(new VirtualThreadExecutor("http-")));
  }

  private void customize(Connector connector) {
    connector.setProperty("maxHeaderCount", Integer.toString(MOST_HEADERS));
    if (connector.getProtocolHandler() instanceof PromptHttp http) {
      http.allow(rates.maxRequestTime());
    }
  }
}
