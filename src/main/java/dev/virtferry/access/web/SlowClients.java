package dev.virtferry.access.web;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
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

  private static final int BYTES_ON_THE_WAY = 64 * 1024;

  /** Three times what one takes whose answer is not read, so that a third of the heap is enough. */
  private static final int BYTES_OF_A_CONNECTION = 128 * 1024;

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

  /** As many connections as were asked for, and as the heap and a half of the descriptors allow. */
  static int most(int asked, long heapBytes, long descriptors) {
    return (int) Math.min(asked, Math.min(heapBytes / BYTES_OF_A_CONNECTION, descriptors / 2));
  }

  /** How many files and sockets the process may have open. */
  private static long descriptors() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }

  private void customize(Connector connector) {
    connector.setProperty("maxHeaderCount", Integer.toString(MOST_HEADERS));
    // Else the kernel keeps megabytes for each client that does not read, and nobody waits for it.
    connector.setProperty("socket.txBufSize", Integer.toString(BYTES_ON_THE_WAY));
    if (connector.getProtocolHandler() instanceof PromptHttp http) {
      http.allow(rates.maxRequestTime(), rates.maxAnswerTime());
      http.setMaxConnections(
          most(http.getMaxConnections(), Runtime.getRuntime().maxMemory(), descriptors()));
    }
  }
}
