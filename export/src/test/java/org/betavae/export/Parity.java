package org.betavae.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;

/**
 * Builds a TensorFlow graph, runs it with TensorFlow, converts it, runs that with ONNX Runtime, and
 * compares.
 */
public final class Parity {
  /**
   * Both runtimes compute in float32 with sums in another order; values in these tests are around
   * 1.
   */
  private static final double TOLERANCE = 2e-5;

  /** Outputs by name. */
  public interface Net {
    /** Adds operations to a graph whose inputs are there. */
    Map<String, Output<?>> build(Builder tf);
  }

  /** Adds operations by their TensorFlow name, so that any operator can be tested. */
  public static final class Builder {
    private final Ops ops;
    private final Map<String, Output<?>> inputs = new LinkedHashMap<>();
    private int count;

    Builder(Ops ops) {
      this.ops = ops;
    }

    /** A placeholder of the test. */
    public Output<?> in(String name) {
      return inputs.get(name);
    }

    /** A constant. */
    public Output<?> constant(Tensor value) {
      try (org.tensorflow.Tensor t = TfTensors.open(value)) {
        return builder("Const")
            .setAttr("dtype", t.dataType())
            .setAttr("value", t)
            .build()
            .output(0);
      }
    }

    private OperationBuilder builder(String op) {
      return ops.scope().opBuilder(op, op + "_" + count++);
    }

    /** An operation with one output; arguments are outputs, lists of outputs, or constants. */
    public Output<?> op(String op, Map<String, ?> attributes, Object... arguments) {
      return operation(op, attributes, arguments).output(0);
    }

    /** An operation without attributes. */
    public Output<?> op(String op, Object... arguments) {
      return op(op, Map.of(), arguments);
    }

    /** An operation with several outputs. */
    public Operation operation(String op, Map<String, ?> attributes, Object... arguments) {
      List<Object> resolved = new ArrayList<>();
      for (Object a : arguments) {
        resolved.add(a instanceof Tensor t ? constant(t) : a instanceof List<?> l ? list(l) : a);
      }
      OperationBuilder b = builder(op);
      for (Object a : resolved) {
        if (a instanceof Output<?>[] many) {
          b.addInputList(many);
        } else {
          b.addInput((Output<?>) a);
        }
      }
      attributes.forEach((name, value) -> set(b, name, value));
      return b.build();
    }

    private Output<?>[] list(List<?> all) {
      return all.stream()
          .map(a -> a instanceof Tensor t ? constant(t) : (Output<?>) a)
          .toArray(Output<?>[]::new);
    }

    private static void set(OperationBuilder b, String name, Object value) {
      if (value instanceof Long l) {
        b.setAttr(name, l);
      } else if (value instanceof Integer i) {
        b.setAttr(name, (long) i);
      } else if (value instanceof Float f) {
        b.setAttr(name, f);
      } else if (value instanceof Boolean flag) {
        b.setAttr(name, flag);
      } else if (value instanceof String s) {
        b.setAttr(name, s);
      } else if (value instanceof long[] l) {
        b.setAttr(name, l);
      } else if (value instanceof float[] f) {
        b.setAttr(name, f);
      } else if (value instanceof Shape s) {
        b.setAttr(name, s);
      } else if (value instanceof DataType t) {
        b.setAttr(name, t);
      } else {
        throw new IllegalArgumentException("attribute " + name + " is a " + value.getClass());
      }
    }
  }

  private record Input(Tensor sample, Shape shape) {}

  private final Map<String, Input> inputs = new LinkedHashMap<>();
  private ConvertOptions options = ConvertOptions.defaults();
  private double tolerance = TOLERANCE;

  private Parity() {}

  /** A comparison on one input. */
  public static Parity on(String name, Tensor sample, long... shape) {
    return new Parity().and(name, sample, shape);
  }

  /**
   * A further input; its declared shape may have -1 for free dimensions, and is the sample's when
   * left out.
   */
  public Parity and(String name, Tensor sample, long... shape) {
    inputs.put(name, new Input(sample, Shape.of(shape.length == 0 ? sample.shape() : shape)));
    return this;
  }

  /** Converts with other options. */
  public Parity with(ConvertOptions value) {
    options = value;
    return this;
  }

  /** Another bound on the difference; the caller says why. */
  public Parity within(double value) {
    tolerance = value;
    return this;
  }

  /** Compares at operator sets 13, 17 and 21 and gives the model of 17. */
  public OnnxModel check(Net net) {
    return check(net, 13, 21, 17);
  }

  /** Compares at some operator sets and gives the model of the last. */
  public OnnxModel check(Net net, int... opsets) {
    Map<String, Tensor> wanted = new LinkedHashMap<>();
    TfModel tfModel = build(net, wanted);
    OnnxModel model = null;
    for (int opset : opsets) {
      model = TfToOnnx.convert(tfModel, options.withOpset(opset));
      compare(model, wanted);
    }
    return model;
  }

  private void compare(OnnxModel model, Map<String, Tensor> wanted) {
    Map<String, Tensor> feeds = new HashMap<>();
    inputs.forEach((name, in) -> feeds.put(name, in.sample()));
    options
        .inputsAsNchw()
        .forEach(name -> feeds.computeIfPresent(name, (k, t) -> t.transpose(0, 3, 1, 2)));
    Map<String, Tensor> got = Ort.run(model, feeds);
    wanted.forEach(
        (name, w) ->
            compare(
                name,
                options.outputsAsNchw().contains(name) ? w.transpose(0, 3, 1, 2) : w,
                got.get(name)));
    model.outputs().forEach(o -> checkShape(o, got.get(o.name())));
  }

  /** The declared shape of an output must fit what came out. */
  private static void checkShape(TensorSpec spec, Tensor got) {
    assertEquals(spec.type(), got.type().numpyName(), spec.name());
    assertEquals(spec.shape().size(), got.rank(), spec.name());
    for (int i = 0; i < got.rank(); i++) {
      long declared = spec.shape().get(i);
      assertTrue(declared < 0 || declared == got.dim(i), () -> spec + " but got " + got);
    }
  }

  private void compare(String name, Tensor wanted, Tensor got) {
    assertEquals(wanted.type(), got.type(), name);
    assertArrayEquals(
        wanted.shape(), got.shape(), () -> name + " is " + got + ", expected " + wanted);
    for (int i = 0; i < wanted.size(); i++) {
      double w = wanted.doubleAt(i);
      double g = got.doubleAt(i);
      boolean same =
          w == g
              || (Double.isNaN(w) && Double.isNaN(g))
              || Math.abs(w - g) <= tolerance * Math.max(1, Math.abs(w));
      int at = i;
      assertTrue(same, () -> name + "[" + at + "] is " + g + ", expected " + w);
    }
  }

  /** The model alone, for tests of errors. */
  public TfModel model(Net net) {
    return build(net, new LinkedHashMap<>());
  }

  private TfModel build(Net net, Map<String, Tensor> results) {
    try (Graph graph = new Graph()) {
      Builder builder = new Builder(Ops.create(graph));
      inputs.forEach((name, in) -> builder.inputs.put(name, placeholder(builder.ops, name, in)));
      Map<String, Output<?>> outputs = net.build(builder);
      run(graph, builder, outputs, results);
      Path file = Files.createTempFile("graph", ".pb");
      try {
        Files.write(file, graph.toGraphDef().toByteArray());
        List<String> fetches = new ArrayList<>();
        outputs.forEach((name, o) -> fetches.add(name + "=" + o.op().name() + ":" + o.index()));
        return TfModel.ofGraphDef(file, List.copyOf(inputs.keySet()), fetches);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Output<?> placeholder(Ops ops, String name, Input in) {
    return ops.scope()
        .opBuilder("Placeholder", name)
        .setAttr("dtype", DataType.forNumber(in.sample().type().tfNumber()))
        .setAttr("shape", in.shape())
        .build()
        .output(0);
  }

  private void run(
      Graph graph, Builder builder, Map<String, Output<?>> outputs, Map<String, Tensor> results) {
    List<org.tensorflow.Tensor> open = new ArrayList<>();
    try (Session session = new Session(graph)) {
      Session.Runner runner = session.runner();
      inputs.forEach(
          (name, in) -> {
            org.tensorflow.Tensor t = TfTensors.open(in.sample());
            open.add(t);
            runner.feed(builder.in(name), t);
          });
      List<Output<?>> fetched =
          outputs.values().stream().<Output<?>>map(o -> o).distinct().toList();
      fetched.forEach(runner::fetch);
      try (Result result = runner.run()) {
        outputs.forEach(
            (name, o) -> results.put(name, TfTensors.copy(result.get(fetched.indexOf(o)))));
      }
    } finally {
      open.forEach(org.tensorflow.Tensor::close);
    }
  }

  /** Counts of operators for comparison, as name, number, name, number. */
  public static Map<String, Integer> operators(Object... pairs) {
    Map<String, Integer> out = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      out.put((String) pairs[i], (Integer) pairs[i + 1]);
    }
    return out;
  }
}
