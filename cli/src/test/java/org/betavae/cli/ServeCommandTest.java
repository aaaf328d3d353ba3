package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final int PATIENCE_SECONDS = 120;
  private static final int CALLERS = 12;
  private static final int HANG_UP = 1;
  private static final int INTERRUPT = 2;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  private Service serve(String... options) throws IOException {
    return new Service(
        folder, List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), options);
  }

  private CompletableFuture<HttpResponse<String>> embed(String url) {
    byte[] image = new byte[TinyRun.SIDE * TinyRun.SIDE * Float.BYTES];
    return http.sendAsync(
        HttpRequest.newBuilder(URI.create(url + "v1/embed"))
            .header("Content-Type", "application/octet-stream")
            .header("Authorization", "Bearer " + TOKEN)
            .POST(HttpRequest.BodyPublishers.ofByteArray(image))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private String get(String url) throws Exception {
    return http.send(
            HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + TOKEN)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  /**
   * Whether a signal is ignored here, and so by all that is started from here, whatever handlers
   * they have: SIGHUP under nohup, SIGINT in the background of a script.
   */
  private static boolean isIgnored(int signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    return Files.exists(status)
        && Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .anyMatch(mask -> (mask >> (signal - 1) & 1) != 0);
  }

  @Test
  void json_isOneObjectWhenItIsUp_andSigterm_finishesWhatWasAccepted() throws Exception {
    Path model = TinyRun.get().model;
    Path tokens = Files.writeString(folder.resolve("tokens"), "# ours\n" + TOKEN + "\n");
    try (Service service =
        serve(
            "--model",
            "squares=" + model,
            "--model",
            model.toString(),
            "--token-file",
            tokens.toString(),
            // Requests wait for company, so that the signal meets them under way.
            "--max-wait",
            "3000",
            "--json")) {
      JsonNode json = service.started();
      assertEquals("127.0.0.1", json.get("host").textValue());
      int port = json.get("port").intValue();
      assertTrue(port > 0);
      assertEquals("", service.err());
      String url = json.get("url").textValue();
      assertEquals("http://127.0.0.1:" + port + "/", url);
      assertEquals(2, json.get("models").size());
      assertEquals("squares", json.get("models").get(0).textValue());

      if (!isIgnored(HANG_UP)) {
        service.signal("HUP");
        service.awaitErr("Read tokens and models anew.");
      }

      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        answers.add(embed(url));
      }
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      // This request is one more.
      while (!get(url + "metrics").contains("requests_pending " + (CALLERS + 1) + ".0")) {
        assertTrue(System.nanoTime() < end, () -> service.err());
        for (int i = 0; i < CALLERS; i++) {
          if (answers.get(i).isDone()) { // the machine was too slow: once more
            assertEquals(200, answers.get(i).get().statusCode());
            answers.set(i, embed(url));
          }
        }
      }
      service.signal("TERM");
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        HttpResponse<String> response = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertEquals(200, response.statusCode(), response.body());
      }
      assertEquals(0, service.exitCode(), service.err());
      assertEquals(1, service.out().lines().count(), service.out());
      assertTrue(service.err().contains("Stopping: finishing"), service.err());
    }
  }

  @Test
  void withoutJson_theAddressIsSaid_andCtrlCEndsIt() throws Exception {
    try (Service service = serve("--model", "m=" + TinyRun.get().model, "--host", "0.0.0.0")) {
      service.awaitOut("Ctrl-C stops.");
      assertTrue(service.err().contains("no token is asked for"), service.err());
      String text = service.out();
      assertTrue(text.startsWith("Serving m at http://127.0.0.1:"), text);
      service.signal(isIgnored(INTERRUPT) ? "TERM" : "INT");
      assertEquals(0, service.exitCode(), service.err());
    }
  }

  @Test
  void wrongArguments_areOneLine() throws Exception {
    Path model = TinyRun.get().model;
    Cli.run("serve --model %", folder).assertErrorNames(2, "no encoder.onnx or decoder.onnx");
    Path none = folder.resolve("none");
    Cli.run("serve --model %", none).assertErrorNames(2, none + ": no such folder");
    Cli.run("serve --model %", "m=" + none).assertErrorNames(2, none + ": no such folder");
    Cli.run("serve --model %", model.resolve("encoder.onnx"))
        .assertErrorNames(2, "encoder.onnx: a file, expected a model folder");
    Cli.run("serve --model %", "m=").assertErrorNames(2, "'='", "NAME=MODEL");
    Cli.run("serve --model %", "=" + model).assertErrorNames(2, "'='", "NAME=MODEL");
    Cli.run("serve --model % --token-file %", "m=" + model, folder.resolve("none"))
        .assertErrorNames(2, "token file", "none", "cannot be read");
    Cli.run("serve --model % --model %", "m=" + model, "m=" + model)
        .assertErrorNames(2, "two models are called 'm'", "NAME=FOLDER");
    Cli.run("serve --model % --port 65536", "m=" + model).assertErrorNames(2, "--port", "65535");
    Cli.run("serve --model % --no-batching --max-wait 3", "m=" + model)
        .assertErrorNames(2, "--max-wait with --no-batching");
    Cli.run("serve --model % --host %", "m=" + model, "no host").assertErrorNames(1, "no host");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Cli.run("serve --model % --port %", "m=" + model, taken.getLocalPort())
          .assertErrorNames(1, "127.0.0.1:" + taken.getLocalPort(), "0 for any free one");
    }
  }
}
