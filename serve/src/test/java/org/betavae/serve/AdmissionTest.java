package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdmissionTest {
  private static final String FIRST = "0123456789abcdef0123456789abcdef";
  private static final String SECOND = "fedcba9876543210fedcba9876543210";

  @TempDir Path folder;
  private ServeOptions options;
  private Path tokens;

  @BeforeEach
  void write() throws IOException {
    options =
        ServeOptions.of(new ModelFolder("m", TestModel.write(folder.resolve("m"), 2, 1, 2, 3)))
            .withPort(0);
    tokens = folder.resolve("tokens");
    Files.writeString(tokens, "# of the web shop\n" + FIRST + "\n\n  " + SECOND + "  \n");
  }

  @Test
  void tokensOfTheFile_openTheInterface_othersDoNot() {
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      Client client = new Client(server);
      for (String token : new String[] {FIRST, SECOND}) {
        client.get("/v1/model", "Authorization", "Bearer " + token).assertOk();
        client.get("/metrics", "Authorization", "bearer " + token).assertOk();
      }
      for (String header :
          new String[] {
            "Bearer " + FIRST.substring(1),
            "Bearer " + FIRST + "0",
            "Bearer ",
            "Bearer",
            "Basic " + FIRST,
            FIRST,
            "Bearer # of the web shop"
          }) {
        Client.Answer answer = client.get("/v1/model", "Authorization", header);
        answer.assertProblem(401, "not known", "Authorization: Bearer TOKEN");
        assertTrue(answer.header("WWW-Authenticate").contains("invalid_token"));
        assertFalse(answer.text().contains(FIRST));
      }
      Client.Answer none = client.post("/v1/embed", "{}");
      none.assertProblem(401, "No token is shown");
      assertEquals("Bearer", none.header("WWW-Authenticate"));
      client.get("/metrics").assertProblem(401);
    }
  }

  @Test
  void pageDocumentsAndHealth_needNoToken() {
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      Client client = new Client(server);
      for (String path : new String[] {"/", "/healthz", "/readyz", "/openapi.json", "/docs/"}) {
        client.get(path).assertOk();
      }
    }
  }

  @Test
  void pathsWrittenInOtherWays_openNothing() {
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      Client client = new Client(server);
      for (String path :
          new String[] {
            "//v1/model",
            "/%761/model",
            "/v1;a=b/model",
            "/v1/./model",
            "/x/../v1/model",
            "/v1/model;x",
            "/v1//model",
            "/V1/model",
            "/v1%2fmodel",
            "/metrics/",
            "/metrics;x",
            "/./metrics"
          }) {
        int status = client.get(path).status();
        assertTrue(status == 401 || status == 404 || status == 400, path + ": " + status);
      }
    }
  }

  @Test
  void tokenFileThatIsUnfit_isRefusedAtTheStart_withoutShowingTokens() throws IOException {
    Files.writeString(tokens, "# nothing\n");
    assertRefused("holds no token", "openssl rand -hex 32");
    Files.writeString(tokens, FIRST + "\nsecret\n");
    String message = assertRefused("line 2", "6 characters", "at least 16");
    assertFalse(message.contains("secret"), message);
    Files.writeString(tokens, "with blank inside it 0123\n");
    assertRefused("line 1", "25 characters, of which some cannot be in a token");
    Files.delete(tokens);
    assertRefused("cannot be read", "Check path");
  }

  @Test
  void tokenFile_mayBeOfAnySystemsEditor() throws IOException {
    Files.writeString(tokens, "\ufeff# of the web shop\r\n\r\n" + FIRST + "\r\n" + SECOND);
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      for (String token : new String[] {FIRST, SECOND}) {
        new Client(server).get("/v1/model", "Authorization", "Bearer " + token).assertOk();
      }
    }
    Files.writeString(tokens, "\ufeff" + FIRST);
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      new Client(server).get("/v1/model", "Authorization", "Bearer " + FIRST).assertOk();
    }
  }

  private String assertRefused(String... parts) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> BetaVaeServer.start(options.withTokenFile(tokens)))
            .getMessage();
    for (String part : parts) {
      assertTrue(message.contains(part), message);
    }
    return message;
  }

  @Test
  void reload_readsTheTokensAnew_andKeepsTheOldWhenItCannot() throws IOException {
    try (BetaVaeServer server = BetaVaeServer.start(options.withTokenFile(tokens))) {
      Client client = new Client(server);
      Files.writeString(tokens, SECOND);
      assertEquals(List.of(), server.reload());
      client.get("/v1/model", "Authorization", "Bearer " + FIRST).assertProblem(401);
      client.get("/v1/model", "Authorization", "Bearer " + SECOND).assertOk();
      Files.writeString(tokens, "");
      List<String> failures = server.reload();
      assertEquals(1, failures.size());
      assertTrue(failures.get(0).contains("holds no token"), failures.get(0));
      client.get("/v1/model", "Authorization", "Bearer " + SECOND).assertOk();
    }
  }

  @Test
  void rate_isCountedForEachToken() {
    ServeOptions limited =
        options.withTokenFile(tokens).withLimits(Limits.defaults().withRequestsPerSecond(0.01));
    try (BetaVaeServer server = BetaVaeServer.start(limited)) {
      Client client = new Client(server);
      client.get("/v1/model", "Authorization", "Bearer " + FIRST).assertOk();
      Client.Answer second = client.get("/v1/model", "Authorization", "Bearer " + FIRST);
      second.assertProblem(429, "used up", "pause of");
      int seconds = Integer.parseInt(second.header("Retry-After"));
      assertTrue(seconds > 60 && seconds <= 100, () -> seconds + " s");
      client.get("/v1/model", "Authorization", "Bearer " + SECOND).assertOk();
      client.get("/healthz").assertOk();
    }
  }

  @Test
  void rate_isCountedForEachAddress_theProxysWordForItOnlyWhenTold() {
    Limits limits = Limits.defaults().withRequestsPerSecond(0.01);
    try (BetaVaeServer server = BetaVaeServer.start(options.withLimits(limits))) {
      Client client = new Client(server);
      client.get("/v1/model", "X-Forwarded-For", "192.0.2.1").assertOk();
      client.get("/v1/model", "X-Forwarded-For", "192.0.2.2").assertProblem(429);
    }
    try (BetaVaeServer server =
        BetaVaeServer.start(options.withLimits(limits).withForwarded(true))) {
      Client client = new Client(server);
      client.get("/v1/model", "X-Forwarded-For", "192.0.2.1").assertOk();
      client.get("/v1/model", "X-Forwarded-For", "192.0.2.2").assertOk();
      client.get("/v1/model", "X-Forwarded-For", "192.0.2.1").assertProblem(429);
    }
  }

  @Test
  void portInUse_isNamed() {
    try (BetaVaeServer server = BetaVaeServer.start(options)) {
      String message =
          assertThrows(
                  IllegalStateException.class,
                  () -> BetaVaeServer.start(options.withPort(server.port())))
              .getMessage();
      assertTrue(message.contains("127.0.0.1:" + server.port()), message);
      assertTrue(message.contains("0 for any free one"), message);
    }
  }
}
