package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small models come back from TensorFlow as they were. */
final class RoundTripTest {
  @TempDir private Path temp;

  private final Random random = new Random(7);

  private Tensor floats(long... shape) {
    int size = 1;
    for (long d : shape) {
      size *= (int) d;
    }
    ByteBuffer data = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < size; i++) {
      data.putFloat((float) random.nextGaussian() / 4);
    }
    return Tensor.of(ElementType.FLOAT32, shape, data.flip());
  }

  @Test
  void convolutionFlattenAndGemm_comeBack_withNamesAndOrder() {
    Tensor x = floats(2, 3, 8, 8);
    OnnxModel model =
        new OnnxNet(18)
            .in("x", x)
            .constant("conv.weight", floats(4, 3, 3, 3))
            .constant("conv.bias", floats(4))
            .constant("mean.weight", floats(5, 64))
            .constant("log_var.weight", floats(5, 64))
            .node(
                "Conv(x,conv.weight,conv.bias) -> c",
                "strides",
                new long[] {2, 2},
                "pads",
                new long[] {1, 1, 1, 1})
            .node("Relu(c) -> r")
            .node("Flatten(r) -> f")
            .node("Gemm(f,mean.weight) -> mean", "transB", 1)
            .node("Gemm(f,log_var.weight) -> log_var", "transB", 1)
            .out("mean", ElementType.FLOAT32)
            .out("log_var", ElementType.FLOAT32)
            .model(false)
            .withMetadata(Map.of("betavae.role", "encoder"));

    RoundTrip trip =
        RoundTrip.ofOnnx("encoder", model, Map.of("x", x), Set.of(), temp.resolve("tf"));

    assertEquals(List.of(), trip.problems());
    OnnxModel back =
        TfToOnnx.convert(
            OnnxToTf.convert(model, ImportOptions.defaults()), ConvertOptions.defaults());
    assertEquals(
        Set.of("conv.weight", "conv.bias", "mean.weight", "log_var.weight"), weights(back));
    assertEquals(18, back.opset());
    assertEquals(0, back.operatorCounts().getOrDefault("Transpose", 0));
  }

  private static Set<String> weights(OnnxModel model) {
    return model.proto().getGraph().getInitializerList().stream()
        .filter(t -> t.getDataType() == ElementType.FLOAT32.onnxNumber())
        .map(t -> t.getName())
        .collect(Collectors.toSet());
  }
}
