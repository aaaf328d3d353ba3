package org.betavae.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Little-endian float32, the form of {@code application/octet-stream} here. */
final class Floats {
  private Floats() {}

  /** All whole numbers of the bytes. */
  static float[] read(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return values;
  }

  static byte[] write(float[] values) {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
    return bytes;
  }
}
