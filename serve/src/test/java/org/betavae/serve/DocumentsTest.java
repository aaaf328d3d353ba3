package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.HandlerType;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  @TempDir static Path folder;
  private static BetaVaeServer server;
  private static Client client;

  @BeforeAll
  static void start() {
    server =
        BetaVaeServer.start(
            ServeOptions.of(new ModelFolder("m", TestModel.write(folder.resolve("m"), 2, 1, 2, 3)))
                .withPort(0));
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void openApi_describesEveryEndpoint_andNoOther() {
    JsonNode document = client.get("/openapi.json").assertOk().json();
    assertEquals("3.1.0", document.get("openapi").textValue());
    TreeSet<String> described = new TreeSet<>();
    for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> method : path.getValue().properties()) {
        described.add(method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
      }
    }
    TreeSet<String> served = new TreeSet<>();
    for (Api.Endpoint endpoint : server.endpoints()) {
      String path = endpoint.path().replaceFirst("/problems/.*", "/problems/{type}");
      served.add(endpoint.method().name() + " " + path);
    }
    assertEquals(served, described);
  }

  @Test
  void openApi_saysWhichEndpointsNeedNoToken() {
    JsonNode paths = client.get("/openapi.json").json().get("paths");
    for (Api.Endpoint endpoint : server.endpoints()) {
      String path = endpoint.path().replaceFirst("/problems/.*", "/problems/{type}");
      JsonNode operation = paths.get(path).properties().iterator().next().getValue();
      assertEquals(endpoint.open(), operation.has("security"), path);
    }
  }

  @Test
  void openApi_listsEveryParameter_andOthersAreRefused() {
    JsonNode paths = client.get("/openapi.json").json().get("paths");
    for (Api.Endpoint endpoint : server.endpoints()) {
      if (endpoint.path().startsWith("/v1/")) {
        String method = endpoint.method().name();
        List<String> names =
            paths
                .get(endpoint.path())
                .get(method.toLowerCase(Locale.ROOT))
                .get("parameters")
                .findValuesAsText("name");
        client
            .method(method, endpoint.path() + "?modle=m")
            .assertProblem(400, "'modle', expected only " + String.join(", ", names) + ", each");
      }
    }
  }

  @Test
  void head_isGetWithoutItsBody() {
    for (Api.Endpoint endpoint : server.endpoints()) {
      if (endpoint.method().equals(HandlerType.GET)) {
        Client.Answer get = client.get(endpoint.path());
        Client.Answer head = client.method("HEAD", endpoint.path());
        assertEquals(get.status(), head.status(), endpoint.path());
        assertEquals(get.type(), head.type(), endpoint.path());
        assertEquals(0, head.bytes().length);
        if (!endpoint.path().equals("/metrics")) { // which changes
          assertEquals(get.header("Content-Length"), head.header("Content-Length"));
        }
      }
    }
  }

  @Test
  void openApi_refersOnlyToWhatItHolds() {
    JsonNode document = client.get("/openapi.json").json();
    int found = 0;
    for (JsonNode reference : document.findValues("$ref")) {
      String pointer = reference.textValue();
      assertTrue(pointer.startsWith("#/"), pointer);
      assertFalse(document.at(pointer.substring(1)).isMissingNode(), pointer);
      found++;
    }
    assertTrue(found > 50, found + " references");
  }

  @Test
  void openApi_listsEveryStatusOfAProblem() {
    JsonNode responses = client.get("/openapi.json").json().at("/components/responses");
    for (ProblemType type : ProblemType.values()) {
      assertTrue(responses.has(Integer.toString(type.status())), type.name());
    }
  }

  @Test
  void model_hasNoFieldThatOpenApiLeavesOut() {
    JsonNode described =
        client.get("/openapi.json").json().at("/components/schemas/Model/properties");
    client
        .get("/v1/model")
        .json()
        .fieldNames()
        .forEachRemaining(field -> assertTrue(described.has(field), field));
  }

  @Test
  void docs_areAPageWithAllItNeeds_fromHereAlone() {
    Client.Answer moved = client.get("/docs");
    assertEquals(302, moved.status());
    assertEquals("docs/", moved.header("Location"));
    String page = client.get("/docs/").assertOk().text();
    assertFalse(page.contains("://"), page);
    for (String file : new String[] {"ui/swagger-ui.css", "ui/swagger-ui-bundle.js", "start.js"}) {
      assertTrue(page.contains("\"" + file + "\""), file);
      assertTrue(client.get("/docs/" + file).assertOk().bytes().length > 100, file);
    }
    Client.Answer script = client.get("/docs/start.js");
    assertTrue(script.type().startsWith("text/javascript"), script.type());
    assertTrue(script.text().contains("validatorUrl: null"), script.text());
  }

  @Test
  void everyPage_forbidsToLoadFromElsewhere() {
    for (String path : new String[] {"/", "/docs/", "/healthz"}) {
      Client.Answer answer = client.get(path).assertOk();
      String policy = answer.header("Content-Security-Policy");
      assertTrue(policy.contains("default-src 'self'"), policy);
      assertTrue(policy.contains("frame-ancestors 'none'"), policy);
      assertEquals("nosniff", answer.header("X-Content-Type-Options"));
    }
    assertEquals("nosniff", client.get("/v1/model").header("X-Content-Type-Options"));
  }

  @Test
  void metrics_countRequestsByRouteAndStatus_andUnknownPathsTogether() {
    client.post("/v1/generate", "{\"count\":3}").assertOk();
    client.post("/v1/generate", "{\"count\":0}").assertProblem(400);
    client.get("/some/path").assertProblem(404);
    client.get("/other/path").assertProblem(404);
    String text = client.get("/metrics").assertOk().text();
    String requests = "betavae_http_requests_seconds_";
    for (String line :
        new String[] {
          requests + "count{method=\"POST\",route=\"/v1/generate\",status=\"200\"} 1\n",
          requests + "count{method=\"POST\",route=\"/v1/generate\",status=\"400\"} 1\n",
          requests
              + "bucket{method=\"POST\",route=\"/v1/generate\",status=\"200\",le=\"+Inf\"} 1\n",
          "betavae_items_sum{call=\"generate\"} 3.0\n",
          "betavae_batch_queue{model=\"m\"} 0.0\n",
          "betavae_requests_pending 1.0\n"
        }) {
      assertTrue(text.contains(line), () -> line + " is not in\n" + text);
    }
    assertTrue(text.contains("route=\"other\",status=\"404\"} 2\n"), text);
    assertTrue(text.contains("jvm_memory_used_bytes"), text);
    assertFalse(text.contains("/some/path"), text);
  }

  @Test
  void health_tellsThatTheServiceIsUpAndReady() {
    assertEquals("up", client.get("/healthz").assertOk().json().get("status").textValue());
    JsonNode ready = client.get("/readyz").assertOk().json();
    assertEquals("{\"status\":\"ready\",\"models\":[\"m\"]}", ready.toString());
  }
}
