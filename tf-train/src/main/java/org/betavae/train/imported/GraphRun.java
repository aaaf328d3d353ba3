package org.betavae.train.imported;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/** Runs an imported graph once with the values of its export, to see what it gives. */
final class GraphRun {
  private GraphRun() {}

  /** Values with their shape; null for values that are not float32. */
  static final class Array {
    private final String name;
    private final long[] shape;
    private final float[] values;

    Array(String name, long[] shape, float[] values) {
      this.name = name;
      this.shape = shape;
      this.values = values;
    }

    String name() {
      return name;
    }

    long[] shape() {
      return shape;
    }

    float[] values() {
      return values;
    }

    /** Sizes without the batch. */
    List<Long> itemDims() {
      return Arrays.stream(shape).skip(1).boxed().toList();
    }

    /** Values of one item; 0 where there are none. */
    int itemSize() {
      return shape.length == 0 || shape[0] == 0 || values == null
          ? 0
          : (int) (values.length / shape[0]);
    }

    @Override
    public String toString() {
      return name + " " + (values == null ? "(not float32)" : Arrays.toString(shape));
    }
  }

  /**
   * All outputs for an input.
   *
   * @param shape of the input, the batch first
   * @throws IllegalArgumentException if TensorFlow refuses it
   */
  static List<Array> run(ImportedGraph source, long[] shape, float[] input) {
    try (Graph graph = new Graph();
        TFloat32 fed = TFloat32.tensorOf(Shape.of(shape))) {
      fed.asRawTensor().data().asFloats().write(input);
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Placeholder<TFloat32> x =
          tf.withName("probe").placeholder(TFloat32.class, Placeholder.shape(Shape.of(shape)));
      Pass pass = Pass.inference(tf.withSubScope("graph"), weights);
      Replay replay = new Replay(source, pass, Map.of(source.input(), x));
      List<Operand<?>> outputs = new ArrayList<>();
      // A sum itself may be gone: TensorFlow fuses it with the convolution and ReLU around it.
      source.graph().outputs().forEach(o -> outputs.add(tf.identity(replay.value(o.value()))));
      try (Session session = new Session(graph, ConfigProto.getDefaultInstance())) {
        initialize(session, weights);
        Session.Runner runner = session.runner().feed(x, fed);
        outputs.forEach(runner::fetch);
        try (Result result = runner.run()) {
          return read(source, result);
        }
      } catch (RuntimeException e) { // TensorFlow's exceptions have no common class
        throw new IllegalArgumentException(
            source.what()
                + " cannot be run on input "
                + Arrays.toString(shape)
                + ": "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given")
                + ". Export it with a free batch, and check the size of its input.",
            e);
      }
    }
  }

  private static void initialize(Session session, Weights weights) {
    Map<String, TFloat32> values = new HashMap<>();
    try {
      Session.Runner runner = session.runner();
      if (weights.all().isEmpty()) {
        return;
      }
      for (Weights.Weight w : weights.all()) {
        TFloat32 value = TFloat32.tensorOf(w.tensorShape());
        values.put(w.name(), value);
        value.asRawTensor().data().asFloats().write(w.initialValues(0));
        runner.feed(w.value(), value).addTarget(w.assign());
      }
      runner.run().close();
    } finally {
      values.values().forEach(TFloat32::close);
    }
  }

  private static List<Array> read(ImportedGraph source, Result result) {
    List<Array> arrays = new ArrayList<>();
    for (int i = 0; i < source.graph().outputs().size(); i++) {
      Tensor tensor = result.get(i);
      float[] values = null;
      if (tensor instanceof TFloat32 floats) {
        values = new float[Math.toIntExact(floats.size())];
        floats.asRawTensor().data().asFloats().read(values);
      }
      String name = source.graph().outputs().get(i).spec().name();
      arrays.add(new Array(name, tensor.shape().asArray(), values));
    }
    return arrays;
  }
}
