package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.tf.TfBody;
import org.betavae.export.tf.TfGraph;
import org.betavae.export.tf.TfGraphBuilder;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;

/** Graphs of a few nodes, as an exporter might leave them. */
final class TinyGraphs {
  static final Map<String, AttrValue> FLOAT =
      Map.of("T", AttrValue.newBuilder().setType(DataType.DT_FLOAT).build());

  private final TfGraphBuilder graph = new TfGraphBuilder();
  private int numbers;

  TfOutput input(String name, long... shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape) {
      dims.add(dim);
    }
    return graph.input(new TensorSpec(name, "float32", dims));
  }

  /** A dense layer with a kernel that is 0.1, 0.2 ... and no bias. */
  TfOutput dense(TfOutput x, int in, int out, TfNode.Variable kind) {
    return dense("MatMul", FLOAT, x, in, out, kind);
  }

  /** The same by the operator of products in batches, as attention has it. */
  TfOutput batchedDense(TfOutput x, int in, int out) {
    AttrValue type = FLOAT.get("T");
    Map<String, AttrValue> types = Map.of("Ta", type, "Tb", type, "Tout", type);
    return dense("BatchMatMulV3", types, x, in, out, TfNode.Variable.TRAINABLE);
  }

  private TfOutput dense(
      String op,
      Map<String, AttrValue> attributes,
      TfOutput x,
      int in,
      int out,
      TfNode.Variable kind) {
    float[] kernel = new float[in * out];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = 0.1f * ((i % 7) - 3);
    }
    int number = ++numbers;
    TfOutput variable =
        graph.variable(
            "dense" + number + "/kernel", Tensor.floats(new long[] {in, out}, kernel), kind);
    String name = "dense" + number + "/matmul";
    return new TfOutput(graph.node(op, name, List.of(x, variable), attributes), 0);
  }

  TfOutput dense(TfOutput x, int in, int out) {
    return dense(x, in, out, TfNode.Variable.TRAINABLE);
  }

  TfOutput node(String op, String name, TfOutput... inputs) {
    return new TfOutput(graph.node(op, name, List.of(inputs), FLOAT), 0);
  }

  /** A branch that gives the same value either way. */
  TfOutput branch(String name, TfOutput condition, TfOutput x) {
    TfBody same = new TfBody(List.of(), List.of(), List.of(x));
    return new TfOutput(
        graph.node("If", name, List.of(condition), Map.of(), List.of(same, same)), 0);
  }

  /** Standard normal numbers like {@code x}, whose state was not followed when it was read. */
  TfOutput noise(String name, TfOutput x) {
    TfOutput shape = new TfOutput(graph.node("Shape", name + "/shape", List.of(x), FLOAT), 0);
    TfNode draw =
        graph.node(
            "StatelessRandomNormalV2", name, List.of(shape), Map.of("dtype", FLOAT.get("T")));
    graph.setInput(draw, 3, null);
    return new TfOutput(draw, 0);
  }

  TfOutput constant(String name, float value) {
    return graph.constant(name, Tensor.floats(new long[0], value));
  }

  TinyGraphs output(String name, TfOutput value, long... shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape) {
      dims.add(dim);
    }
    graph.output(new TensorSpec(name, "float32", dims), value);
    return this;
  }

  ImportedGraph as(String role) {
    TfGraph built = graph.build();
    return new ImportedGraph("tiny " + role, role, built, false);
  }

  /** {@code x [-1, 4]} to {@code mean} and {@code log_var [-1, 3]}. */
  static ImportedGraph encoder() {
    TinyGraphs g = new TinyGraphs();
    TfOutput h = g.node("Tanh", "tanh", g.dense(g.input("x", -1, 4), 4, 5));
    return g.output("mean", g.dense(h, 5, 3), -1, 3)
        .output("log_var", g.dense(h, 5, 3), -1, 3)
        .as("encoder");
  }

  /** {@code z [-1, 3]} to {@code y [-1, 4]} by that last operator. */
  static ImportedGraph decoder(String last) {
    TinyGraphs g = new TinyGraphs();
    TfOutput a = g.dense(g.input("z", -1, 3), 3, 4);
    return g.output("y", g.node(last, "last", a), -1, 4).as("decoder");
  }
}
