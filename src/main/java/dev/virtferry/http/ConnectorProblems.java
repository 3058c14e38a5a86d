package dev.virtferry.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.problem.Problem;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.http.HttpStatusCode;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What Tomcat refuses before it knows an application, as a problem document like the rest. */
@Component
class ConnectorProblems implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

  private static final Logger log = LoggerFactory.getLogger(ConnectorProblems.class);
  private static final JsonMapper JSON = new JsonMapper();

  /** Of the valves that report, the one that was added last is asked first. */
  @Override
  public void customize(TomcatServletWebServerFactory factory) {
    factory.addContextCustomizers(
        context -> context.getParent().getPipeline().addValve(new Report()));
  }

  private static final class Report extends ErrorReportValve {

    @Override
    protected void report(Request request, Response response, @Nullable Throwable thrown) {
      boolean ours =
          response.getStatus() >= 400
              && response.getContentWritten() == 0
              && response.setErrorReported();
      var writable = new AtomicBoolean();
      response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, writable);
      if (ours && writable.get()) {
        write(response);
      }
    }

    private static void write(Response response) {
      try {
        response.setContentType("application/problem+json");
        response.setCharacterEncoding(UTF_8);
        response.getReporter().write(document(response.getStatus()));
        response.finishResponse();
      } catch (IOException | IllegalStateException e) {
        log.debug("Nobody reads why a request was refused", e);
      }
    }

    private static String document(int status) {
      Problem problem = BareStatus.problem(HttpStatusCode.valueOf(status));
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("type", problem.type().uri());
      document.put("title", problem.type().title());
      document.put("status", status);
      document.put("detail", problem.detail());
      return JSON.writeValueAsString(document);
    }
  }
}
