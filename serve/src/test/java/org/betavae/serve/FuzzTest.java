package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random requests, mostly damaged ones. Every one must be answered, none by a failure of the
 * service. {@code -Dbetavae.fuzz=100000} sets how many.
 */
class FuzzTest {
  private static final int REQUESTS = Integer.getInteger("betavae.fuzz", 3_000);
  private static final int THREADS = 4;
  private static final long SEED = 20_240_607;

  private static final String[] PATHS = {
    "/v1/embed",
    "/v1/generate",
    "/v1/reconstruct",
    "/v1/model",
    "/v1/model/encoder.onnx",
    "/healthz",
    "/metrics",
    "/openapi.json",
    "/docs/",
    "/",
    "/v1/x"
  };
  private static final String[] QUERIES = {
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "?model=m",
    "?model=v",
    "?model=%ff",
    "?scale=3&columns=2",
    "?scale=-1",
    "?columns=99999",
    "?score=latent"
  };
  private static final String[] TYPES = {
    "application/json",
    "application/json",
    "application/octet-stream",
    "image/png",
    "image/jpeg",
    "text/plain",
    "*/*",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded"
  };
  private static final String[] ACCEPTS = {
    "*/*", "application/json", "application/octet-stream", "image/png", "text/html;q=x", ",,;"
  };
  private static final String[] DOCUMENTS = {
    "{\"images\":[[0,0.5,1,0,0,0],[0,0,0,0,0,1e-3]]}",
    "{\"images\":[[[0,0.5,1],[0,0,0]]]}",
    "{\"count\":3,\"seed\":-5,\"temperature\":0.5}",
    "{\"z\":[[0.5,-1.5],[1e3,0]]}"
  };

  @TempDir Path folder;

  @Test
  void randomRequests_areAllAnswered_andNoneFails() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try (BetaVaeServer server =
        BetaVaeServer.start(
            ServeOptions.of(
                    new ModelFolder("m", TestModel.write(folder.resolve("m"), 2, 1, 2, 3)),
                    new ModelFolder("v", TestModel.write(folder.resolve("v"), 2, 6)))
                .withPort(0)
                .withLimits(Limits.defaults().withItems(64).withBodyBytes(20_000)))) {
      Client client = new Client(server);
      byte[][] pictures = {picture("png"), picture("jpeg")};
      List<Future<int[]>> running = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        Random random = new Random(SEED + t);
        running.add(threads.submit(() -> run(client, random, pictures)));
      }
      int good = 0;
      int refused = 0;
      for (Future<int[]> one : running) {
        good += one.get()[0];
        refused += one.get()[1];
      }
      assertEquals(REQUESTS / THREADS * THREADS, good + refused);
      // Neither all noise nor all fine.
      assertTrue(good > REQUESTS / 10 && refused > REQUESTS / 10, good + " and " + refused);
      client.post("/v1/embed", "{\"images\":[0,0,0,0,0,0]}").assertOk();
      long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (server.pending() > 0) {
        assertTrue(System.nanoTime() < end, "requests that ended are still counted");
        Thread.sleep(5);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static int[] run(Client client, Random random, byte[][] pictures) {
    int[] counts = new int[2];
    for (int i = 0; i < REQUESTS / THREADS; i++) {
      String path = pick(random, PATHS) + pick(random, QUERIES);
      String accept = pick(random, ACCEPTS);
      Client.Answer answer;
      if (random.nextInt(6) == 0) {
        answer = client.get(path, "Accept", accept);
      } else {
        answer = client.post(path, pick(random, TYPES), body(random, pictures), "Accept", accept);
      }
      int status = answer.status();
      assertTrue(status < 500, () -> path + ": " + answer.text());
      if (status >= 400) {
        answer.assertProblem(status);
      }
      counts[status < 400 ? 0 : 1]++;
    }
    return counts;
  }

  private static String pick(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  private static byte[] body(Random random, byte[][] pictures) {
    byte[] body =
        switch (random.nextInt(5)) {
          case 0 -> pictures[random.nextInt(pictures.length)].clone();
          case 1 -> noise(random, random.nextInt(200));
          case 2 -> noise(random, 24 * random.nextInt(10));
          case 3 -> new byte[8 * random.nextInt(30)];
          default -> pick(random, DOCUMENTS).getBytes(StandardCharsets.UTF_8);
        };
    if (random.nextInt(3) == 0 && body.length > 0) {
      body = Arrays.copyOf(body, random.nextInt(body.length + 1));
    }
    if (random.nextInt(2) == 0) {
      for (int k = random.nextInt(4); k > 0 && body.length > 0; k--) {
        body[random.nextInt(body.length)] = (byte) random.nextInt();
      }
    }
    return body;
  }

  private static byte[] noise(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private static byte[] picture(String type) throws IOException {
    BufferedImage picture = new BufferedImage(12, 9, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 12 * 9; i++) {
      picture.setRGB(i % 12, i / 12, i * 2_654_435);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertTrue(ImageIO.write(picture, type, bytes));
    return bytes.toByteArray();
  }
}
