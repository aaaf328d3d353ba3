package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model computes, on one whose results can be worked out by hand. */
class BetaVaeModelTest {
  @TempDir Path folder;

  private BetaVaeModel model;

  @BeforeEach
  void open() {
    model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3));
  }

  @AfterEach
  void close() {
    model.close();
  }

  @Test
  void embed_givesMeanAndLogVarRowByRow() {
    Embeddings embeddings =
        model.embed(new float[] {0.5f, 0.25f, 0, 0, 0, 0, 1, 0.125f, 0, 0, 0, 0.75f});
    assertEquals(2, embeddings.count());
    assertEquals(2, embeddings.latentSize());
    assertArrayEquals(new float[] {1, 0.5f, 2, 0.25f}, embeddings.mean());
    assertArrayEquals(new float[] {-0.5f, -0.25f, -1, -0.125f}, embeddings.logVar());
    assertArrayEquals(new float[] {2, 0.25f}, embeddings.mean(1));
    assertArrayEquals(new float[] {-0.5f, -0.25f}, embeddings.logVar(0));
  }

  @Test
  void decode_givesImagesWithTheirShape() {
    Images images = model.decode(new float[] {0.25f, -0.5f, 0, 0.125f});
    assertEquals(2, images.count());
    assertEquals(1, images.channels());
    assertEquals(2, images.height());
    assertEquals(3, images.width());
    assertEquals(6, images.imageSize());
    assertFalse(images.isVector());
    assertArrayEquals(
        new float[] {0.75f, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.625f, 0.5f, 0.5f, 0.5f, 0.5f},
        images.values());
    assertArrayEquals(new float[] {0.5f, 0.625f, 0.5f, 0.5f, 0.5f, 0.5f}, images.image(1));
  }

  @Test
  void reconstruct_decodesTheMean() {
    float[] images = {0.125f, 0.25f, 0, 0, 0, 1};
    assertArrayEquals(
        model.decode(model.embed(images).mean()).values(), model.reconstruct(images).values());
    assertArrayEquals(
        new float[] {0.75f, 1, 0.5f, 0.5f, 0.5f, 0.5f}, model.reconstruct(images).values());
  }

  @Test
  void samplePrior_isTheDocumentedGenerator() {
    // new Random(42).nextGaussian(): 1.1419053154730547, 0.9194079489827879.
    assertArrayEquals(new float[] {0.57095265f, 0.45970398f}, model.samplePrior(1, 42, 0.5));
    Random random = new Random(9);
    float[] samples = model.samplePrior(3, 9, 1);
    for (float sample : samples) {
      assertEquals((float) random.nextGaussian(), sample);
    }
  }

  @Test
  void generate_isRepeatable_andDecodesTheSamples() {
    Images images = model.generate(5, 1, 0.7);
    assertArrayEquals(images.values(), model.generate(5, 1, 0.7).values());
    assertArrayEquals(model.decode(model.samplePrior(5, 1, 0.7)).values(), images.values());
    assertFalse(java.util.Arrays.equals(images.values(), model.generate(5, 2, 0.7).values()));
  }

  @Test
  void generate_atTemperatureZero_isTheImageOfTheOrigin() {
    assertArrayEquals(model.decode(new float[] {0, 0}).values(), model.generate(1, 3, 0).values());
  }

  @Test
  void traverse_setsOneDimension() {
    float[] z = {0.25f, 0.125f};
    Images images = model.traverse(z, 1, new float[] {-0.5f, 0, 0.5f});
    assertEquals(3, images.count());
    assertArrayEquals(new float[] {0.75f, 0, 0.5f, 0.5f, 0.5f, 0.5f}, images.image(0));
    assertArrayEquals(new float[] {0.75f, 1, 0.5f, 0.5f, 0.5f, 0.5f}, images.image(2));
    assertArrayEquals(new float[] {0.25f, 0.125f}, z);
  }

  @Test
  void traverseAll_isTheTraversalsOneAfterAnother() {
    float[] z = {0.25f, 0.125f};
    float[] values = {-0.5f, 0, 0.5f};
    Images all = model.traverseAll(z, values);
    assertEquals(6, all.count());
    for (int dimension = 0; dimension < 2; dimension++) {
      Images one = model.traverse(z, dimension, values);
      for (int i = 0; i < values.length; i++) {
        assertArrayEquals(one.image(i), all.image(dimension * values.length + i));
      }
    }
  }

  @Test
  void interpolate_startsAndEndsAtTheEnds() {
    float[] from = {0.5f, 0};
    float[] to = {0, 0.5f};
    for (Interpolation how : Interpolation.values()) {
      Images images = model.interpolate(from, to, 3, how);
      assertEquals(3, images.count());
      assertArrayEquals(model.decode(from).values(), images.image(0));
      assertArrayEquals(model.decode(to).values(), images.image(2));
    }
    assertEquals(0.75f, model.interpolate(from, to, 3, Interpolation.LINEAR).image(1)[0]);
  }

  @Test
  void info_isReadFromTheProperties() {
    ModelInfo info = model.info();
    assertTrue(info.hasEncoder());
    assertTrue(info.hasDecoder());
    assertEquals(List.of(1, 2, 3), info.inputShape());
    assertEquals(6, info.imageSize());
    assertFalse(info.isVector());
    assertEquals(2, info.latentSize());
    assertEquals(Optional.of("1"), info.formatVersion());
    assertEquals(Optional.of("bernoulli"), info.likelihood());
    assertEquals(Optional.of("beta-vae"), info.objective());
    assertEquals(Optional.of("{\"beta\":4.0}"), info.objectiveSettings());
    assertEquals(Optional.of("sprites"), info.dataset());
    assertEquals(OptionalLong.of(3000), info.steps());
    assertEquals(OptionalLong.of(-7), info.seed());
    assertEquals(Optional.of(List.of(1.5, 0.0)), info.klPerDimension());
    assertEquals(Optional.of(List.of(0.25, -1e-3)), info.posteriorMean());
    assertEquals(Optional.of(List.of(1.0, 0.5)), info.posteriorStd());
    assertEquals(Optional.of("0.1.0"), info.producerVersion());
    assertEquals(OptionalDouble.of(3.5e-7), info.parityMaxAbsDifference());
    assertEquals(OptionalInt.of(64), info.parityInputs());
  }

  @Test
  void info_ofModelWithoutProperties_isEmptyButForShapes() {
    Path encoder = TestModels.encoder(1, 2, 3).write(folder.resolve("other.onnx"));
    try (BetaVaeModel other = BetaVaeModel.open(encoder, null, ModelOptions.defaults())) {
      ModelInfo info = other.info();
      assertTrue(info.hasEncoder());
      assertFalse(info.hasDecoder());
      assertEquals(List.of(1, 2, 3), info.inputShape());
      assertEquals(2, info.latentSize());
      assertEquals(Optional.empty(), info.objective());
      assertEquals(OptionalLong.empty(), info.steps());
      assertEquals(Optional.empty(), info.klPerDimension());
      assertEquals(OptionalDouble.empty(), info.parityMaxAbsDifference());
      assertEquals(OptionalInt.empty(), info.parityInputs());
    }
  }

  @Test
  void info_staysAfterClose() {
    model.close();
    assertEquals(2, model.info().latentSize());
  }

  @Test
  void vectors_haveOneRowAndNoImageShape() {
    try (BetaVaeModel vectors = BetaVaeModel.open(TestModels.folder(folder.resolve("v"), 5))) {
      assertTrue(vectors.info().isVector());
      assertEquals(List.of(5), vectors.info().inputShape());
      assertArrayEquals(new float[] {-8, 6}, vectors.embed(new float[] {-4, 3, 0, 0, 0}).mean());
      Images images = vectors.decode(new float[] {1, 2});
      assertTrue(images.isVector());
      assertEquals(1, images.channels());
      assertEquals(1, images.height());
      assertEquals(5, images.width());
    }
  }

  @Test
  void provider_isTheCpu() {
    assertEquals(Provider.CPU, model.provider());
  }
}
