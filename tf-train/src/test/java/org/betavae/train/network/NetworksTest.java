package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class NetworksTest {
  @Test
  void conv64_hasDisentanglementLibsNumberOfWeights() {
    // Counted layer by layer from its table; 10 latents, one channel.
    long encoder =
        (16 * 32 + 32)
            + (16 * 32 * 32 + 32)
            + (4 * 32 * 64 + 64)
            + (4 * 64 * 64 + 64)
            + (1024 * 256 + 256)
            + 2 * (256 * 10 + 10);
    long decoder =
        (10 * 256 + 256)
            + (256 * 1024 + 1024)
            + (16 * 64 * 64 + 64)
            + (16 * 64 * 32 + 32)
            + (16 * 32 * 32 + 32)
            + (16 * 32 * 1 + 1);
    assertEquals(690_517, encoder + decoder);
    assertEquals(encoder + decoder, build("conv64", ItemShape.image(64, 64, 1)));
  }

  @Test
  void burgess64_hasThePapersNumberOfWeights() {
    // Counted layer by layer from appendix A.1; 10 latents, one channel.
    long encoder =
        (16 * 1 * 32 + 32)
            + 3 * (16 * 32 * 32 + 32)
            + (4 * 4 * 32 * 256 + 256)
            + (256 * 256 + 256)
            + 2 * (256 * 10 + 10);
    long decoder =
        (10 * 256 + 256)
            + (256 * 256 + 256)
            + (256 * 512 + 512)
            + 3 * (16 * 32 * 32 + 32)
            + (16 * 32 * 1 + 1);
    assertEquals(502_005, encoder + decoder);
    assertEquals(encoder + decoder, build("burgess64", ItemShape.image(64, 64, 1)));
  }

  @Test
  void resnet_hasItsNumberOfWeights() {
    long blocks = 0;
    for (long channels : new long[] {32, 64, 128, 256}) {
      blocks += 2 * (9 * channels * channels + channels); // two convolutions of 3x3
    }
    long halving = 0;
    long doubling = 0;
    long[][] stages = {{32, 64}, {64, 128}, {128, 256}};
    for (long[] stage : stages) {
      halving += 16 * stage[0] * stage[1] + stage[1];
      doubling += 9 * stage[0] * stage[1] + stage[0];
    }
    long encoder = (16 * 3 * 32 + 32) + halving + blocks + (4096 * 256 + 256) + 2 * (256 * 10 + 10);
    long decoder =
        (10 * 256 + 256)
            + (256 * 4096 + 4096)
            + blocks
            + doubling
            + (9 * 32 * 16 + 16)
            + (9 * 16 * 3 + 3);
    assertEquals(encoder + decoder, build("resnet", ItemShape.image(64, 64, 3)));
  }

  @ParameterizedTest
  @CsvSource({
    "conv64,64,1",
    "conv64,64,3",
    "burgess64,64,3",
    "conv32,28,1",
    "conv32,32,3",
    "mlp,20,3",
    "resnet,64,1",
    "resnet,128,3",
    "resnet,128,1"
  })
  void decoder_givesTheItemsShape(String name, int side, int channels) {
    assertTrue(build(name, ItemShape.image(side, side, channels)) > 0);
  }

  @Test
  void mlp_takesVectors() {
    long weights = build("mlp", ItemShape.vector(7));
    assertEquals(
        (7 * 1200 + 1200)
            + (1200 * 1200 + 1200)
            + 2 * (1200 * 10 + 10)
            + (10 * 1200 + 1200)
            + 2 * (1200 * 1200 + 1200)
            + (1200 * 7 + 7),
        weights);
  }

  @Test
  void wrongSize_isNamedWithTheExpectedOne() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Networks.of("conv64", ItemShape.image(28, 28, 1), 1));
    assertTrue(e.getMessage().contains("28x28x1"), e.getMessage());
    assertTrue(e.getMessage().contains("expected images of 64x64"), e.getMessage());
    assertTrue(e.getMessage().contains("conv32 for 28x28"), e.getMessage());
  }

  @Test
  void resnet_refusesOtherSizesWithItsOwn() {
    for (ItemShape shape : new ItemShape[] {ItemShape.image(96, 96, 3), ItemShape.vector(64)}) {
      var e = assertThrows(IllegalArgumentException.class, () -> Networks.of("resnet", shape, 1));
      assertTrue(
          e.getMessage().contains("shape " + shape + ", expected images of 64x64 or 128x128"));
      assertTrue(e.getMessage().contains("a list of layers for any shape"), e.getMessage());
    }
  }

  @Test
  void unknownNetwork_isNamedWithTheKnownOnes() {
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Networks.of("vgg", ItemShape.image(64, 64, 1), 1));
    assertTrue(e.getMessage().contains("vgg"), e.getMessage());
    assertTrue(e.getMessage().contains("conv64, burgess64, conv32, mlp"), e.getMessage());
  }

  /** Builds encoder and decoder, checks the shapes, and gives the number of weights. */
  private static long build(String name, ItemShape shape) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Pass pass = Pass.inference(tf, weights);
      LayerNetwork network = Networks.of(name, shape, 1);
      network.requireFits(shape, 10, 1); // what Java works out must be what TensorFlow makes
      Shape item =
          shape.image()
              ? Shape.of(-1, shape.height(), shape.width(), shape.channels())
              : Shape.of(-1, shape.size());
      Operand<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(item));
      Network.Posterior q = network.encode(pass, x, 10);
      assertEquals("[-1, 10]", dims(q.mean()));
      assertEquals("[-1, 10]", dims(q.logVar()));
      assertEquals(Arrays.toString(item.asArray()), dims(network.decode(pass, q.mean())));
      return weights.trained("", true).stream().mapToLong(Weights.Weight::size).sum();
    }
  }

  /** Compared as text, since TensorFlow's shapes with a free dimension equal no other. */
  private static String dims(Operand<?> operand) {
    return Arrays.toString(operand.shape().asArray());
  }
}
