package dev.virtferry.notice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignerTest {

  private static final UUID ID = UUID.fromString("01900000-0000-7000-8000-000000000001");

  private static Signer with(String... secrets) {
    return new Signer(properties(List.of(secrets)));
  }

  private static WebhookProperties properties(List<String> secrets) {
    return new WebhookProperties(
        List.of(new WebhookProperties.Allowed("https://control.example", List.of())),
        secrets,
        List.of(),
        Duration.ofSeconds(1),
        null);
  }

  /** The expected values are those of openssl. */
  @Test
  void signsIdTimeAndBodyWithEverySecret() {
    Signer signer =
        with(
            "whsec_dmlydC1mZXJyeSBzaWducyB3aGF0IGl0IHRlbGxz",
            "whsec_YW5vdGhlciBzZWNyZXQsIGZvciByb3RhdGlvbg==");
    assertThat(signer.sign(ID, 1_780_000_000L, "{\"specversion\":\"1.0\"}"))
        .isEqualTo(
            "v1,ABT4up71nXZwUZ4woFWCPhqLW8CIXmHyDU0C4ycdCe0="
                + " v1,3vzGqRIwr3EQHb+mBSVCvjoLRiKJ5aM0KQaraatdTRg=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "secret",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_not in base64, whatever the length",
      })
  void refusesWhatIsNoSecretWithoutRepeatingIt(String secret) {
    assertThatThrownBy(() -> with(secret))
        .isInstanceOf(InvalidWebhookConfiguration.class)
        .hasMessageStartingWith("ferry.webhooks.secrets has one that")
        .hasMessageNotContaining("not in base64, whatever");
  }

  @Test
  void refusesToTellWithoutASecret() {
    assertThatThrownBy(SignerTest::with)
        .isInstanceOf(InvalidWebhookConfiguration.class)
        .hasMessageStartingWith("ferry.webhooks.secrets is empty");
  }

  @Test
  void keepsSecretsOutOfItsWords() {
    assertThat(properties(List.of("whsec_hidden")).toString()).doesNotContain("hidden");
  }
}
