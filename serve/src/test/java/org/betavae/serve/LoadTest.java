package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.betavae.infer.BatchingOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {
  private static final int THREADS = 1000;

  @TempDir Path folder;

  private ServeOptions options() {
    return ServeOptions.of(new ModelFolder("m", TestModel.write(folder.resolve("m"), 2, 1, 2, 3)))
        .withPort(0);
  }

  private static byte[] image(int i) {
    return Floats.write(new float[] {i % 101 / 101f, i % 53 / 53f, 0, 0, 0, 0});
  }

  /** Asks for the embedding of one image and does not wait for it. */
  private static CompletableFuture<HttpResponse<byte[]>> embed(
      HttpClient http, BetaVaeServer server, int i) {
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(server.url() + "v1/embed"))
            .header("Content-Type", Call.OCTETS)
            .header("Accept", Call.OCTETS)
            .POST(HttpRequest.BodyPublishers.ofByteArray(image(i)))
            .build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aThousandThreadsAtOnce_eachGetTheirOwnAnswer(boolean batching) throws Exception {
    ServeOptions options =
        options()
            .withBatching(batching ? Optional.of(BatchingOptions.defaults()) : Optional.empty());
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    CountDownLatch all = new CountDownLatch(THREADS);
    try (BetaVaeServer server = BetaVaeServer.start(options)) {
      Client client = new Client(server);
      List<Future<float[]>> answers = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int i = t;
        answers.add(
            threads.submit(
                () -> {
                  all.countDown();
                  all.await();
                  return client
                      .post("/v1/embed", Call.OCTETS, image(i), "Accept", Call.OCTETS)
                      .assertOk()
                      .floats();
                }));
      }
      for (int i = 0; i < THREADS; i++) {
        assertArrayEquals(
            new float[] {2 * (i % 101 / 101f), 2 * (i % 53 / 53f)}, answers.get(i).get(), 1e-6f);
      }
      String metrics = client.get("/metrics").assertOk().text();
      assertTrue(
          metrics.contains(
              "betavae_http_requests_seconds_count{method=\"POST\",route=\"/v1/embed\",status=\"200\"}"
                  + " "
                  + THREADS),
          metrics);
      assertTrue(
          metrics.contains(
              "betavae_batch_images_sum{call=\"embed\"} " + (batching ? "1000.0" : "0.0")),
          metrics);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void moreRequestsThanMayBeUnderWay_areToldToComeBack() throws Exception {
    // One batch at a time waits for long, so that requests are under way together.
    ServeOptions options =
        options()
            .withLimits(Limits.defaults().withPending(4))
            .withBatching(
                Optional.of(BatchingOptions.defaults().withMaxWait(Duration.ofMillis(500))));
    try (BetaVaeServer server = BetaVaeServer.start(options)) {
      HttpClient http = HttpClient.newHttpClient();
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        answers.add(
            http.sendAsync(
                HttpRequest.newBuilder(URI.create(server.url() + "v1/embed"))
                    .header("Content-Type", Call.OCTETS)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(image(i)))
                    .build(),
                HttpResponse.BodyHandlers.ofString()));
      }
      int refused = 0;
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        HttpResponse<String> response = answer.get(30, TimeUnit.SECONDS);
        if (response.statusCode() != 200) {
          assertEquals(503, response.statusCode(), response.body());
          assertEquals("1", response.headers().firstValue("Retry-After").orElse(""));
          assertTrue(response.body().contains("4 requests are under way"), response.body());
          refused++;
        }
      }
      assertTrue(refused >= 20 && refused <= 36, refused + " were refused");
    }
  }

  /** As many as would need several times the memory that there is, were all made at once. */
  @Test
  void manyLargeAnswersAtOnce_areMadeOrPutOff_andNoneFails() throws Exception {
    Path large = TestModel.write(folder.resolve("large"), 2, 1, 64, 64);
    try (BetaVaeServer server =
        BetaVaeServer.start(ServeOptions.of(new ModelFolder("l", large)).withPort(0))) {
      HttpClient http = HttpClient.newHttpClient();
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(server.url() + "v1/generate"))
              .header("Content-Type", Call.JSON)
              .header("Accept", Call.OCTETS)
              .POST(HttpRequest.BodyPublishers.ofString("{\"count\":1000}"))
              .build();
      List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
      for (int i = 0; i < 80; i++) {
        answers.add(http.sendAsync(request, HttpResponse.BodyHandlers.discarding()));
      }
      int made = 0;
      for (CompletableFuture<HttpResponse<Void>> answer : answers) {
        HttpResponse<Void> response = answer.get(60, TimeUnit.SECONDS);
        if (response.statusCode() == 200) {
          made++;
        } else {
          assertEquals(503, response.statusCode());
          assertEquals("1", response.headers().firstValue("Retry-After").orElse(""));
        }
      }
      assertTrue(made > 0, "none was made");
      assertEquals(200, http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode());
    }
  }

  @Test
  void embedsThatWaitForTheirBatch_holdNoThread() throws Exception {
    int many = 300; // more than there are threads
    BatchingOptions full =
        BatchingOptions.defaults().withMaxBatch(many + 1).withMaxWait(Duration.ofMinutes(5));
    try (BetaVaeServer server = BetaVaeServer.start(options().withBatching(Optional.of(full)))) {
      Client client = new Client(server);
      HttpClient http = HttpClient.newHttpClient();
      List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
      for (int i = 0; i < many; i++) {
        answers.add(embed(http, server, i));
      }
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (server.pending() < many) {
        assertTrue(System.nanoTime() < end, () -> server.pending() + " are under way");
        Thread.sleep(1);
      }
      client.get("/healthz").assertOk();
      client.post("/v1/embed", Call.OCTETS, image(many)).assertOk(); // fills the batch
      for (int i = 0; i < many; i++) {
        byte[] mean = answers.get(i).get(30, TimeUnit.SECONDS).body();
        float[] expected = {2 * (i % 101 / 101f), 2 * (i % 53 / 53f)};
        assertArrayEquals(expected, Floats.read(mean), 1e-6f);
      }
    }
  }

  @Test
  void close_finishesWhatWasAccepted() throws Exception {
    BetaVaeServer server =
        BetaVaeServer.start(
            options()
                .withBatching(
                    Optional.of(BatchingOptions.defaults().withMaxWait(Duration.ofSeconds(1)))));
    HttpClient http = HttpClient.newHttpClient();
    List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add(embed(http, server, i));
    }
    while (server.pending() < 20) {
      assertTrue(answers.stream().noneMatch(CompletableFuture::isCompletedExceptionally));
      Thread.sleep(1);
    }
    server.close();
    for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
      assertEquals(200, answer.get(10, TimeUnit.SECONDS).statusCode());
    }
    server.close(); // does nothing
    assertTrue(
        http.sendAsync(
                HttpRequest.newBuilder(URI.create(server.url() + "healthz")).build(),
                HttpResponse.BodyHandlers.discarding())
            .handle((response, failure) -> failure != null)
            .get(10, TimeUnit.SECONDS));
  }
}
