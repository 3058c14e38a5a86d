package dev.virtferry.http;

import static java.util.Map.entry;

import io.swagger.v3.core.converter.ModelConverters;
import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.examples.Example;
import io.swagger.v3.oas.models.headers.Header;
import io.swagger.v3.oas.models.info.Contact;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.info.License;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.media.StringSchema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import io.swagger.v3.oas.models.servers.Server;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springdoc.core.customizers.GlobalOpenApiCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the generated OpenAPI document says beside the operations themselves. */
@Configuration(proxyBeanMethods = false)
class OpenApiDescription {

  private static final String PROBLEM = "#/components/schemas/Problem";

  private static final Map<String, String> PROBLEMS =
      Map.of(
          "400", "The request can't be understood; `errors` names the field.",
          "401", "No valid token came with the call.",
          "403", "The caller's role does not include the call.",
          "404", "It is not there: see `type`.",
          "409", "It clashes with what is going on: see `type`.",
          "412", "The migration is not as `If-Match` says; nothing was done.",
          "429", "The caller asks for too much; try again after `Retry-After` seconds.",
          "422", "It can't be done like that: see `type`, `detail` and `errors`.",
          "503", "A host did not answer; try again after `Retry-After` seconds.");

  private static final Map<String, List<String>> PROBLEMS_OF =
      Map.ofEntries(
          entry("startMigration", List.of("400", "409", "422", "503")),
          entry("planMigration", List.of("400", "409", "422", "503")),
          entry("listHosts", List.of()),
          entry("listAudit", List.of("400")),
          entry("getCaller", List.of()),
          entry("getHost", List.of("404")),
          entry("listDomains", List.of("404", "503")),
          entry("getDomain", List.of("404", "503")),
          entry("getMigration", List.of("400", "404")),
          entry("listMigrations", List.of("400")),
          entry("getMigrationHistory", List.of("400", "404")),
          entry("resolveMigration", List.of("400", "404", "409", "412")),
          entry("retuneMigration", List.of("400", "404", "409", "412", "503")),
          entry("completeMigration", List.of("400", "404", "409", "412", "422")),
          entry("getMigrationDeliveries", List.of("400", "404")),
          entry("watchMigration", List.of("400", "404", "503")),
          entry("resumePostCopy", List.of("400", "404", "409", "412", "503")),
          entry("cancelMigration", List.of("400", "404", "409", "412")));

  /** Of the operations that take anything but a migration. */
  private static final Map<String, Map<String, Example>> EXAMPLES =
      Map.of(
          "resolveMigration",
          Map.of(
              "seen-on-the-console",
              example(
                  "Somebody looked",
                  Map.of("reason", "kvm-a is scrapped; the guest runs on kvm-b"))),
          "retuneMigration",
          Map.of(
              "faster",
              example("More bandwidth", Map.of("options", Map.of("bandwidthMiBps", 400)))),
          "completeMigration",
          Map.of(
              "suspend", example("Pause the guest until it is across", Map.of("by", "SUSPEND"))));

  private static final String TOKEN = "token";

  /** Of every call: who may not come in, or asks for too much. */
  private static final List<String> EVERYWHERE = List.of("401", "403", "429");

  private static final SecurityScheme TOKENS =
      new SecurityScheme()
          .type(SecurityScheme.Type.HTTP)
          .scheme("bearer")
          .description(
              "A token that the operator gave out, or one of the identity provider (JWT). A service"
                  + " without either has its own in data/admin-token.");

  /** With made-up hosts: who reads this need not have shown a token. */
  private static final Map<String, Example> MIGRATIONS =
      new TreeMap<>(
          Map.of(
              "disks",
              migration("Two disks", Map.of("disks", List.of("vda", "vdb"))),
              "disks-tuned",
              migration(
                  "Two disks, tuned",
                  Map.of(
                      "disks",
                      List.of("vda", "vdb"),
                      "options",
                      new TreeMap<>(Map.of("bandwidthMiBps", 200, "maxDowntimeMillis", 300)))),
              "no-disks",
              migration("No storage copied", Map.of())));

  @Bean
  OpenAPI description() {
    return new OpenAPI()
        .info(info())
        .servers(List.of(new Server().url("/").description("This instance")))
        .components(new Components().addSecuritySchemes(TOKEN, TOKENS))
        .security(List.of(new SecurityRequirement().addList(TOKEN)));
  }

  private static Info info() {
    return new Info()
        .title("virt-ferry")
        .version("1")
        .description(
            "Moves running domains between libvirt hosts and copies exactly the named"
                + " disks. For people there is a [console](/).")
        .contact(new Contact().name("The virt-ferry developers"))
        .license(
            new License().name("Apache-2.0").url("https://www.apache.org/licenses/LICENSE-2.0"));
  }

  @Bean
  GlobalOpenApiCustomizer completion() {
    return document -> {
      document.setServers(List.of(new Server().url("/").description("This instance")));
      ModelConverters.getInstance(true)
          .readAll(ProblemDocument.class)
          .forEach(document.getComponents()::addSchemas);
      document.getPaths().values().stream()
          .flatMap(path -> path.readOperations().stream())
          .forEach(OpenApiDescription::complete);
    };
  }

  private static void complete(Operation operation) {
    ApiResponses responses = operation.getResponses();
    responses.addApiResponse(
        "default", problem("Every other refusal and failure is a problem document too."));
    List<String> own = Objects.requireNonNull(PROBLEMS_OF.get(operation.getOperationId()));
    Stream.concat(EVERYWHERE.stream(), own.stream())
        .forEach(status -> responses.addApiResponse(status, refusal(status)));
    if (operation.getRequestBody() != null) {
      Map<String, Example> examples = EXAMPLES.getOrDefault(operation.getOperationId(), MIGRATIONS);
      operation.getRequestBody().getContent().values().forEach(b -> b.setExamples(examples));
    }
  }

  private static ApiResponse refusal(String status) {
    ApiResponse response = problem(PROBLEMS.get(status));
    if (status.equals("503") || status.equals("429")) {
      response.addHeaderObject(
          "Retry-After", new Header().description("Seconds.").schema(new StringSchema()));
    }
    return response;
  }

  private static Example migration(String summary, Map<String, Object> more) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("domain", "web-01");
    body.put("destUri", "qemu+tls://kvm-b/system");
    body.putAll(new TreeMap<>(more));
    return example(summary, body);
  }

  private static Example example(String summary, Map<String, ?> body) {
    return new Example().summary(summary).value(body);
  }

  private static ApiResponse problem(@Nullable String description) {
    return new ApiResponse()
        .description(description)
        .content(
            new Content()
                .addMediaType(
                    "application/problem+json",
                    new MediaType().schema(new Schema<>().$ref(PROBLEM))));
  }
}
