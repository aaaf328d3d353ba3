package org.betavae.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers larger than any socket's buffers, to clients that read them in their own ways. */
@Timeout(60)
class AnswerSenderTest {
  private static final int LARGE = 6 << 20;
  private static final int PIECE = 10_000;
  private static final int BUDGET = 48 << 20;

  /** Few threads, so that those which wait for clients are soon missed. */
  private static final int THREADS = 24;

  /** An answer of 6 MiB may take 3 seconds and the time of silence. */
  private static final int RATE = 2 << 20;

  private static final int ROUNDS = 3;

  /** Soon over, for clients that are to be cut off. */
  private static final Duration IDLE = Duration.ofSeconds(3);

  /** For clients that are not: longer than a test may take, however busy the machine is. */
  private static final Duration PATIENT = Duration.ofMinutes(2);

  private final MemoryBudget budget = new MemoryBudget(BUDGET);
  private final AtomicInteger ended = new AtomicInteger();
  private final Server server = new Server(new QueuedThreadPool(THREADS));
  private final ServerConnector connector = new ServerConnector(server, 1, 1);

  /** Writes as many bytes as the path says, and fails at the end of {@code /fail/N}. */
  private final class Writer extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      Request.addCompletionListener(request, failure -> ended.incrementAndGet());
      String[] path = Request.getPathInContext(request).split("/", -1);
      response.getHeaders().put(ImageAnswer.SHAPE, "1");
      OutputStream out = Content.Sink.asOutputStream(response);
      byte[] piece = new byte[PIECE];
      for (int left = Integer.parseInt(path[2]); left > 0; left -= PIECE) {
        out.write(piece, 0, Math.min(left, PIECE));
      }
      if (path[1].equals("fail")) {
        throw new IllegalStateException("broken on purpose");
      }
      out.close();
      callback.succeeded();
      return true;
    }
  }

  private void start(Duration idle) throws Exception {
    connector.setIdleTimeout(idle.toMillis());
    server.addConnector(connector);
    AnswerSender sender = new AnswerSender(Limits.defaults().withIdle(idle), budget, RATE);
    sender.setHandler(new Writer());
    server.setHandler(sender);
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private Socket ask(String path) throws IOException {
    return ask(path, 4096);
  }

  private Socket ask(String path, int receiveBuffer) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(receiveBuffer);
    socket.setSoTimeout(50_000); // less than the test may take
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), connector.getLocalPort()));
    String head = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private String head(String path) throws IOException {
    try (Socket socket = ask(path)) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private void awaitEnded(int count) throws InterruptedException {
    while (ended.get() < count) {
      Thread.sleep(10);
    }
    assertEquals(0, budget.held());
  }

  @Test
  void answerInPieces_isSentWhole_withItsLength() throws Exception {
    start(PATIENT);
    String answer = head("/write/25001");
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer.substring(0, 40));
    assertTrue(answer.contains("Content-Length: 25001\r\n"), answer.substring(0, 200));
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    assertArrayEquals(new byte[25_001], body.getBytes(StandardCharsets.ISO_8859_1));
    assertTrue(head("/write/0").startsWith("HTTP/1.1 200 OK\r\n"));
    awaitEnded(2);
  }

  @Test
  void slowReader_getsAllOfAnAnswer_alsoOfOneWithoutRoom() throws Exception {
    start(PATIENT);
    for (int size : List.of(LARGE, BUDGET)) { // the second is beyond what one answer may hold
      try (Socket socket = ask("/write/" + size, 1 << 20)) {
        Thread.sleep(750);
        InputStream in = socket.getInputStream();
        long got = 0;
        byte[] some = new byte[256 << 10];
        for (int n = in.read(some); n >= 0; n = in.read(some)) {
          got += n;
        }
        assertTrue(got > size, "got " + got);
      }
    }
    awaitEnded(2);
  }

  @Test
  void clientsThatReadNothing_holdMemoryForAWhile_andFewThreads() throws Exception {
    start(IDLE);
    String small = "";
    boolean inTime = false;
    // Where all were cut off before the small answer came, as on a machine that stood still,
    // nothing was shown.
    for (int round = 0; round < ROUNDS && !inTime; round++) {
      List<Socket> deaf = new ArrayList<>();
      for (int i = 0; i < 2 * THREADS; i++) {
        deaf.add(ask("/write/" + LARGE));
      }
      small = head("/write/10");
      inTime = budget.held() > 0;
      while (!connector.getConnectedEndPoints().isEmpty() || budget.held() > 0) {
        Thread.sleep(10);
      }
      for (Socket socket : deaf) {
        socket.close();
      }
    }
    assertTrue(inTime, "came too late to show anything");
    assertTrue(small.startsWith("HTTP/1.1 200 "), small);
    assertTrue(head("/write/" + LARGE).startsWith("HTTP/1.1 200 "));
  }

  @Test
  void refusal_isAProblem_withoutHeadersOfTheAnswer() throws Exception {
    start(PATIENT);
    assertTrue(budget.hold(BUDGET)); // as if others held it
    List<Socket> waiting = new ArrayList<>();
    String answer = "";
    while (!answer.startsWith("HTTP/1.1 503 ")) {
      waiting.add(ask("/write/" + LARGE));
      answer = head("/write/100000");
    }
    assertTrue(head("/write/10").startsWith("HTTP/1.1 200 "), "a small answer finds room");
    assertTrue(answer.contains("application/problem+json"), answer);
    assertTrue(answer.contains("Retry-After: 1"), answer);
    assertTrue(answer.contains("holds as many bytes of answers as it may, " + BUDGET), answer);
    assertTrue(!answer.contains(ImageAnswer.SHAPE), answer);
    for (Socket socket : waiting) {
      socket.close();
    }
    budget.release(BUDGET);
  }

  @Test
  void failureAfterSomeOfAnAnswer_isStillAnError() throws Exception {
    start(PATIENT);
    String answer = head("/fail/50000");
    assertTrue(answer.startsWith("HTTP/1.1 500 "), answer.substring(0, 40));
    awaitEnded(1);
  }

  @Test
  void clientThatReadsTooSlowly_isCutOff_thoughItNeverStops() throws Exception {
    start(IDLE);
    long got = 0;
    try (Socket socket = ask("/write/" + LARGE)) {
      InputStream in = socket.getInputStream();
      byte[] some = new byte[RATE / 200];
      for (int n = in.read(some); n >= 0; n = in.read(some)) {
        got += n;
        Thread.sleep(20); // a quarter of the rate
      }
    } catch (SocketException e) {
      // Reset by the service.
    }
    assertTrue(got < LARGE, "all was read");
    awaitEnded(1);
  }
}
