package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random requests, most of them wrong: each is answered, or refused by the exceptions that are
 * documented, and the JVM lives on.
 */
class FuzzTest {
  private static final int REQUESTS = 100_000;
  private static final long SEED = 20_240_607;
  private static final int SIZE = 12;

  @TempDir Path folder;

  private final Random random = new Random(SEED);
  private int refused;
  private int answered;

  @Test
  void hundredThousandRandomRequests_areAnsweredOrRefused() {
    TestModels.folder(folder, 3, 2, 2);
    BetaVaeModel model = open();
    try {
      for (int i = 0; i < REQUESTS; i++) {
        if (i % 5000 == 4999) {
          model.close();
          refusedBy(model, IllegalStateException.class);
          model = open();
        }
        request(model);
      }
    } finally {
      model.close();
    }
    assertEquals(REQUESTS, answered + refused);
    assertTrue(answered > REQUESTS / 10, answered + " were answered");
    assertTrue(refused > REQUESTS / 10, refused + " were refused");
  }

  private BetaVaeModel open() {
    return BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(1 + random.nextInt(3)));
  }

  private void request(BetaVaeModel model) {
    try {
      call(model);
      answered++;
    } catch (IllegalArgumentException e) {
      refused++;
      assertTrue(e.getMessage().length() > 20, e.getMessage());
    }
  }

  private void refusedBy(BetaVaeModel closed, Class<? extends Exception> expected) {
    try {
      closed.embed(new float[SIZE]);
    } catch (IllegalStateException e) {
      assertEquals(expected, e.getClass());
      return;
    }
    throw new AssertionError("a closed model answered");
  }

  private void call(BetaVaeModel model) {
    switch (random.nextInt(16)) {
      case 0 -> model.embed(floats(SIZE));
      case 1 -> model.embed(buffer(SIZE));
      case 2 -> model.embed(bytes());
      case 3 -> model.embed(floats(SIZE), floats(2), floats(2));
      case 4 -> model.embed(buffer(SIZE), buffer(2), buffer(2));
      case 5 -> model.decode(floats(2));
      case 6 -> model.decode(buffer(2), buffer(SIZE));
      case 7 -> model.generate(random.nextInt(40) - 5, random.nextLong(), random.nextGaussian());
      case 8 -> model.reconstruct(floats(SIZE));
      case 9 -> model.traverse(floats(2), random.nextInt(4) - 1, floats(1));
      case 10 ->
          model.interpolate(
              floats(2),
              floats(2),
              random.nextInt(6),
              random.nextBoolean() ? Interpolation.SPHERICAL : Interpolation.LINEAR);
      case 11 -> model.reconstruct(buffer(SIZE));
      case 12 -> model.reconstruct(bytes());
      case 13 -> model.reconstruct(floats(SIZE), floats(SIZE));
      case 14 -> model.reconstruct(buffer(SIZE), buffer(SIZE));
      default -> {
        Score[] scores = Score.values();
        Score score = scores[random.nextInt(scores.length)];
        ScoreOptions options =
            ScoreOptions.of(score).withSamples(random.nextInt(4)).withSeed(random.nextLong());
        double[] values =
            switch (random.nextInt(3)) {
              case 0 -> model.score(floats(SIZE), options);
              case 1 -> model.score(buffer(SIZE), options);
              default -> model.score(bytes(), options);
            };
        assertTrue(values.length > 0);
      }
    }
  }

  /** Mostly whole items of values in [0,1]; sometimes of any length, with any bits, or null. */
  private float[] floats(int itemSize) {
    if (random.nextInt(50) == 0) {
      return null;
    }
    float[] values = new float[length(itemSize)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat();
    }
    if (values.length > 0 && random.nextInt(8) == 0) {
      values[random.nextInt(values.length)] = Float.intBitsToFloat(random.nextInt());
    }
    return values;
  }

  private int length(int itemSize) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(100);
      case 1, 2, 3 -> itemSize * (1 + random.nextInt(20));
      default -> itemSize;
    };
  }

  private byte[] bytes() {
    byte[] bytes = new byte[length(SIZE)];
    random.nextBytes(bytes);
    return random.nextInt(50) == 0 ? null : bytes;
  }

  private FloatBuffer buffer(int itemSize) {
    float[] values = floats(itemSize);
    if (values == null) {
      return null;
    }
    FloatBuffer buffer =
        random.nextInt(3) == 0
            ? FloatBuffer.allocate(values.length + 2)
            : ByteBuffer.allocateDirect(4 * (values.length + 2))
                .order(random.nextInt(10) == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
    buffer.put(1, values).position(1).limit(1 + values.length);
    return random.nextInt(20) == 0 ? buffer.asReadOnlyBuffer() : buffer;
  }
}
