package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Speaks HTTP to a server. */
final class Client {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String url;

  Client(BetaVaeServer server) {
    this("http://127.0.0.1:" + server.port());
  }

  /** To an address without a slash at its end. */
  Client(String url) {
    this.url = url;
  }

  /** An answer. */
  record Answer(int status, String type, HttpResponse<byte[]> http) {
    byte[] bytes() {
      return http.body();
    }

    String text() {
      return new String(http.body(), StandardCharsets.UTF_8);
    }

    String header(String name) {
      return http.headers().firstValue(name).orElse("");
    }

    JsonNode json() {
      try {
        return MAPPER.readTree(http.body());
      } catch (IOException e) {
        throw new AssertionError(text(), e);
      }
    }

    float[] floats() {
      return Floats.read(http.body());
    }

    /** Checks the status, and what else a problem must have, and that the detail says all parts. */
    void assertProblem(int wanted, String... parts) {
      assertEquals(wanted, status, text());
      assertEquals("application/problem+json", type);
      JsonNode json = json();
      assertEquals(wanted, json.get("status").intValue());
      assertTrue(json.get("type").textValue().startsWith("/problems/"), text());
      assertTrue(json.get("title").textValue().length() > 5, text());
      for (String part : parts) {
        assertTrue(
            json.get("detail").textValue().contains(part), () -> "'" + part + "' not in " + text());
      }
    }

    Answer assertOk() {
      assertEquals(200, status, this::text);
      return this;
    }
  }

  Answer get(String path, String... headers) {
    return send(request(path, headers).GET());
  }

  Answer post(String path, String type, byte[] body, String... headers) {
    return send(
        request(path, headers)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  Answer post(String path, String json, String... headers) {
    return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8), headers);
  }

  Answer method(String method, String path, String... headers) {
    return send(request(path, headers).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private HttpRequest.Builder request(String path, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).timeout(Duration.ofSeconds(60));
    return headers.length == 0 ? request : request.headers(headers);
  }

  private static Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> http =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Answer(
          http.statusCode(), http.headers().firstValue("Content-Type").orElse(""), http);
    } catch (IOException e) {
      throw new AssertionError("No answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
