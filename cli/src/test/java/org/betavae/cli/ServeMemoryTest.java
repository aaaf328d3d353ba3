package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many of the largest requests at once, to a service with little memory: each is answered, or told
 * to come back or to ask for less, and the service neither fails nor runs out of memory.
 */
class ServeMemoryTest {
  /** A quarter of it, 32 MB, holds one picture of 2.6 million pixels. */
  private static final List<String> LITTLE_MEMORY =
      List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final int SIDE = 1600;
  private static final int CLIENTS = 40;
  private static final int REQUESTS = Integer.getInteger("betavae.storm", 3);
  private static final int ITEM = TinyRun.SIDE * TinyRun.SIDE;
  private static final int MOST_ITEMS = 1024;
  private static final Set<Integer> PUT_OFF = Set.of(413, 429, 503);
  private static final String JSON = "application/json";
  private static final String OCTETS = "application/octet-stream";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** A request that takes as much memory as it may. */
  private static final class Large {
    private final String path;
    private final String type;
    private final byte[] body;
    private final String accept;

    Large(String path, String type, byte[] body, String accept) {
      this.path = path;
      this.type = type;
      this.body = body;
      this.accept = accept;
    }
  }

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, AtomicInteger> statuses = new TreeMap<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();

  @Test
  void manyOfTheLargestRequestsAtOnce_areAnsweredOrPutOff_andMemoryLasts() throws Exception {
    List<Large> all = requests();
    for (Large large : all) {
      statuses.put(name(large) + " 200", new AtomicInteger());
    }
    try (Service service =
        new Service(folder, LITTLE_MEMORY, "--model", TinyRun.get().model.toString(), "--json")) {
      URI url = URI.create(service.started().get("url").textValue());
      List<Thread> clients = new ArrayList<>();
      for (int c = 0; c < CLIENTS; c++) {
        Random random = new Random(c);
        clients.add(
            new Thread(
                () -> {
                  for (int i = 0; i < REQUESTS; i++) {
                    send(url, all.get(random.nextInt(all.size())));
                  }
                }));
      }
      clients.forEach(Thread::start);
      for (Thread client : clients) {
        client.join();
      }
      assertEquals(List.of(), List.copyOf(failures), service.err());
      assertFalse(service.err().contains("OutOfMemoryError"), service.err());
      for (Large large : all) { // with nobody else there, each is done
        send(url, large);
        assertTrue(statuses.get(name(large) + " 200").get() > 0, name(large) + ": " + statuses);
      }
      service.signal("TERM");
      assertEquals(0, service.exitCode(), service.err());
    }
  }

  private static String name(Large large) {
    return large.path + " " + large.type + " " + large.accept;
  }

  private void send(URI url, Large large) {
    HttpRequest request =
        HttpRequest.newBuilder(url.resolve(large.path))
            .header("Content-Type", large.type)
            .header("Accept", large.accept)
            .timeout(PATIENCE)
            .POST(HttpRequest.BodyPublishers.ofByteArray(large.body))
            .build();
    try {
      HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
      int status = answer.statusCode();
      synchronized (statuses) {
        statuses
            .computeIfAbsent(name(large) + " " + status, s -> new AtomicInteger())
            .incrementAndGet();
      }
      if (status != 200) {
        JsonNode problem = new ObjectMapper().readTree(answer.body());
        if (!PUT_OFF.contains(status) || problem.path("status").intValue() != status) {
          failures.add(name(large) + ": " + status + " " + problem);
        }
      }
    } catch (IOException e) {
      failures.add(name(large) + ": " + e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<Large> requests() throws IOException {
    byte[] gray = picture(BufferedImage.TYPE_BYTE_GRAY, "png");
    byte[] colour = picture(BufferedImage.TYPE_INT_RGB, "jpeg");
    byte[] octets = new byte[MOST_ITEMS * ITEM * Float.BYTES];
    String image = "[" + "0.123,".repeat(ITEM - 1) + "0.5]";
    byte[] images =
        ("{\"images\":[" + (image + ",").repeat(MOST_ITEMS - 1) + image + "]}")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] count =
        ("{\"count\":" + MOST_ITEMS / 2 + ",\"seed\":1}").getBytes(StandardCharsets.US_ASCII);
    return List.of(
        new Large("v1/embed", "image/png", gray, JSON),
        new Large("v1/embed", "image/jpeg", colour, OCTETS),
        new Large("v1/reconstruct?scale=16", "image/png", gray, "image/png"),
        new Large("v1/embed", OCTETS, octets, JSON),
        new Large("v1/embed", JSON, images, JSON),
        new Large("v1/reconstruct", OCTETS, octets, OCTETS),
        new Large("v1/score?score=iwae&samples=2", OCTETS, octets, JSON),
        new Large("v1/generate", JSON, count, JSON),
        new Large("v1/generate", JSON, count, OCTETS),
        new Large("v1/generate?scale=3", JSON, count, "image/png"));
  }

  /** Noise, whose file is as large as its pixels. */
  private static byte[] picture(int type, String format) throws IOException {
    BufferedImage picture = new BufferedImage(SIDE, SIDE, type);
    Random random = new Random(7);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        picture.setRGB(x, y, random.nextInt());
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(picture, format, bytes);
    return bytes.toByteArray();
  }
}
