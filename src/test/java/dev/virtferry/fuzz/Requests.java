package dev.virtferry.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.virtferry.fuzz.ApiDescription.Body;
import dev.virtferry.fuzz.ApiDescription.Operation;
import dev.virtferry.fuzz.ApiDescription.Parameter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Malformed requests for every address of the description; the same for the same seed. */
final class Requests {

  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "PATCH",
          "DELETE",
          "OPTIONS",
          "TRACE",
          "PROPFIND",
          "get",
          "X");

  private static final List<String> MEDIA_TYPES =
      List.of(
          "text/plain",
          "application/xml",
          "application/json;charset=utf-16",
          "application/json;charset=no-such-charset",
          "application/json; =",
          "application/json/json",
          "application/*",
          "multipart/form-data",
          "multipart/form-data; boundary=x",
          "application/x-www-form-urlencoded",
          "application/merge-patch+json",
          "application/octet-stream",
          "json",
          ";",
          "");

  /** As they stand in a request line, encoded where they have to be. */
  private static final List<String> IDS =
      List.of(
          "x",
          "0",
          "1-1-1-1-1",
          "..",
          ".",
          "%2e%2e",
          "%00",
          "%2F",
          "%5c",
          "%c0%ae%c0%ae",
          "%ED%A0%80",
          "%ff%fe",
          "%zz",
          "%",
          ";a=b",
          "x;jsessionid=1",
          "*",
          "{id}",
          "$%7Bx%7D",
          "'",
          "a%0d%0aX:%20y",
          "../../../etc/passwd",
          "..%2f..%2ferror",
          "99999999-9999-9999-9999-9999999999999999",
          "g0000000-0000-7000-8000-000000000000",
          "%F0%9F%9A%80");

  private static final List<String> VALUES =
      List.of(
          "",
          "0",
          "-1",
          "201",
          "1e9",
          "99999999999999999999",
          "%00",
          "a%00b",
          "%ff",
          "%zz",
          "QUEUED,",
          "queued",
          ",,,",
          "null",
          "AAAA",
          "LTkyMjMzNzIwMzY4NTQ3NzU4MDggMS0xLTEtMS0x",
          "OTIyMzM3MjAzNjg1NDc3NTgwNyAxLTEtMS0xLTE",
          "%27%20or%201=1",
          "%F0%9F%9A%80",
          "%0d%0a");

  private static final List<String> HEADERS =
      List.of(
          "Accept: text/plain",
          "Accept: */*;q=x",
          "Accept: ,;/",
          "Accept: application/xml",
          "Accept-Language: \u00ff\u00fe",
          "If-None-Match: \"",
          "If-None-Match: *",
          "Prefer: wait=99999999999999999999",
          "Prefer: wait=-1",
          "Prefer: wait",
          "Prefer: wait=1, wait=2",
          "Last-Event-ID: \u0080",
          "Idempotency-Key: ",
          "Idempotency-Key: a b",
          "Idempotency-Key: \u00e9",
          "Expect: 100-continue",
          "Expect: nothing",
          "X-HTTP-Method-Override: DELETE",
          "X-Forwarded-Host: evil, ::1",
          "Forwarded: for=\"",
          "Range: bytes=0-",
          "Upgrade: h2c",
          "Connection: upgrade, HTTP2-Settings",
          "Cookie: =;=;\"",
          "Origin: null",
          "Content-Encoding: gzip",
          "traceparent: 00-xyz-1-1");

  private final ApiDescription api;
  private final long seed;
  private final String token;

  Requests(ApiDescription api, long seed, String token) {
    this.api = api;
    this.seed = seed;
    this.token = token;
  }

  /** One as it is being put together. */
  private static final class Draft {

    private final Operation operation;
    private final List<String> headers = new ArrayList<>(List.of("Host: localhost"));
    private String method;
    private String path;
    private String mediaType;
    private byte[] body = {};

    private Draft(Operation operation) {
      Body described = operation.body();
      this.operation = operation;
      this.method = operation.method();
      this.path = operation.path();
      this.mediaType = described == null ? "" : described.mediaType();
    }
  }

  Sent request(long number) {
    var draw = new Draw(seed, number);
    int whim = draw.below(100);
    if (whim < 4) {
      return new Sent(number, "garbage", new Garbage(draw).text(authorization()), true, false);
    }
    List<Operation> withBody = api.operations().stream().filter(o -> o.body() != null).toList();
    boolean bodily = whim >= 40;
    var draft = new Draft(draw.from(bodily ? withBody : api.operations()));
    Body described = draft.operation.body();
    if (described != null) {
      draft.body = new WrongJson(api, draw, bodily ? 3 : 0).of(described.schema()).getBytes(UTF_8);
    }
    String kind = disturbed(draft, draw, whim);
    fillIn(draft, draw);
    return sent(number, kind, draft, draw);
  }

  private static String disturbed(Draft draft, Draw draw, int whim) {
    if (whim < 13) {
      addQuery(draft, draw);
      return "query";
    }
    if (whim < 20) {
      draft.path = draft.path.replaceFirst("\\{\\w+}", quoted(broken(draw)));
      return "path";
    }
    if (whim < 27) {
      draft.method = draw.from(METHODS);
      return "method";
    }
    if (whim < 34) {
      draft.headers.add(draw.from(HEADERS));
      if (draw.oneIn(6)) {
        draft.headers.add("X-Long: " + "h".repeat(draw.below(20_000)));
      }
      return "header";
    }
    if (whim < 40) {
      draft.mediaType = draw.from(MEDIA_TYPES);
      return "media type";
    }
    if (whim < 50) {
      draft.body = otherBytes(draft.body, draw);
      return "bytes";
    }
    return "json";
  }

  private static String quoted(String replacement) {
    return java.util.regex.Matcher.quoteReplacement(replacement);
  }

  private static String broken(Draw draw) {
    return draw.oneIn(12) ? "y".repeat(1 + draw.below(7_000)) : draw.from(IDS);
  }

  private static void addQuery(Draft draft, Draw draw) {
    List<String> names =
        new ArrayList<>(draft.operation.in("query").stream().map(Parameter::name).toList());
    names.addAll(List.of("limit", "state", "cursor", "domain", "%00", "", "a%5B0%5D"));
    var query = new StringBuilder("?");
    int length = 1 + draw.below(4);
    for (int i = 0; i < length; i++) {
      String value = draw.oneIn(15) ? "v".repeat(draw.below(6_000)) : draw.from(VALUES);
      query.append(draw.from(names)).append(draw.oneIn(9) ? "" : "=").append(value);
      query.append(draw.oneIn(9) ? "&&" : "&");
    }
    if (draw.oneIn(20)) {
      query.append("p=1&".repeat(draw.below(1_500)));
    }
    draft.path += query;
  }

  private static byte[] otherBytes(byte[] body, Draw draw) {
    byte[] changed = body.clone();
    return switch (draw.below(8)) {
      case 0 -> draw.bytes(draw.below(300));
      case 1 -> java.util.Arrays.copyOf(body, draw.below(body.length + 1));
      case 2 -> new String(body, UTF_8).getBytes(UTF_16);
      case 3 -> ("\ufeff" + new String(body, UTF_8)).getBytes(UTF_8);
      case 4 -> new byte[0];
      case 5 -> ("{\"domain\":\"" + "\u00ff".repeat(9) + "\"}").getBytes(ISO_8859_1);
      case 6 ->
          draw.oneIn(10)
              ? (" ".repeat(1 + draw.below(3 << 20)) + "x").getBytes(UTF_8)
              : (new String(body, UTF_8) + "}").getBytes(UTF_8);
      default -> {
        for (int i = 0; i <= draw.below(4) && changed.length > 0; i++) {
          changed[draw.below(changed.length)] ^= (byte) (1 + draw.below(255));
        }
        yield changed;
      }
    };
  }

  private static void fillIn(Draft draft, Draw draw) {
    String id = new UUID((draw.number() & ~0xF000L) | 0x7000L, draw.number()).toString();
    draft.path =
        draft.path.replace("{id}", id).replace("{host}", "kvm-a").replace("{domain}", "web-01");
  }

  private Sent sent(long number, String kind, Draft draft, Draw draw) {
    boolean credible = !draw.oneIn(25);
    if (!token.isEmpty()) {
      draft.headers.add(credible ? authorization() : "Authorization: " + stranger(draw));
    } else if (draw.oneIn(30)) {
      draft.headers.add("Authorization: " + stranger(draw));
    }
    if (!draft.mediaType.isEmpty()) {
      draft.headers.add("Content-Type: " + draft.mediaType);
    }
    if (draft.body.length > 0 || draft.operation.body() != null) {
      draft.headers.add("Content-Length: " + draft.body.length);
    }
    String head =
        "%s %s HTTP/1.1\r\n%s\r\n\r\n"
            .formatted(draft.method, draft.path, String.join("\r\n", draft.headers));
    return new Sent(number, kind, head + new String(draft.body, ISO_8859_1), credible, true);
  }

  private String authorization() {
    return token.isEmpty() ? "X-None: 1" : "Authorization: Bearer " + token;
  }

  private static String stranger(Draw draw) {
    return switch (draw.below(6)) {
      case 0 -> "Basic YWRtaW46YWRtaW4=";
      case 1 -> "Bearer";
      case 2 -> "Bearer " + "t".repeat(draw.below(4_000));
      case 3 -> "bearer \u00ff\u00fe";
      case 4 -> "";
      default -> "Bearer " + HexFormat.of().formatHex(draw.bytes(32)).toLowerCase(Locale.ROOT);
    };
  }
}
