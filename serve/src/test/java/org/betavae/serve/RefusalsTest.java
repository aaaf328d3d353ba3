package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients that send all of a large body before they read an answer, as most do, to a service that
 * refuses them at their first bytes.
 */
class RefusalsTest {
  private static final String TOKEN = "0123456789abcdef0123456789abcdef";
  private static final String KNOWN = "Authorization: Bearer " + TOKEN + "\r\n";

  /** More than a connection's buffers hold. */
  private static final int LARGE = 8 << 20;

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  @TempDir static Path folder;
  private static BetaVaeServer server;

  @BeforeAll
  static void start() throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), TOKEN);
    Path model = TestModel.write(folder.resolve("m"), 2, 1, 2, 3);
    server =
        BetaVaeServer.start(
            ServeOptions.of(new ModelFolder("m", model))
                .withPort(0)
                .withTokenFile(tokens)
                .withLimits(
                    Limits.defaults().withBodyBytes(LARGE).withBody(PATIENCE).withPending(2)));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A connection and the lines of its answers. */
  private record Wire(Socket socket, OutputStream out, BufferedReader in) implements AutoCloseable {
    static Wire open() throws IOException {
      return open(server);
    }

    static Wire open(BetaVaeServer to) throws IOException {
      Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
      socket.setSoTimeout(20_000);
      return new Wire(
          socket,
          socket.getOutputStream(),
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
    }

    void post(String headers) throws IOException {
      send(
          "POST /v1/embed HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n"
              + headers
              + "\r\n");
    }

    void send(String text) throws IOException {
      out.write(text.getBytes(StandardCharsets.US_ASCII));
    }

    void sendBody(int bytes) throws IOException {
      byte[] some = new byte[64 << 10];
      for (int left = bytes; left > 0; left -= some.length) {
        out.write(some, 0, Math.min(left, some.length));
      }
    }

    /** The head of an answer, whose body is read too. */
    String head() throws IOException {
      StringBuilder head = new StringBuilder();
      for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
        head.append(line).append('\n');
      }
      String length = head.toString().replaceAll("(?s).*Content-Length: (\\d+).*", "$1");
      int count = in.read(new char[Integer.parseInt(length)]);
      assertTrue(count > 0, head::toString);
      return head.toString();
    }

    boolean isOver() throws IOException {
      return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void bodyOfARefusedRequest_isReadAndThrownAway_andTheConnectionGoesOn() throws IOException {
    try (Wire wire = Wire.open()) {
      for (int i = 0; i < 2; i++) {
        wire.post("Content-Length: " + LARGE + "\r\n");
        wire.sendBody(LARGE);
        String head = wire.head();
        assertTrue(head.startsWith("HTTP/1.1 401 "), head);
        assertFalse(head.contains("Connection: close"), head);
      }
      wire.post(KNOWN + "Content-Length: 24\r\n");
      wire.sendBody(24);
      String head = wire.head();
      assertTrue(head.startsWith("HTTP/1.1 200 "), head);
    }
  }

  @Test
  void bodyBeyondTheLimit_endsTheConnection_afterItsAnswerCanBeRead() throws IOException {
    try (Wire wire = Wire.open()) {
      wire.post(KNOWN + "Content-Length: " + 3 * LARGE + "\r\n");
      wire.sendBody(3 * LARGE);
      String head = wire.head();
      assertTrue(head.startsWith("HTTP/1.1 413 "), head);
      assertTrue(head.contains("Connection: close"), head);
      assertTrue(wire.isOver());
    }
    try (Wire wire = Wire.open()) {
      wire.post(KNOWN + "Transfer-Encoding: chunked\r\n");
      wire.send(Integer.toHexString(LARGE + 1) + "\r\n");
      wire.sendBody(LARGE + 1);
      wire.send("\r\n0\r\n\r\n");
      String head = wire.head();
      assertTrue(head.startsWith("HTTP/1.1 413 "), head);
    }
  }

  /** A client that never stops sending gets its answer all the same, and is cut off in the end. */
  @Test
  void bodyWithoutAnEnd_isAnsweredAtOnce_andCutOff() throws Exception {
    try (Wire wire = Wire.open()) {
      wire.post("Transfer-Encoding: chunked\r\n");
      Thread sending =
          new Thread(
              () -> {
                try {
                  while (true) {
                    wire.send("10000\r\n");
                    wire.sendBody(0x10000);
                    wire.send("\r\n");
                  }
                } catch (IOException e) {
                  // The service has ended the connection, as it should.
                }
              });
      sending.start();
      String head = wire.head();
      assertTrue(head.startsWith("HTTP/1.1 401 "), head);
      assertTrue(head.contains("Connection: close"), head);
      sending.join(20_000);
      assertFalse(sending.isAlive(), "still sends");
    }
  }

  @Test
  void clientThatAsksFirst_isToldNotToSend() throws IOException {
    for (String headers : new String[] {"", KNOWN + "X: y\r\n"}) {
      try (Wire wire = Wire.open()) {
        wire.post(headers + "Expect: 100-continue\r\nContent-Length: " + (LARGE + 1) + "\r\n");
        String head = wire.head();
        assertTrue(head.startsWith(headers.isEmpty() ? "HTTP/1.1 401 " : "HTTP/1.1 413 "), head);
        assertTrue(head.contains("Connection: close"), head);
        assertTrue(wire.isOver());
      }
    }
  }

  @Test
  void bodiesThatNeverCome_takeNobodysPlace_andAreNotWaitedForForEver() throws Exception {
    Wire[] wires = new Wire[5]; // more than may be under way
    for (int i = 0; i < wires.length; i++) {
      wires[i] = Wire.open();
      wires[i].post("Content-Length: " + LARGE + "\r\n");
      assertTrue(wires[i].head().startsWith("HTTP/1.1 401 "));
    }
    Client client = new Client(server);
    assertEquals(
        200, client.get("/v1/model", "Authorization", "Bearer " + TOKEN).status(), "all left");
    for (Wire wire : wires) {
      assertTrue(wire.isOver());
      wire.close();
    }
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (server.pending() > 0) {
      assertTrue(System.nanoTime() < end, () -> server.pending() + " are under way");
      Thread.sleep(10);
    }
  }

  @Test
  void bodiesThatNeverCome_doNotHoldUpTheStop() throws Exception {
    Path model = TestModel.write(folder.resolve("stopped"), 2, 1, 2, 3);
    BetaVaeServer stopped =
        BetaVaeServer.start(
            ServeOptions.of(new ModelFolder("m", model))
                .withPort(0)
                .withTokenFile(folder.resolve("tokens"))
                .withGrace(Duration.ofMinutes(5)));
    try (Wire wire = Wire.open(stopped)) {
      wire.post("Content-Length: " + LARGE + "\r\n");
      assertTrue(wire.head().startsWith("HTTP/1.1 401 "));
      long begin = System.nanoTime();
      stopped.close();
      assertTrue(System.nanoTime() - begin < Duration.ofMinutes(1).toNanos(), "waited for it");
    }
  }
}
