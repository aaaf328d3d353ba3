package org.betavae.samples.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.betavae.infer.BetaVaeModel;
import org.betavae.samples.TrainAndExport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The service over HTTP, on a free port of this machine, with a model of a few training steps. */
class ModelServiceTest {
  private static final int PIXELS = 64 * 64;

  /** JSON carries floats in full; only the threads of a call show, in the last digits. */
  private static final float ROUNDING = 1e-5f;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

  @TempDir static Path folder;
  private static Path modelFolder;
  private static ConfigurableApplicationContext service;

  @BeforeAll
  static void train_andStart() {
    Path run = folder.resolve("run");
    TrainAndExport.main(new String[] {run.toString(), "5"});
    modelFolder = run.resolve("model");
    service = started();
  }

  @AfterAll
  static void stop() {
    if (service != null) {
      service.close();
    }
  }

  @Test
  void embed_givesWhatTheLibraryGives() throws Exception {
    float[] images = randomImages(3);
    HttpResponse<String> response = post("/embed", Map.of("images", rows(images)));

    assertEquals(200, response.statusCode(), response.body());
    JsonNode answer = JSON.readTree(response.body());
    BetaVaeModel model = service.getBean(BetaVaeModel.class);
    assertEquals(3, answer.get("mean").size());
    for (int i = 0; i < 3; i++) {
      float[] mean = JSON.treeToValue(answer.get("mean").get(i), float[].class);
      float[] logVar = JSON.treeToValue(answer.get("logVar").get(i), float[].class);
      assertArrayEquals(model.embed(images).mean(i), mean, ROUNDING);
      assertArrayEquals(model.embed(images).logVar(i), logVar, ROUNDING);
    }
  }

  @Test
  void generate_givesWhatTheLibraryGives() throws Exception {
    HttpResponse<String> response =
        post("/generate", Map.of("count", 2, "seed", 7, "temperature", 0.5));

    assertEquals(200, response.statusCode(), response.body());
    JsonNode answer = JSON.readTree(response.body());
    assertEquals("[1,64,64]", answer.get("shape").toString());
    assertEquals(2, answer.get("images").size());
    BetaVaeModel model = service.getBean(BetaVaeModel.class);
    float[] second = JSON.treeToValue(answer.get("images").get(1), float[].class);
    assertArrayEquals(model.generate(2, 7, 0.5).image(1), second, ROUNDING);
  }

  @Test
  void generate_withoutSettings_isOneImageOfSeed0() throws Exception {
    JsonNode answer = JSON.readTree(post("/generate", Map.of()).body());

    assertEquals(1, answer.get("images").size());
    float[] image = JSON.treeToValue(answer.get("images").get(0), float[].class);
    BetaVaeModel model = service.getBean(BetaVaeModel.class);
    assertArrayEquals(model.generate(1, 0, 1).image(0), image, ROUNDING);
  }

  @Test
  void wrongRequests_areProblemsThatSayWhatToDo() throws Exception {
    assertProblem(400, "images[0] has 3 values, expected 4096", embedding(new float[3]));
    assertProblem(400, "images is missing", post("/embed", Map.of()));
    assertProblem(400, "expected 1 to 256", post("/embed", Map.of("images", List.of())));
    float[] bright = new float[PIXELS];
    bright[17] = 1.5f;
    assertProblem(400, "1.5", embedding(bright));
    assertProblem(400, "count is 257, expected 1 to 256", post("/generate", Map.of("count", 257)));
    assertProblem(400, "temperature is -1.0", post("/generate", Map.of("temperature", -1)));
    assertProblem(400, "The body cannot be read", post("/generate", Map.of("count", "many")));
    assertProblem(400, "The body cannot be read", sent("/embed", "{\"images\": [[0.5,", "json"));
    assertProblem(400, "The body cannot be read", sent("/embed", "", "json"));
    assertProblem(415, "text/plain", sent("/embed", "hello", "plain"));
    assertProblem(404, "nowhere", post("/nowhere", Map.of()));
    HttpRequest get = HttpRequest.newBuilder(uri(service, "/embed")).build();
    assertProblem(405, "GET", CLIENT.send(get, HttpResponse.BodyHandlers.ofString()));
  }

  @Test
  void readiness_tellsOfTheModel_andFollowsIt() throws Exception {
    assertReady(service, 200, "\"latentSize\":10");
    try (ConfigurableApplicationContext other = started()) {
      assertReady(other, 200, "UP");
      other.getBean(BetaVaeModel.class).close();
      assertReady(other, 503, "closed");
      HttpRequest request =
          HttpRequest.newBuilder(uri(other, "/generate"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      assertProblem(503, "closed", CLIENT.send(request, HttpResponse.BodyHandlers.ofString()));
    }
  }

  @Test
  void stopping_closesTheModel() {
    BetaVaeModel model;
    try (ConfigurableApplicationContext other = started()) {
      model = other.getBean(BetaVaeModel.class);
      assertEquals(10, model.embed(new float[PIXELS]).mean().length);
    }
    assertThrows(IllegalStateException.class, () -> model.embed(new float[PIXELS]));
  }

  @Test
  void start_withoutOrWithAWrongModel_saysSo() {
    String unset = messages(failure());
    assertTrue(unset.contains("--betavae.model=FOLDER"), unset);
    Path missing = folder.resolve("missing");
    String told = messages(failure("--betavae.model=" + missing));
    assertTrue(told.contains(missing + ": there is no such folder"), told);
  }

  private static ConfigurableApplicationContext started() {
    return start("--betavae.model=" + modelFolder);
  }

  private static ConfigurableApplicationContext start(String... settings) {
    SpringApplication application = new SpringApplication(ModelServiceApplication.class);
    application.setDefaultProperties(
        Map.of("logging.level.root", "OFF", "spring.main.banner-mode", "off"));
    String[] args = Arrays.copyOf(settings, settings.length + 1);
    args[settings.length] = "--server.port=0";
    return application.run(args);
  }

  private static Exception failure(String... settings) {
    return assertThrows(Exception.class, () -> start(settings).close());
  }

  private static String messages(Throwable e) {
    StringBuilder all = new StringBuilder();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      all.append(cause.getMessage()).append('\n');
    }
    return all.toString();
  }

  private static void assertReady(ConfigurableApplicationContext context, int status, String part)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(context, "/actuator/health/readiness")).build();
    HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    assertEquals(status, response.statusCode(), response.body());
    assertTrue(response.body().contains(part), response.body());
  }

  private static void assertProblem(int status, String part, HttpResponse<String> response)
      throws IOException {
    assertEquals(status, response.statusCode(), response.body());
    String type = response.headers().firstValue("Content-Type").orElse("none");
    assertEquals("application/problem+json", type);
    String detail = JSON.readTree(response.body()).get("detail").asText();
    assertTrue(detail.contains(part), detail);
  }

  private static HttpResponse<String> embedding(float[] image) throws Exception {
    return post("/embed", Map.of("images", List.of(image)));
  }

  private static HttpResponse<String> post(String path, Map<String, ?> body) throws Exception {
    return sent(path, JSON.writeValueAsString(body), "json");
  }

  private static HttpResponse<String> sent(String path, String body, String type) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(service, path))
            .timeout(Duration.ofSeconds(30))
            .header("Content-Type", type.equals("json") ? "application/json" : "text/" + type)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static URI uri(ConfigurableApplicationContext context, String path) {
    int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private static float[] randomImages(int count) {
    Random random = new Random(1);
    float[] images = new float[count * PIXELS];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  private static List<float[]> rows(float[] images) {
    List<float[]> rows = new ArrayList<>();
    for (int from = 0; from < images.length; from += PIXELS) {
      rows.add(Arrays.copyOfRange(images, from, from + PIXELS));
    }
    return rows;
  }
}
