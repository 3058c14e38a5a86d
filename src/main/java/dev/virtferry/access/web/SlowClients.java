package dev.virtferry.access.web;

import org.apache.tomcat.util.threads.VirtualThreadExecutor;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Serves each call on a virtual thread of its own, so that clients that send or read slowly hold up
 * nobody. libvirt is never called there: hosts have platform threads of their own.
 */
@Component
final class SlowClients implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private static final int MOST_HEADERS = 50;

  @Override
  public void customize(TomcatServletWebServerFactory tomcat) {
    tomcat.addConnectorCustomizers(
        connector -> connector.setProperty("maxHeaderCount", Integer.toString(MOST_HEADERS)));
    tomcat.addProtocolHandlerCustomizers(
        protocol -> protocol.setExecutor(new VirtualThreadExecutor("http-")));
  }
}
