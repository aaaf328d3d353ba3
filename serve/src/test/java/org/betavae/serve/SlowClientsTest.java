package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that stall, drip or hang up, on real sockets. */
class SlowClientsTest {
  private static final Duration PATIENCE = Duration.ofMillis(1500);
  private static final Duration IDLE = PATIENCE.plusSeconds(1);

  /** More than the service has threads. */
  private static final int MANY = 300;

  private static final String HEAD =
      "POST /v1/embed HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\n";
  private static final int BODY = 24;

  /**
   * Bytes of an image of the large model, and images in an answer that no socket's buffers hold.
   */
  private static final int LARGE_SIZE = 64 * 64 * Float.BYTES;

  private static final int LARGE_COUNT = 400;

  /** Some more than can be answered at once. */
  private static final int DEAF = 60;

  /** Clients that wait by themselves, without a thread of the service; fewer than may wait. */
  private static final int SOME = 8;

  /** The side of images whose embeddings, of 4 MB, find no room; smaller pictures are resized. */
  private static final int WIDE = 1024;

  private static final int ENOUGH_MEMORY = 1 << 29;
  private static final int LITTLE_MEMORY = 1 << 20;

  @TempDir static Path folder;
  private static BetaVaeServer server;
  private static Client client;

  @BeforeAll
  static void start() {
    server =
        BetaVaeServer.start(
            ServeOptions.of(
                    new ModelFolder("m", TestModel.write(folder.resolve("m"), 2, 1, 2, 3)),
                    new ModelFolder("large", TestModel.write(folder.resolve("l"), 2, 1, 64, 64)))
                .withPort(0)
                .withLimits(Limits.defaults().withIdle(IDLE).withBody(PATIENCE)));
    client = new Client(server);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static Socket connect(String text) throws IOException {
    return connect(server, text);
  }

  private static Socket connect(BetaVaeServer to, String text) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), to.port());
    socket.setSoTimeout(20_000);
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
    return socket;
  }

  /** All that comes until the connection ends; {@code reset} if nothing does before a reset. */
  private static String readAll(Socket socket) throws IOException {
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    try (InputStream in = socket.getInputStream()) {
      in.transferTo(got);
    } catch (SocketException e) {
      return got.size() == 0 ? "reset" : got.toString(StandardCharsets.UTF_8);
    }
    return got.toString(StandardCharsets.UTF_8);
  }

  private static byte[] black(int side) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY), "png", bytes);
    return bytes.toByteArray();
  }

  private static void assertServes() {
    client.post("/v1/embed", "application/octet-stream", new byte[BODY]).assertOk();
  }

  private static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < end, what);
      Thread.sleep(10);
    }
  }

  @Test
  void bodyThatStalls_isAnswered408_afterItsTime() throws IOException {
    try (Socket socket = connect(HEAD + "Content-Length: " + BODY + "\r\n\r\n0123")) {
      String answer = readAll(socket);
      assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
      assertTrue(answer.contains("did not arrive within 1500 ms"), answer);
    }
    assertServes();
  }

  /** The connection's own time may be over first; as long as the body's, it often is. */
  @Test
  void bodyThatStalls_isAnswered408_whicheverTimeIsOverFirst() throws IOException {
    for (Duration idle : List.of(Duration.ofMillis(300), PATIENCE)) {
      Limits limits = Limits.defaults().withIdle(idle).withBody(PATIENCE);
      Path small = folder.resolve("m");
      try (BetaVaeServer hurried =
              BetaVaeServer.start(
                  ServeOptions.of(new ModelFolder("m", small)).withPort(0).withLimits(limits));
          Socket socket = connect(hurried, HEAD + "Content-Length: " + BODY + "\r\n\r\n0123")) {
        String answer = readAll(socket);
        assertTrue(answer.startsWith("HTTP/1.1 408 "), answer);
        assertTrue(answer.contains("did not arrive within " + idle.toMillis() + " ms"), answer);
        String metrics = new Client(hurried).get("/metrics").text();
        assertTrue(metrics.contains("route=\"/v1/embed\",status=\"408\"} 1"), metrics);
      }
    }
  }

  @Test
  void bodyThatDrips_isAnswered408_thoughItNeverStalls() throws Exception {
    try (Socket socket = connect(HEAD + "Content-Length: " + BODY + "\r\n\r\n")) {
      Thread dripping =
          new Thread(
              () -> {
                try {
                  for (int i = 0; i < BODY - 1; i++) {
                    socket.getOutputStream().write(0);
                    Thread.sleep(200);
                  }
                } catch (IOException | InterruptedException e) {
                  // The service has ended the connection, as it should.
                }
              });
      dripping.start();
      String answer = readAll(socket);
      assertTrue(answer.startsWith("HTTP/1.1 408 ") || answer.equals("reset"), answer);
      dripping.join();
    }
    assertServes();
  }

  @Test
  void bodyThatDrips_isToldTheTimeForBodies_notTheConnectionsShorterOne() throws Exception {
    Limits limits = Limits.defaults().withIdle(Duration.ofSeconds(1)).withBody(PATIENCE);
    Path small = folder.resolve("m");
    try (BetaVaeServer hurried =
            BetaVaeServer.start(
                ServeOptions.of(new ModelFolder("m", small)).withPort(0).withLimits(limits));
        Socket socket = connect(hurried, HEAD + "Content-Length: " + LARGE_SIZE + "\r\n\r\n")) {
      while (socket.getInputStream().available() == 0) {
        socket.getOutputStream().write(0);
        Thread.sleep(50);
      }
      String answer = readAll(socket);
      assertTrue(answer.contains("did not arrive within 1500 ms"), answer);
    }
  }

  @Test
  void headThatStalls_isCutOff() throws IOException {
    try (Socket socket = connect("POST /v1/embed HTTP/1.1\r\nHost: x\r\n")) {
      String answer = readAll(socket);
      assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 4"), answer);
    }
  }

  @Test
  void clientsThatStall_holdNoThread() throws IOException {
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < MANY; i++) {
        stalled.add(connect(HEAD + "Content-Length: " + BODY + "\r\n\r\n01"));
      }
      long begin = System.nanoTime();
      assertServes();
      assertTrue(System.nanoTime() - begin < PATIENCE.toNanos() * 4);
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void clientsThatCutOff_leaveNothingBehind() throws Exception {
    for (int i = 0; i < 50; i++) {
      connect(HEAD + "Content-Length: " + BODY + "\r\n\r\n0123").close();
      connect(HEAD + "Transfer-Encoding: chunked\r\n\r\n4\r\n01").close();
      connect("POST /v1/em").close();
      Socket gone = connect(HEAD + "Content-Length: " + BODY + "\r\n\r\n" + "\0".repeat(BODY));
      gone.setSoLinger(true, 0); // a reset, before the answer is read
      gone.close();
    }
    assertServes();
    await("requests that ended are still counted", () -> server.pending() == 0);
  }

  @Test
  void headThatDrips_isCutOff_onANewConnectionAndAUsedOne() throws Exception {
    String whole = HEAD + "Content-Length: " + BODY + "\r\n\r\n" + "\0".repeat(BODY);
    for (String before : List.of("", whole)) {
      try (Socket socket = connect(before + "GET /healthz HTTP/1.1\r\nHost: x\r\nX: ")) {
        long begin = System.nanoTime();
        AtomicBoolean over = new AtomicBoolean();
        Thread dripping =
            new Thread(
                () -> {
                  try {
                    while (!over.get()) {
                      socket.getOutputStream().write('x');
                      Thread.sleep(200);
                    }
                  } catch (IOException | InterruptedException e) {
                    // The service has ended the connection, as it should.
                  }
                });
        dripping.start();
        String answer = readAll(socket);
        over.set(true);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertTrue(took.compareTo(IDLE.multipliedBy(3)) < 0, "ended after " + took);
        assertEquals(before.isEmpty() ? 0 : 1, answer.split("HTTP/1.1 200", -1).length - 1, answer);
        dripping.join();
      }
    }
    assertServes();
  }

  /** Asks for images of 8 MB and does not read them. */
  private static Socket deaf(int count) throws IOException {
    byte[] body = ("{\"count\":" + count + "}").getBytes(StandardCharsets.US_ASCII);
    return deaf(server, "/v1/generate?model=large", Call.JSON, body);
  }

  /** Asks and does not read the answer. */
  private static Socket deaf(BetaVaeServer of, String path, String type, byte[] body)
      throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout(20_000);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), of.port()));
    String head =
        String.join(
            "\r\n",
            "POST " + path + " HTTP/1.1",
            "Host: x",
            "Content-Type: " + type,
            "Accept: " + Call.OCTETS,
            "Content-Length: " + body.length,
            "",
            "");
    OutputStream out = socket.getOutputStream();
    out.write(head.getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    return socket;
  }

  @Test
  void clientsThatDoNotReadTheirAnswers_holdNoThread_andAreCutOff() throws Exception {
    List<Socket> deaf = new ArrayList<>();
    try {
      for (int i = 0; i < DEAF; i++) {
        deaf.add(deaf(LARGE_COUNT));
      }
      await("answers are made", () -> server.pending() >= 20);
      long begin = System.nanoTime();
      assertServes();
      assertEquals(200, client.get("/healthz").status());
      assertTrue(System.nanoTime() - begin < IDLE.toNanos() * 2, "waited for those");
      await("they are cut off", () -> server.pending() == 0);
    } finally {
      for (Socket socket : deaf) {
        socket.close();
      }
    }
  }

  /**
   * Whoever asks for so large an embedding and does not read it must not hold up the next batch.
   */
  @Test
  void clientsThatDoNotReadLargeEmbeddings_holdUpNoBatch() throws Exception {
    Path wide = TestModel.writeWide(folder.resolve("wide"), 1, WIDE, WIDE);
    Limits patient = Limits.defaults().withIdle(Duration.ofMinutes(5));
    byte[] picture = black(1);
    try (BetaVaeServer little =
        BetaVaeServer.start(
            ServeOptions.of(new ModelFolder("wide", wide)).withPort(0).withLimits(patient),
            ENOUGH_MEMORY,
            LITTLE_MEMORY)) {
      Client reading = new Client(little);
      List<Socket> deaf = new ArrayList<>();
      try {
        for (int i = 0; i < SOME; i++) {
          deaf.add(deaf(little, "/v1/embed", Call.PNG, picture));
        }
        await("they are under way", () -> little.pending() == SOME);
        for (int i = 0; i < SOME; i++) {
          int bytes =
              reading
                  .post("/v1/embed", Call.PNG, picture, "Accept", Call.OCTETS)
                  .assertOk()
                  .bytes()
                  .length;
          assertEquals(WIDE * WIDE * Float.BYTES, bytes);
        }
        assertTrue(little.pending() >= SOME, "those that do not read were to stay");
      } finally {
        for (Socket socket : deaf) {
          socket.close();
        }
      }
    }
  }

  @Test
  void clientThatReadsSlowly_getsTheWholeAnswer() throws Exception {
    byte[] fast =
        client
            .post(
                "/v1/generate?model=large",
                "{\"count\":50,\"seed\":3}",
                "Accept",
                "application/octet-stream")
            .assertOk()
            .bytes();
    assertEquals(50 * LARGE_SIZE, fast.length);
    try (Socket socket = deaf(50)) {
      InputStream in = socket.getInputStream();
      int left = 50 * LARGE_SIZE;
      while (left > 0) {
        int got = in.read(new byte[100_000]);
        assertTrue(got > 0, left + " bytes are missing");
        left -= got;
        Thread.sleep(5);
      }
    }
  }

  @Test
  void queryThatCannotBeDecoded_isRefused() throws IOException {
    String text = "GET /v1/model?model=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    try (Socket socket = connect(text)) {
      String answer = readAll(socket);
      assertTrue(answer.startsWith("HTTP/1.1 400 "), answer);
      assertTrue(answer.contains("The query is 'model=%zz'"), answer);
    }
  }

  @Test
  void bytesThatAreNoHttp_areAnsweredByAProblem() throws IOException {
    for (String text :
        new String[] {
          "GARBAGE\r\n\r\n",
          "GET / HTTP/1.1\r\n\r\n",
          "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
          "POST /v1/embed HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
          "POST /v1/embed HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
          "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"
        }) {
      try (Socket socket = connect(text)) {
        String answer = readAll(socket);
        assertTrue(
            answer.startsWith("HTTP/1.1 4") || answer.startsWith("HTTP/1.1 505"),
            () -> text.substring(0, 9) + ": " + answer);
        assertTrue(answer.contains("application/problem+json"), answer);
      }
    }
    assertServes();
  }
}
