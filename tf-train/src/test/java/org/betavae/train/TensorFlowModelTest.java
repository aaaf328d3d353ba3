package org.betavae.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class TensorFlowModelTest {
  @TempDir Path folder;

  /** The end of a residual block: oneDNN fuses all of it where it is allowed to. */
  @Test
  void sumBehindAConvolution_isFoundThoughReluFollows() throws Exception {
    Path file = folder.resolve("graph.pb");
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Placeholder<TFloat32> x =
          tf.withName("x").placeholder(TFloat32.class, Placeholder.shape(Shape.of(1, 8, 8, 4)));
      Operand<TFloat32> kernel = tf.fill(tf.array(3, 3, 4, 4), tf.constant(-0.1f));
      Operand<TFloat32> convolved =
          tf.nn.biasAdd(
              tf.nn.conv2d(x, kernel, List.of(1L, 1L, 1L, 1L), "SAME"),
              tf.constant(new float[] {1, 2, 3, 4}));
      Operand<TFloat32> sum = tf.withName("sum").math.add(convolved, x);
      tf.withName("relu").nn.relu(sum);
      Files.write(file, graph.toGraphDef().toByteArray());
    }
    Map<String, String> outputs = new LinkedHashMap<>();
    outputs.put("sum", "sum:0");
    outputs.put("relu", "relu:0");
    float[] input = new float[8 * 8 * 4];
    Arrays.fill(input, 1);
    try (TensorFlowModel model = TensorFlowModel.ofGraphDef(file, Map.of("x", "x:0"), outputs)) {
      Map<String, Tensor> got =
          model.run(Map.of("x", Tensor.floats(new long[] {1, 8, 8, 4}, input)));
      Tensor sum = got.get("sum");
      Tensor relu = got.get("relu");
      int inside = (8 + 1) * 4; // all of the kernel lies on the image: 1 + channel + 1 - 3.6
      assertEquals(-1.6, sum.doubleAt(inside), 1e-5);
      assertEquals(1.4, sum.doubleAt(inside + 3), 1e-5);
      for (int i = 0; i < sum.size(); i++) {
        assertEquals(Math.max(sum.doubleAt(i), 0), relu.doubleAt(i), 1e-6, "value " + i);
      }
      assertTrue(sum.doubleAt(inside) < 0, "ReLU has something to do");
    }
  }
}
