package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Every form of input and of results gives the numbers of the plainest one. */
class BuffersTest {
  private static final int SIZE = 3 * 8 * 8;
  private static final int LATENTS = TestModels.LATENTS;

  @TempDir Path folder;

  @Test
  void everyFormOfInput_givesTheSame_inEveryBatch() {
    for (BetaVaeModel opened : List.of(channelsFirst(), channelsLast())) {
      try (BetaVaeModel model = opened) {
        for (int count : new int[] {1, 3, 5, 64, 300}) {
          byte[] levels = levels(count);
          float[] images = new float[levels.length];
          for (int i = 0; i < images.length; i++) {
            images[i] = (levels[i] & 0xff) / 255f;
          }
          Embeddings expected = model.embed(images);
          same(expected, model.embed(levels));
          FloatBuffer direct = direct(images.length + 7);
          direct.put(5, images).position(5).limit(5 + images.length);
          same(expected, model.embed(direct));
          assertEquals(5, direct.position());
          assertEquals(5 + images.length, direct.limit());
          same(expected, model.embed(FloatBuffer.wrap(images)));
          same(expected, model.embed(direct.asReadOnlyBuffer()));
        }
      }
    }
  }

  @Test
  void resultsIntoArraysAndBuffers_areTheSame() {
    for (BetaVaeModel opened : List.of(channelsFirst(), channelsLast())) {
      try (BetaVaeModel model = opened) {
        for (int count : new int[] {1, 5, 100}) {
          float[] images = floats(count * SIZE);
          Embeddings expected = model.embed(images);
          float[] mean = new float[count * LATENTS];
          float[] logVar = new float[count * LATENTS];
          model.embed(images, mean, logVar);
          assertArrayEquals(expected.mean(), mean);
          assertArrayEquals(expected.logVar(), logVar);
          FloatBuffer means = direct(mean.length + 3).position(3);
          FloatBuffer logVars = FloatBuffer.allocate(mean.length);
          model.embed(direct(images), means, logVars);
          assertArrayEquals(expected.mean(), copy(means));
          assertArrayEquals(expected.logVar(), logVars.array());
          assertEquals(3, means.position());

          float[] decoded = model.decode(mean).values();
          float[] values = new float[decoded.length];
          model.decode(mean, values);
          assertArrayEquals(decoded, values);
          for (FloatBuffer target :
              List.of(direct(decoded.length), FloatBuffer.allocate(decoded.length))) {
            model.decode(means, target);
            assertArrayEquals(decoded, copy(target));
          }
        }
      }
    }
  }

  @Test
  void everyFormOfInput_isReconstructedAndScoredTheSame() {
    for (BetaVaeModel opened : List.of(channelsFirst(), channelsLast())) {
      try (BetaVaeModel model = opened) {
        for (int count : new int[] {1, 5, 300}) {
          byte[] levels = levels(count);
          float[] images = new float[levels.length];
          for (int i = 0; i < images.length; i++) {
            images[i] = (levels[i] & 0xff) / 255f;
          }
          FloatBuffer direct = direct(images.length + 7);
          direct.put(5, images).position(5).limit(5 + images.length);
          float[] expected = model.decode(model.embed(images).mean()).values();
          for (Images reconstructed :
              List.of(
                  model.reconstruct(images),
                  model.reconstruct(levels),
                  model.reconstruct(direct),
                  model.reconstruct(FloatBuffer.wrap(images)))) {
            assertEquals(count, reconstructed.count());
            assertArrayEquals(expected, reconstructed.values());
          }
          float[] inPlace = images.clone();
          model.reconstruct(inPlace, inPlace);
          assertArrayEquals(expected, inPlace);
          FloatBuffer target = direct(images.length + 3).position(3);
          model.reconstruct(direct, target);
          assertArrayEquals(expected, copy(target));

          for (Score score : List.of(Score.NEGATIVE_ELBO, Score.RECONSTRUCTION)) {
            ScoreOptions options = ScoreOptions.of(score);
            double[] scores = model.score(images, options);
            assertEquals(count, scores.length);
            assertArrayEquals(scores, model.score(levels, options));
            assertArrayEquals(scores, model.score(direct, options));
            assertArrayEquals(scores, model.score(FloatBuffer.wrap(images), options));
          }
          assertEquals(5, direct.position());
          assertEquals(5 + images.length, direct.limit());
        }
      }
    }
  }

  @Test
  void bytes_areUnsigned() {
    try (BetaVaeModel model = channelsFirst()) {
      byte[] white = new byte[SIZE];
      white[0] = (byte) 255;
      white[1] = (byte) 128;
      assertEquals(2f, model.embed(white).mean()[0]);
      assertEquals(256 / 255f, model.embed(white).mean()[1], 1e-6f);
    }
  }

  @Test
  void wrongBuffers_areRefused() {
    try (BetaVaeModel model = channelsFirst()) {
      FloatBuffer good = direct(SIZE);
      FloatBuffer wrongOrder =
          ByteBuffer.allocateDirect(4 * SIZE).order(other(ByteOrder.nativeOrder())).asFloatBuffer();
      refused(() -> model.embed(wrongOrder), "images is " + wrongOrder.order(), "order(ByteOrder");
      refused(() -> model.embed(direct(SIZE - 1)), "images has 191 values", "multiple of 192");
      refused(() -> model.embed(direct(0)), "images is empty");
      refused(() -> model.embed((FloatBuffer) null), "images is null");
      refused(() -> model.embed(new byte[SIZE + 1]), "levels has 193 values");
      refused(() -> model.embed((byte[]) null), "levels is null");
      FloatBuffer bad = direct(2 * SIZE);
      bad.put(SIZE + 4, Float.NaN);
      refused(() -> model.embed(bad), "images[196] is NaN", "expected 0 to 1");
      bad.put(SIZE + 4, 1.5f);
      refused(() -> model.embed(bad), "images[196] is 1.5");
      FloatBuffer two = direct(LATENTS);
      refused(() -> model.embed(good, direct(3), two), "mean has room for 3 values", "exactly 2");
      refused(() -> model.embed(good, two, direct(1)), "logVar has room for 1 values");
      refused(() -> model.embed(good, two.asReadOnlyBuffer(), two), "mean is read-only");
      refused(() -> model.embed(good, null, two), "mean is null");
      refused(() -> model.embed(new float[SIZE], new float[2], new float[3]), "logVar has room");
      refused(() -> model.embed(new float[SIZE], null, new float[2]), "mean is null");
      refused(() -> model.decode(new float[2], new float[SIZE + 1]), "images has room for 193");
      refused(() -> model.decode(direct(2), wrongOrder), "images is " + wrongOrder.order());
      ScoreOptions options = ScoreOptions.of(Score.RECONSTRUCTION);
      refused(() -> model.reconstruct(wrongOrder), "images is " + wrongOrder.order());
      refused(() -> model.reconstruct(new byte[SIZE + 1]), "levels has 193 values");
      refused(() -> model.reconstruct(bad), "images[196] is 1.5");
      refused(
          () -> model.reconstruct(new float[SIZE], new float[SIZE - 1]),
          "reconstructions has room for 191 values, expected exactly 192");
      refused(() -> model.reconstruct(new float[SIZE], null), "reconstructions is null");
      refused(
          () -> model.reconstruct(good, good.asReadOnlyBuffer()), "reconstructions is read-only");
      refused(() -> model.score(wrongOrder, options), "images is " + wrongOrder.order());
      refused(() -> model.score((byte[]) null, options), "levels is null");
      refused(() -> model.score(bad, options), "images[196] is 1.5, expected 0 to 1");
      FloatBuffer infinite = direct(2).put(1, Float.POSITIVE_INFINITY);
      refused(() -> model.decode(infinite, good), "z[1] is Infinity", "a finite number");
    }
  }

  private BetaVaeModel channelsFirst() {
    return BetaVaeModel.open(TestModels.folder(folder.resolve("first"), 3, 8, 8));
  }

  private BetaVaeModel channelsLast() {
    Path encoder = TestModels.encoder(8, 8, 3).write(folder.resolve("last-encoder.onnx"));
    Path decoder = TestModels.decoder(8, 8, 3).write(folder.resolve("last-decoder.onnx"));
    return BetaVaeModel.open(encoder, decoder, ModelOptions.defaults().withLikelihood("bernoulli"));
  }

  private static byte[] levels(int count) {
    byte[] levels = new byte[count * SIZE];
    new Random(count).nextBytes(levels);
    return levels;
  }

  private static float[] floats(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }

  private static FloatBuffer direct(int length) {
    return ByteBuffer.allocateDirect(4 * length).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  private static FloatBuffer direct(float[] values) {
    return direct(values.length).put(0, values);
  }

  private static float[] copy(FloatBuffer buffer) {
    float[] values = new float[buffer.remaining()];
    buffer.get(buffer.position(), values);
    return values;
  }

  private static ByteOrder other(ByteOrder order) {
    return order == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
  }

  private static void same(Embeddings expected, Embeddings actual) {
    assertEquals(expected.count(), actual.count());
    assertArrayEquals(expected.mean(), actual.mean());
    assertArrayEquals(expected.logVar(), actual.logVar());
  }

  private static void refused(Executable call, String... parts) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
  }
}
