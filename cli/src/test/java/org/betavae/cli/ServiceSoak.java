package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.betavae.infer.BetaVaeModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service at full load for ten minutes, in a process of its own, with the launcher's options:
 * 64 threads that ask without a pause, 1,000 at once in the first minute and at half-time, and all
 * the time clients that stall, that cut off, and that do not read large answers. Not part of the
 * gate, since it takes so long; Linux only, as it reads {@code /proc}.
 *
 * <pre>{@code
 * mvn -P soak test -pl cli -am
 * mvn -P soak test -pl cli -am -Dbetavae.soak.seconds=90 -Dbetavae.soak.model=first/model
 * }</pre>
 *
 * <p>Memory is judged from 300 seconds on, and all else always. The model must take images of 64x64
 * with one channel; without one, a conv64 is made.
 */
class ServiceSoak {
  private static final int SECONDS = Integer.getInteger("betavae.soak.seconds", 600);

  /** Memory is compared with that after the first minute. */
  private static final int FIRST_MINUTE = 60;

  private static final int LEAST_SECONDS = 90;

  /** In a shorter soak, to try it, Java's heap still grows to its working size. */
  private static final int MEMORY_SECONDS = 300;

  private static final double MOST_GROWTH_PERCENT = 5;
  private static final int USUAL_THREADS = 64;
  private static final int MOST_THREADS = 1000;
  private static final int FIRST_BURST_AT = 15;
  private static final int BURST_SECONDS = 15;

  /** The machine may be shared: an answer is lost when it does not come at all. */
  private static final int ANSWER_MILLIS = 120_000;

  private static final int BAD_CLIENTS_EVERY_MILLIS = 5_000;
  private static final int DEAF_MILLIS = 20_000;
  private static final int IMAGES = 16;
  private static final int PIXELS = 64 * 64;
  private static final String OCTETS = "application/octet-stream";

  /** Of answers by their time in whole milliseconds; the last one holds all that took longer. */
  private final AtomicLongArray times = new AtomicLongArray(ANSWER_MILLIS);

  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong cutOff = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final List<byte[]> requests = new ArrayList<>();
  private final List<float[]> expected = new ArrayList<>();

  @TempDir Path folder;
  private volatile boolean stop;
  private int port;
  private long pid;
  private long begin;

  @AfterEach
  void stop() {
    stop = true;
  }

  @Test
  void fullLoad_losesNoAnswer_andKeepsItsMemory() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "reads /proc");
    assertTrue(SECONDS >= LEAST_SECONDS, "betavae.soak.seconds is " + SECONDS + ", expected >= 90");
    Path model = model();
    prepare(model);
    try (Service service =
        new Service(
            folder, List.of("-Xmx1g", "-XX:+UseSerialGC"), "--model", model.toString(), "--json")) {
      JsonNode started = service.started();
      port = started.get("port").intValue();
      pid = service.pid();
      begin = System.nanoTime();
      List<Thread> load = start(USUAL_THREADS, SECONDS);
      Thread bad = start(this::badClients);
      waitUntil(FIRST_BURST_AT);
      burst();
      waitUntil(FIRST_MINUTE);
      long after = resident();
      boolean first = true;
      for (int at = FIRST_MINUTE; at < SECONDS - 5; at += FIRST_MINUTE) {
        waitUntil(at);
        if (at > FIRST_MINUTE) {
          resident();
        }
        if (first && at * 2 >= SECONDS) {
          first = false;
          burst();
        }
      }
      waitUntil(SECONDS - 2);
      long end = resident();
      for (Thread thread : load) {
        thread.join();
      }
      stop = true;
      bad.join();
      report(after, end);
      assertEquals(List.of(), failures.stream().limit(10).toList());
      awaitNothingPending(started.get("url").textValue());
      service.signal("TERM");
      assertEquals(0, service.exitCode(), service.err());
      assertEquals(1, service.out().lines().count(), service.out());
      assertFalse(service.err().contains("Exception"), service.err());
      assertTrue(
          growth(after, end) <= MOST_GROWTH_PERCENT || SECONDS < MEMORY_SECONDS,
          growth(after, end) + " % more memory");
    }
  }

  private Path model() throws IOException {
    String given = System.getProperty("betavae.soak.model");
    if (given != null) {
      return Path.of(given);
    }
    Path run = folder.resolve("run");
    Cli.json("train --data sprites:small --arch conv64 --steps 2 --batch 4 --out %", run);
    return run.resolve("model");
  }

  /** Images that differ, and what their embeddings are. */
  private void prepare(Path folder) {
    try (BetaVaeModel model = BetaVaeModel.open(folder)) {
      for (int i = 0; i < IMAGES; i++) {
        float[] image = new float[PIXELS];
        ByteBuffer bytes = ByteBuffer.allocate(PIXELS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int p = 0; p < PIXELS; p++) {
          image[p] = (p % 64 + i) % 64 < 8 + 3 * i ? 1 : 0;
          bytes.putFloat(image[p]);
        }
        requests.add(SoakClient.request("/v1/embed", OCTETS, bytes.array(), bytes.capacity()));
        expected.add(model.embed(image).mean());
      }
    }
  }

  private Thread start(Runnable work) {
    Thread thread = new Thread(work, "soak");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** Starts threads that ask until a second of the soak, each at least once. */
  private List<Thread> start(int count, int untilSecond) {
    CountDownLatch all = new CountDownLatch(count);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      int first = t;
      threads.add(start(() -> ask(first, untilSecond, all)));
    }
    return threads;
  }

  private void ask(int first, int untilSecond, CountDownLatch all) {
    try (SoakClient client = new SoakClient(port, ANSWER_MILLIS)) {
      all.countDown();
      all.await();
      for (int i = first; !stop && (i == first || seconds() < untilSecond); i++) {
        long sent = System.nanoTime();
        client.send(requests.get(i % IMAGES));
        String wrong = client.check(expected.get(i % IMAGES));
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sent);
        times.incrementAndGet((int) Math.min(millis, times.length() - 1));
        answers.incrementAndGet();
        if (wrong != null) {
          failures.add(wrong);
          return;
        }
      }
    } catch (IOException | InterruptedException e) {
      failures.add("no answer: " + e);
    }
  }

  /** All the other threads up to a thousand, at once and for some seconds. */
  private void burst() throws InterruptedException {
    long before = answers.get();
    int from = (int) seconds();
    for (Thread thread : start(MOST_THREADS - USUAL_THREADS, from + BURST_SECONDS)) {
      thread.join();
    }
    say(
        "%d threads since second %d: %d answers in %.0f s",
        MOST_THREADS, from, answers.get() - before, seconds() - from);
  }

  private void badClients() {
    List<Thread> all = new ArrayList<>();
    byte[] part = SoakClient.request("/v1/embed", OCTETS, new byte[3], PIXELS * Float.BYTES);
    byte[] count = "{\"count\":1000}".getBytes(StandardCharsets.US_ASCII);
    byte[] large = SoakClient.request("/v1/generate", "application/json", count, count.length);
    while (!stop && seconds() < SECONDS) {
      all.add(start(() -> stall(part)));
      all.add(start(() -> sendAndLeave(part, 0)));
      all.add(start(() -> sendAndLeave(large, DEAF_MILLIS)));
      sleep(BAD_CLIENTS_EVERY_MILLIS);
    }
    for (Thread thread : all) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** Stalls until the service does something about it, which has to be 408. */
  private void stall(byte[] part) {
    try (SoakClient client = new SoakClient(port, ANSWER_MILLIS)) {
      client.send(part);
      String line = client.firstLine();
      cutOff.incrementAndGet();
      if (!line.startsWith("HTTP/1.1 408 ")) {
        failures.add("a client that stalls was told: " + line);
      }
    } catch (IOException e) {
      failures.add("a client that stalls: " + e);
    }
  }

  private void sendAndLeave(byte[] bytes, int millis) {
    try (SoakClient client = new SoakClient(port, ANSWER_MILLIS)) {
      client.send(bytes);
      sleep(millis);
    } catch (IOException e) {
      failures.add("a client that leaves: " + e);
    }
  }

  private static void sleep(int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private double seconds() {
    return (System.nanoTime() - begin) / 1e9;
  }

  private void waitUntil(int second) throws InterruptedException {
    while (seconds() < second) {
      Thread.sleep(50);
    }
  }

  /** Kilobytes of the service that are in memory. */
  private long resident() throws IOException {
    String status = Files.readString(Path.of("/proc/" + pid + "/status"));
    long files;
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      files = open.count();
    }
    long kilobytes = number(status, "VmRSS:");
    say(
        "%d kB resident, %d threads, %d files open; %d answers",
        kilobytes, number(status, "Threads:"), files, answers.get());
    return kilobytes;
  }

  private static long number(String text, String name) {
    String line = text.lines().filter(l -> l.startsWith(name)).findFirst().orElseThrow();
    return Long.parseLong(line.substring(name.length()).replace("kB", "").strip());
  }

  private void awaitNothingPending(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url + "metrics")).build();
    HttpClient http = HttpClient.newHttpClient();
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ANSWER_MILLIS);
    String metrics = "";
    while (!metrics.contains("\nbetavae_requests_pending 1.0\n")) { // this one
      String last = metrics;
      assertTrue(System.nanoTime() < end, () -> "requests are still under way: " + last);
      metrics = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
      Thread.sleep(100);
    }
    assertEquals(
        List.of(),
        metrics
            .lines()
            .filter(line -> line.startsWith("betavae_http_requests_seconds_count"))
            .filter(line -> line.contains("status=\"5"))
            .toList());
  }

  private static double growth(long after, long end) {
    return 100.0 * end / after - 100;
  }

  private void report(long after, long end) {
    say(
        "%d answers, %.0f/s, p50 %d ms, p99 %d ms, longest %d ms; %d failures; %d that stalled were"
            + " cut off; memory %d kB after the first minute, %d kB at the end, %+.1f %%",
        answers.get(),
        answers.get() / seconds(),
        quantile(0.5),
        quantile(0.99),
        quantile(1),
        failures.size(),
        cutOff.get(),
        after,
        end,
        growth(after, end));
  }

  private int quantile(double share) {
    long below = 0;
    int last = 0;
    for (int millis = 0; millis < times.length() && below < share * answers.get(); millis++) {
      below += times.get(millis);
      last = millis;
    }
    return last;
  }

  private void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, "%4.0f s: " + format + "%n", prepend(seconds(), values));
  }

  private static Object[] prepend(Object first, Object... rest) {
    return Stream.concat(Stream.of(first), Stream.of(rest)).toArray();
  }
}
