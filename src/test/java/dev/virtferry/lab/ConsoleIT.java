package dev.virtferry.lab;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.virtferry.libvirt.Domains.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import dev.virtferry.PlayedHosts;
import dev.virtferry.access.Callers;
import dev.virtferry.libvirt.DiskImage;
import dev.virtferry.libvirt.DomainDescription;
import dev.virtferry.libvirt.DomainDisk;
import dev.virtferry.libvirt.DomainState;
import dev.virtferry.libvirt.Domains;
import dev.virtferry.libvirt.JobReading.Activity;
import dev.virtferry.libvirt.SourceType;
import dev.virtferry.libvirt.StoragePool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** The console in a real browser, on played hosts. */
@SpringBootTest(
    webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
    properties = {
      "spring.datasource.url=jdbc:h2:mem:${random.uuid};MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;"
          + "DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1",
      "ferry.hosts[0].name=kvm-a",
      "ferry.hosts[0].uri=qemu+tls://kvm-a/system",
      "ferry.hosts[1].name=kvm-b",
      "ferry.hosts[1].uri=qemu+tls://kvm-b/system",
      "ferry.hosts[2].name=kvm-c",
      "ferry.hosts[2].uri=qemu+tls://kvm-c/system",
      "ferry.limits.outgoing-per-host=5",
      "ferry.limits.incoming-per-host=5",
      "ferry.watch.interval=100ms",
      "ferry.watch.settle=500ms",
      "ferry.access.tokens[0].name=ops",
      "ferry.access.tokens[0].sha256=" + Callers.TOKEN_SHA256,
      "ferry.access.tokens[0].role=admin",
      "ferry.access.tokens[1].name=viewer",
      // The hash of the word "viewer".
      "ferry.access.tokens[1].sha256=d35ca5051b82ffc326a3b0b6574a9a3161dee16b9478a199ee39cd803ce5b799",
      "ferry.access.tokens[1].role=viewer",
      "db-scheduler.polling-interval=100ms",
      "db-scheduler.shutdown-max-wait=1s",
    })
class ConsoleIT extends PlayedHosts {

  private static final long GIB = 1024 * MIB;
  private static final long DISK = 8 * GIB;
  private static final Path PICTURES = Path.of("target", "console");
  private static final double PATIENCE_MILLIS = 15_000;

  private static Playwright playwright;
  private static Browser browser;

  @LocalServerPort private int port;

  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private BrowserContext context;
  private Page page;
  private RestClient api;

  @BeforeAll
  static void aBrowser() {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(executable())
                    .setArgs(List.of("--no-sandbox", "--disable-dev-shm-usage")));
  }

  private static Path executable() {
    try {
      return Lab.browser();
    } catch (Lab.LabFailed e) {
      LabExtension.requireLab();
      throw e;
    }
  }

  @AfterAll
  static void noBrowser() {
    if (playwright != null) {
      playwright.close();
    }
  }

  @BeforeEach
  void aPage() {
    hosts().reset();
    volumes().reset();
    for (String host : List.of("kvm-a", "kvm-b", "kvm-c")) {
      volumes().pool(host, new StoragePool("images", "dir", "/srv", 400 * GIB));
    }
    api =
        RestClient.builder()
            .baseUrl("http://127.0.0.1:" + port)
            .defaultHeader("Authorization", "Bearer " + Callers.TOKEN)
            .build();
    open(new Browser.NewContextOptions().setViewportSize(1280, 800));
  }

  private void open(Browser.NewContextOptions options) {
    if (context != null) {
      context.close();
    }
    context = browser.newContext(options);
    context.setDefaultTimeout(PATIENCE_MILLIS);
    PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
    page = context.newPage();
    page.onConsoleMessage(message -> {
      // The browser itself writes a line for each 4xx; the service means them.
      if (List.of("error", "warning").contains(message.type())
          && !message.text().contains("the server responded with a status of 4")) {
        complaints.add(message.text());
      }
    });
    page.onPageError(complaints::add);
  }

  @AfterEach
  void nothingWasComplainedOfAndNothingRuns() {
    context.close();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          hosts().rollBackTo("kvm-a");
          return unended() == 0;
        });
    assertThat(complaints).isEmpty();
  }

  private long unended() {
    return read("/v1/migrations?limit=200")
        .get("items")
        .valueStream()
        .filter(migration -> migration.get("endedAt").isNull())
        .count();
  }

  private JsonNode read(String path) {
    return Objects.requireNonNull(api.get().uri(path).retrieve().body(JsonNode.class));
  }

  private String url(String hash) {
    return String.format(Locale.ROOT, "http://127.0.0.1:%d/%s", port, hash);
  }

  private void signIn(String token) {
    page.navigate(url(""));
    page.getByLabel("Token").fill(token);
    page.getByRole(AriaRole.BUTTON, named("Sign in")).click();
  }

  private void signIn() {
    signIn(Callers.TOKEN);
    assertThat(page.getByRole(AriaRole.HEADING, headed("Under way"))).isVisible();
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static Page.GetByRoleOptions headed(String name) {
    return new Page.GetByRoleOptions().setName(name);
  }

  private Locator card(String guest) {
    return page.getByRole(AriaRole.ARTICLE, named(guest));
  }

  private static DomainDescription guest(String name, String... targets) {
    String place = "/srv/%s-%%s.qcow2".formatted(name.replaceAll("\\W", "-"));
    DomainDisk[] disks =
        Arrays.stream(targets)
            .map(target ->
                Domains.onImage(
                        target,
                        new DiskImage(SourceType.FILE, place.formatted(target), "qcow2", null))
                    .sized(DISK, 6 * GIB))
            .toArray(DomainDisk[]::new);
    return Domains.running(name, disks);
  }

  /** Started over the API; its job runs and has copied {@code percent} of each disk. */
  private String running(DomainDescription guest, int percent) {
    hosts().put("kvm-a", guest);
    List<String> targets = guest.disks().stream().map(DomainDisk::target).toList();
    JsonNode started =
        Objects.requireNonNull(
            api.post()
                .uri("/v1/migrations")
                .contentType(MediaType.APPLICATION_JSON)
                .body(
                    Map.of(
                        "domain",
                        guest.uuid(),
                        "destUri",
                        "qemu+tls://kvm-b/system",
                        "disks",
                        targets))
                .retrieve()
                .body(JsonNode.class));
    String id = started.get("id").asString();
    await().until(() -> state(id).equals("MIGRATING"));
    copied(guest, percent);
    return id;
  }

  private void copied(DomainDescription guest, double percent) {
    hosts().job(guest.uuid(), Activity.RUNNING);
    for (DomainDisk disk : guest.disks()) {
      hosts().blockJob(guest.uuid(), disk.target(), copied(percent), DISK);
    }
  }

  private static long copied(double percent) {
    return (long) (DISK * percent / 100);
  }

  /** The bar of a disk shows that much of it. */
  private void assertShown(Locator within, String target, double percent) {
    Locator bar =
        within.getByRole(
            AriaRole.PROGRESSBAR, new Locator.GetByRoleOptions().setName(target).setExact(true));
    assertThat(bar).hasJSProperty("value", (double) copied(percent));
  }

  private void arrived(DomainDescription guest) {
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().remove("kvm-a", guest.uuid());
    hosts().endCall(guest.uuid());
  }

  private String state(String id) {
    return read("/v1/migrations/" + id).get("state").asString();
  }

  @Test
  void whoHasNoValidTokenIsToldSoAndSeesNothing() {
    signIn("wrong");
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("Send a token that is valid");
    assertThat(page.getByLabel("Token")).hasAttribute("aria-invalid", "true");
    assertThat(page.getByLabel("Token")).isFocused();
    assertThat(page.evaluate("sessionStorage.length")).isEqualTo(0);
  }

  @Test
  void theTokenIsAskedForOnceAndIsInNoAddress() {
    List<String> addresses = new ArrayList<>();
    page.onRequest(request -> addresses.add(request.url()));
    signIn();
    page.reload();
    assertThat(page.getByRole(AriaRole.HEADING, headed("Under way"))).isVisible();
    assertThat(page.getByText("token:ops")).isVisible();
    assertThat(addresses).isNotEmpty().noneMatch(address -> address.contains(Callers.TOKEN));

    page.getByRole(AriaRole.BUTTON, named("Sign out")).click();
    assertThat(page.getByLabel("Token")).isVisible();
    assertThat(page.evaluate("sessionStorage.length")).isEqualTo(0);
  }

  @Test
  void aMigrationIsSeenToMoveAndToArrive() {
    var guest = guest("web-01", "vda", "vdb");
    running(guest, 10);
    signIn();
    assertShown(card("web-01"), "vdb", 10);
    assertThat(card("web-01")).containsText("Migrating, disks");
    assertThat(card("web-01")).containsText("guest on kvm-a");

    copied(guest, 50);
    assertShown(card("web-01"), "vdb", 50);

    arrived(guest);
    assertThat(card("web-01")).hasCount(0);
    assertThat(page.getByRole(AriaRole.ROW, headed("web-01")).first()).containsText("Succeeded");
  }

  @Test
  void changesOfStateAreSaidAloudAndTheFocusStays() {
    var guest = guest("spoken-01", "vda");
    String id = running(guest, 30);
    signIn();
    Locator button = page.getByRole(AriaRole.BUTTON, named("Retune spoken-01"));
    button.focus();
    copied(guest, 60);
    assertShown(card("spoken-01"), "vda", 60);
    assertThat(button).isFocused();

    page.navigate(url("#/migrations/" + id));
    assertThat(page.getByRole(AriaRole.HEADING, named("spoken-01"))).isVisible();
    assertThat(page.getByText("both hosts are ready")).isVisible();
    arrived(guest);
    assertThat(page.getByRole(AriaRole.STATUS)).hasText("spoken-01: Succeeded");
  }

  @Test
  void oneIsStartedByKeyboardAloneAfterItsPlan() {
    hosts().put("kvm-a", guest("web-02", "vda", "vdb"));
    signIn();
    tabTo(page.getByRole(AriaRole.LINK, named("Start a migration")));
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.HEADING, named("Start a migration"))).isFocused();
    assertThat(page.getByLabel("From")).containsText("kvm-a");
    typeInto("From", "kvm-a");
    assertThat(page.getByLabel("Domain")).containsText("web-02");
    typeInto("Domain", "web-02");
    typeInto("To", "kvm-b");
    typeInto("Bandwidth", "200");
    tabTo(page.getByLabel("Guarded switchover"));
    page.keyboard().press("Space");
    tabTo(page.getByRole(AriaRole.BUTTON, named("Show the plan")));
    page.keyboard().press("Enter");

    Locator plan = page.getByRole(AriaRole.REGION, named("Plan"));
    assertThat(plan).containsText("Copies");
    assertThat(plan).containsText("--migrate-disks vda,vdb");
    assertThat(page.getByRole(AriaRole.HEADING, named("Plan"))).isFocused();
    assertThat(hosts().made()).isEmpty();

    tabTo(page.getByRole(AriaRole.BUTTON, named("Start")));
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.HEADING, named("web-02"))).isFocused();
    await().until(() -> hosts().made().size() == 1);
    assertThat(page.locator("dl")).containsText("guarded switchover");
  }

  private void typeInto(String label, String text) {
    tabTo(page.getByLabel(label, new Page.GetByLabelOptions().setExact(true)));
    page.keyboard().type(text);
  }

  private void tabTo(Locator target) {
    assertThat(target).isVisible();
    for (int key = 0; key < 40; key++) {
      page.keyboard().press("Tab");
      if (Boolean.TRUE.equals(target.evaluate("e => e === document.activeElement"))) {
        return;
      }
    }
    throw new AssertionError("The Tab key does not lead to " + target);
  }

  @Test
  void whatIsWrongStandsAtItsField() {
    hosts().put("kvm-a", guest("web-03", "vda", "vdb"));
    signIn();
    page.navigate(url("#/start"));
    page.getByLabel("From").selectOption("kvm-a");
    page.getByLabel("Domain").selectOption("web-03");
    page.getByLabel("To", new Page.GetByLabelOptions().setExact(true)).selectOption("kvm-b");
    Locator bandwidth = page.getByLabel("Bandwidth");
    bandwidth.fill("0");
    page.getByRole(AriaRole.BUTTON, named("Show the plan")).click();
    assertThat(bandwidth).isFocused();
    assertThat(bandwidth).hasAccessibleDescription("MiB/s for each stream is less than 1 MiB/s.");

    bandwidth.fill("");
    page.getByLabel("vdb").uncheck();
    page.getByRole(AriaRole.BUTTON, named("Show the plan")).click();
    Locator plan = page.getByRole(AriaRole.REGION, named("Plan"));
    assertThat(plan).containsText("Not like that");
    assertThat(plan.getByRole(AriaRole.ALERT)).containsText("vdb");
    assertThat(page.getByRole(AriaRole.BUTTON, named("Start"))).hasCount(0);
  }

  @Test
  void oneIsRetunedAndThenCancelled() {
    var guest = guest("web-04", "vda");
    String id = running(guest, 20);
    signIn();
    page.getByRole(AriaRole.LINK, named("web-04")).first().click();
    page.getByRole(AriaRole.BUTTON, named("Retune web-04")).click();
    Locator bandwidth = page.getByLabel("Bandwidth");
    bandwidth.fill("0");
    page.getByRole(AriaRole.BUTTON, named("Retune")).click();
    assertThat(bandwidth).isFocused();
    assertThat(bandwidth).hasAccessibleDescription("MiB/s for each stream is less than 1 MiB/s.");
    bandwidth.fill("400");
    page.keyboard().press("Enter");
    assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
    assertThat(hosts().remarks()).contains("bandwidth 400");
    assertThat(page.locator("dl")).containsText("400");

    page.getByRole(AriaRole.BUTTON, named("Cancel web-04")).click();
    page.keyboard().press("Escape");
    assertThat(page.getByRole(AriaRole.DIALOG)).isHidden();
    assertThat(page.getByRole(AriaRole.BUTTON, named("Cancel web-04"))).isFocused();
    page.keyboard().press("Enter");
    page.getByRole(AriaRole.BUTTON, named("Cancel the migration")).click();
    assertThat(page.locator(".badge")).containsText("being cancelled");
    await().until(() -> hosts().aborts().contains(guest.uuid()));
    hosts().rollBackTo("kvm-a");
    assertThat(page.locator(".badge")).hasText("Cancelled");
    assertThat(state(id)).isEqualTo("CANCELLED");
  }

  @Test
  void whatNeedsAttentionIsOnTopAndAnAdminResolvesIt() {
    var guest = guest("torn-01", "vda");
    running(guest, 90);
    hosts().show("kvm-b", guest, DomainState.RUNNING_MIGRATED);
    hosts().endCall(guest.uuid());
    signIn();
    assertThat(page.locator("main section").first().getByRole(AriaRole.ARTICLE))
        .containsText("torn-01");
    page.getByRole(AriaRole.BUTTON, named("Resolve torn-01")).click();
    page.getByRole(AriaRole.BUTTON, named("End it")).click();
    assertThat(page.getByLabel("What you saw and did")).hasAttribute("aria-invalid", "true");
    page.getByLabel("What you saw and did").fill("destroyed the copy on kvm-b");
    page.getByRole(AriaRole.BUTTON, named("End it")).click();
    assertThat(page.getByRole(AriaRole.ROW, headed("torn-01")).first()).containsText("Failed");
  }

  @Test
  void aViewerIsOfferedNothingThatItMayNotDo() {
    running(guest("web-05", "vda"), 20);
    signIn("viewer");
    assertThat(card("web-05")).isVisible();
    assertThat(card("web-05").getByRole(AriaRole.BUTTON)).hasCount(0);
    assertThat(page.getByRole(AriaRole.LINK, named("Start a migration"))).hasCount(0);
  }

  @Test
  void namesThatAreMarkupStayText() {
    String name = "<img src=x onerror=\"document.title='owned'\"><b>";
    running(guest(name, "vda"), 20);
    signIn();
    assertThat(page.getByRole(AriaRole.HEADING, named(name))).isVisible();
    page.getByRole(AriaRole.LINK, named(name)).first().click();
    assertThat(page.getByRole(AriaRole.HEADING, named(name))).isVisible();
    page.getByRole(AriaRole.BUTTON, headed("Cancel")).click();
    assertThat(page.getByRole(AriaRole.DIALOG)).containsText(name);
    page.keyboard().press("Escape");
    page.navigate(url("#/start"));
    page.getByLabel("From").selectOption("kvm-a");
    assertThat(page.getByLabel("Domain")).containsText(name);
    assertThat(page.locator("main img, main b")).hasCount(0);
    assertThat(page).hasTitle("Start a migration · virt-ferry");
  }

  @Test
  void aLostStreamGoesOnWhereItEnded() {
    var guest = guest("web-06", "vda");
    String id = running(guest, 20);
    List<String> resumed = new CopyOnWriteArrayList<>();
    page.route(
        "**/events",
        once(
            route ->
                route.fulfill(
                    new Route.FulfillOptions()
                        .setContentType("text/event-stream")
                        .setBody(
                            "id: \"7-7\"\nevent: state\ndata: %s\n\n"
                                .formatted(read("/v1/migrations/" + id)))),
            route -> {
              resumed.add(String.valueOf(route.request().headerValue("last-event-id")));
              route.resume();
            }));
    signIn();
    page.navigate(url("#/migrations/" + id));
    assertThat(page.getByRole(AriaRole.HEADING, named("web-06"))).isVisible();
    copied(guest, 70);
    assertShown(page.locator("main"), "vda", 70);
    assertThat(resumed).containsExactly("\"7-7\"");
  }

  private static Consumer<Route> once(Consumer<Route> first, Consumer<Route> later) {
    List<Route> seen = new ArrayList<>();
    return route -> {
      seen.add(route);
      (seen.size() == 1 ? first : later).accept(route);
    };
  }

  @Test
  void endedOnesAreFilteredAndPaged() {
    for (int i = 0; i < 21; i++) {
      var guest = guest(String.format(Locale.ROOT, "many-%02d", i), "vda");
      running(guest, 100);
      arrived(guest);
      await().until(() -> unended() == 0);
    }
    signIn();
    assertThat(page.locator("tbody tr")).hasCount(20);
    page.getByRole(AriaRole.BUTTON, named("Older")).click();
    assertThat(page.getByRole(AriaRole.LINK, named("many-00"))).isVisible();
    page.getByRole(AriaRole.BUTTON, named("Newer")).click();
    assertThat(page.getByRole(AriaRole.LINK, named("many-20"))).isVisible();
    page.getByLabel("Domain").fill("many-07");
    page.keyboard().press("Enter");
    assertThat(page.locator("tbody tr")).hasCount(1);
    page.getByLabel("End", new Page.GetByLabelOptions().setExact(true)).selectOption("Failed");
    assertThat(page.getByText("None.")).isVisible();
  }

  enum Look {
    LIGHT(ColorScheme.LIGHT, 1280),
    DARK(ColorScheme.DARK, 1280),
    PHONE(ColorScheme.LIGHT, 390);

    private final ColorScheme colours;
    private final int width;

    Look(ColorScheme colours, int width) {
      this.colours = colours;
      this.width = width;
    }

    private Browser.NewContextOptions options() {
      return new Browser.NewContextOptions()
          .setColorScheme(colours)
          .setReducedMotion(ReducedMotion.REDUCE)
          .setViewportSize(width, 800);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyViewIsAccessibleAndFitsItsScreen(Look look) {
    open(look.options());
    page.navigate(url(""));
    assertThat(page.getByLabel("Token")).isVisible();
    inspect(look, "sign-in");

    var done = guest("build-07", "vda");
    running(done, 100);
    arrived(done);
    await().until(() -> unended() == 0);
    var torn = guest("mail-02", "vda");
    running(torn, 90);
    hosts().show("kvm-b", torn, DomainState.RUNNING_MIGRATED);
    hosts().endCall(torn.uuid());
    var first = guest("web-01", "vda", "vdb");
    String id = running(first, 20);
    var second = guest("db-01", "vda");
    running(second, 10);
    signIn();
    assertThat(page.getByRole(AriaRole.HEADING, headed("Needs attention"))).isVisible();
    for (double percent = 20; page.locator("polyline").count() < 2; percent += 1) {
      copied(first, percent);
      copied(second, percent * percent / 50);
      page.waitForResponse(answer -> answer.url().contains("/v1/migrations?"), () -> {});
    }
    inspect(look, "list");

    page.navigate(url("#/migrations/" + id));
    assertThat(page.locator(".history li").first()).isVisible();
    inspect(look, "detail");
    page.getByRole(AriaRole.BUTTON, named("Retune web-01")).click();
    inspectDialog(look, "retune");
    page.keyboard().press("Escape");

    hosts().put("kvm-a", guest("shop-03", "vda", "vdb"));
    page.navigate(url("#/start"));
    page.getByLabel("From").selectOption("kvm-a");
    page.getByLabel("Domain").selectOption("shop-03");
    page.getByLabel("To", new Page.GetByLabelOptions().setExact(true)).selectOption("kvm-c");
    page.getByLabel("Bandwidth").fill("100");
    page.getByRole(AriaRole.BUTTON, named("Show the plan")).click();
    assertThat(page.getByRole(AriaRole.BUTTON, named("Start"))).isVisible();
    inspect(look, "start");
  }

  private void inspect(Look look, String view) {
    inspect(look, view, new AxeBuilder(page));
  }

  /**
   * What is behind a question can't be reached, so that axe would miss a heading and a main part.
   */
  private void inspectDialog(Look look, String view) {
    inspect(look, view, new AxeBuilder(page).include("#dialog"));
  }

  private void inspect(Look look, String view, AxeBuilder axe) {
    String picture = "%s-%s.png".formatted(view, look.name().toLowerCase(Locale.ROOT));
    page.screenshot(new Page.ScreenshotOptions().setPath(PICTURES.resolve(picture)));
    assertThat(axe.setLegacyMode(true).analyze().getViolations())
        .as("what axe finds in %s", view)
        .isEmpty();
    assertThat(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
        .as("%s fits %d pixels", view, look.width)
        .isEqualTo(true);
  }
}
