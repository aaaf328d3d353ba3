package org.betavae.cli;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * One connection that asks for embeddings of images, one after the other, and checks each answer.
 * It costs little, since it shares the machine with the service: bytes made before, and no more of
 * HTTP than the service answers with.
 */
final class SoakClient implements AutoCloseable {
  private static final int BUFFER = 4096;

  /** The same sums in another order, as batches of other sizes may do. */
  private static final float TOLERANCE = 1e-4f;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final byte[] buffer = new byte[BUFFER];
  private int length;

  /**
   * @param answerMillis how long an answer may take
   */
  SoakClient(int port, int answerMillis) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(answerMillis);
      in = socket.getInputStream();
      out = socket.getOutputStream();
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** The bytes of a request; {@code said} is the length that its head tells. */
  static byte[] request(String path, String type, byte[] body, int said) {
    String head =
        String.join(
            "\r\n",
            "POST " + path + " HTTP/1.1",
            "Host: soak",
            "Content-Type: " + type,
            "Accept: application/octet-stream",
            "Content-Length: " + said,
            "",
            "");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(body);
    return bytes.toByteArray();
  }

  void send(byte[] bytes) throws IOException {
    out.write(bytes);
  }

  /**
   * Reads an answer.
   *
   * @return what is wrong with it, or null
   * @throws IOException if none comes
   */
  String check(float[] expected) throws IOException {
    length = 0;
    int body = -1;
    while (body < 0) {
      more();
      body = endOfHead();
    }
    String head = new String(buffer, 0, body, StandardCharsets.US_ASCII);
    int bytes = contentLength(head);
    if (!head.startsWith("HTTP/1.1 200 ") || bytes != expected.length * Float.BYTES) {
      return "not 200 with " + expected.length + " numbers: " + head.lines().toList();
    }
    while (length < body + bytes) {
      more();
    }
    FloatBuffer got =
        ByteBuffer.wrap(buffer, body, bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(got.get(i) - expected[i]) <= TOLERANCE)) {
        return "number " + i + " is " + got.get(i) + ", expected " + expected[i];
      }
    }
    return length == body + bytes ? null : "more than the answer came";
  }

  private void more() throws IOException {
    int count = in.read(buffer, length, buffer.length - length);
    if (count <= 0) {
      throw new EOFException("the connection ended after " + length + " bytes of an answer");
    }
    length += count;
  }

  private int endOfHead() {
    for (int i = 3; i < length; i++) {
      if (buffer[i] == '\n' && buffer[i - 1] == '\r' && buffer[i - 2] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static int contentLength(String head) {
    String name = "\r\ncontent-length: ";
    int at = head.toLowerCase(Locale.ROOT).indexOf(name);
    return at < 0
        ? -1
        : Integer.parseInt(head.substring(at + name.length(), head.indexOf('\r', at + 2)));
  }

  /** The first bytes of what comes, as text; empty when the connection ends without any. */
  String firstLine() throws IOException {
    length = 0;
    int count = in.read(buffer);
    String text = new String(buffer, 0, Math.max(0, count), StandardCharsets.US_ASCII);
    return text.lines().findFirst().orElse("");
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
