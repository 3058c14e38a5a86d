package dev.virtferry.access.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.virtferry.ApiTest;
import dev.virtferry.BesideOthers;
import dev.virtferry.libvirt.Domains;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** Rates so slow that a test does not see them recover. */
@TestPropertySource(
    properties = {
      "ferry.access.tokens[1].name=reader",
      // The hash of the word "reader".
      "ferry.access.tokens[1].sha256=3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30",
      "ferry.access.tokens[1].role=operator",
      "ferry.rate.reads=100000",
      "ferry.rate.writes=100000",
      "ferry.rate.failures=3",
      "ferry.rate.max-body=2KB",
      "ferry.limits.total=1",
      "ferry.limits.queued-per-caller=2",
    })
@BesideOthers
class LimitsApiTest extends ApiTest {

  @BeforeEach
  void noGuests() {
    hosts().reset();
    volumes().reset();
  }

  private MvcTestResult withToken(String token) {
    return http.get().uri("/v1/migrations").header("Authorization", "Bearer " + token).exchange();
  }

  @Test
  void whoeverGuessesTokensIsSlowedDownAndNobodyElseIs() {
    MvcTestResult last =
        IntStream.range(0, 50)
            .mapToObj(guess -> withToken("guess-" + guess))
            .filter(answer -> answer.getResponse().getStatus() != 401)
            .findFirst()
            .orElseThrow();
    assertProblem(last, 429, "rate-limited", null);
    assertThat(last.getResponse().getHeader("Retry-After")).isEqualTo("1");
    assertThat(withToken("reader")).hasStatusOk();
  }

  @Test
  void refusesABodyThatIsTooLargeByItsLength() {
    assertProblem(
        post("/v1/migrations", "{\"domain\":\"" + "x".repeat(2_100) + "\"}"),
        413,
        "payload-too-large",
        null);
  }

  @Test
  void refusesABodyThatIsNestedTooDeeply() {
    assertProblem(
        post("/v1/migrations", "{\"disks\":" + "[".repeat(200) + "]".repeat(200) + "}"),
        400,
        "invalid-request",
        null);
  }

  @Test
  void keepsNoMoreOfACallerInTheQueueThanMayWait() {
    for (int guest = 0; guest < 4; guest++) {
      hosts().put("kvm-a", Domains.running("waits-" + guest, Domains.network("vda")));
    }
    // One has the only slot and two wait.
    for (int guest = 0; guest < 3; guest++) {
      assertThat(start("waits-" + guest)).hasStatus(202);
    }
    MvcTestResult tooMany = start("waits-3");
    assertProblem(tooMany, 429, "rate-limited", null);
    assertThat(tooMany.getResponse().getHeader("Retry-After")).isEqualTo("5");
    assertThat(get("/v1/migrations?domain=waits-3").get("items")).isEmpty();
    MvcTestResult other =
        http.post()
            .uri("/v1/migrations")
            .contentType(MediaType.APPLICATION_JSON)
            .content(request("waits-3"))
            .header("Authorization", "Bearer reader")
            .exchange();
    assertThat(other).as("another caller has a queue of its own").hasStatus(202);
  }

  private MvcTestResult start(String guest) {
    return post("/v1/migrations", request(guest));
  }

  private static String request(String guest) {
    return "{\"domain\":\"%s\",\"destUri\":\"qemu+tls://kvm-b/system\"}".formatted(guest);
  }
}
