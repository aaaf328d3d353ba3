package org.betavae.export.toonnx;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.TensorSpec;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.tf.TfGraph;

/**
 * The inputs and outputs of the ONNX model: names, types, shapes and layouts, from TensorFlow's and
 * the options.
 */
final class Border {
  /** Names of dimensions that cannot be taken for a sum or product of others. */
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_.:/]*");

  private final TfGraph tf;
  private final ConvertOptions options;
  private final Map<String, String> inputNames = new LinkedHashMap<>();
  private final Map<String, String> outputNames = new LinkedHashMap<>();

  /** Checks that the options fit the graph. */
  Border(TfGraph tf, ConvertOptions options) {
    this.tf = tf;
    this.options = options;
    List<String> inputs = tf.inputs().stream().map(i -> i.spec().name()).toList();
    List<String> outputs = tf.outputs().stream().map(o -> o.spec().name()).toList();
    checkKnown("inputsAsNchw", "inputs", options.inputsAsNchw(), inputs);
    checkKnown("outputsAsNchw", "outputs", options.outputsAsNchw(), outputs);
    checkKnown("inputShapes", "inputs", options.inputShapes().keySet(), inputs);
    checkKnown(
        "rename",
        "inputs and outputs",
        options.rename().keySet(),
        Stream.concat(inputs.stream(), outputs.stream()).toList());
    Set<String> taken = new HashSet<>();
    inputs.forEach(name -> inputNames.put(name, take("inputs", name, renamed(name), taken)));
    for (String name : outputs) {
      // ONNX wants all names to differ, TensorFlow's signatures do not.
      boolean clash =
          taken.contains(renamed(name))
              && !options.rename().containsKey(name)
              && inputs.contains(name);
      outputNames.put(name, take("outputs", name, clash ? name + "_out" : renamed(name), taken));
    }
  }

  private static void checkKnown(
      String option, String what, Set<String> named, List<String> known) {
    for (String name : named) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            option
                + " names '"
                + name
                + "', expected one of the model's "
                + what
                + " "
                + known
                + ". Use one of these names.");
      }
    }
  }

  private String renamed(String name) {
    return options.rename().getOrDefault(name, name);
  }

  private String take(String what, String tfName, String name, Set<String> taken) {
    if (!name.isBlank() && taken.add(name)) {
      return name;
    }
    if (options.rename().containsKey(tfName)) {
      throw new IllegalArgumentException(
          "rename gives two "
              + what
              + " the name '"
              + name
              + "', expected names that differ and are not empty. Choose others.");
    }
    throw new ConversionException(
        "Cannot convert: one of the "
            + what
            + " is named '"
            + tfName
            + "', expected names that differ and are not empty. Give it another name by the option rename.");
  }

  /** Adds the graph inputs and binds them. */
  void addInputs(Emitter out) {
    boolean first = true;
    for (TfGraph.Input in : tf.inputs()) {
      TensorSpec spec = shaped(in.spec());
      String name = inputNames.get(spec.name());
      List<Dim> shape = shape(spec, name, first ? "N" : name + "_N");
      first = false;
      out.start(in.node());
      if (!options.inputsAsNchw().contains(spec.name())) {
        out.out(out.graph().addInput(name, type(spec), shape));
      } else if (shape != null && shape.size() == 4) {
        List<Dim> channelsFirst = List.of(shape.get(0), shape.get(3), shape.get(1), shape.get(2));
        OnnxValue x = out.graph().addInput(name, type(spec), channelsFirst);
        out.out(Build.transpose(out.graph(), name + "/Transpose", x, Perms.toChannelsLast(4)));
      } else {
        throw notAnImage("inputsAsNchw", spec.name(), shape);
      }
    }
  }

  /** Makes the graph outputs. */
  void addOutputs(Emitter out) {
    OnnxGraph graph = out.graph();
    for (TfGraph.Output o : tf.outputs()) {
      String name = o.spec().name();
      OnnxValue v = out.value(o.value());
      boolean flip = options.outputsAsNchw().contains(name);
      if (flip && v.rank() != 4) {
        throw notAnImage("outputsAsNchw", name, v.shape());
      }
      graph.addOutput(
          outputNames.get(name),
          flip ? Build.transpose(graph, name + "/Transpose", v, Perms.toChannelsFirst(4)) : v);
    }
  }

  private static IllegalArgumentException notAnImage(String option, String name, List<Dim> shape) {
    return new IllegalArgumentException(
        option
            + " names '"
            + name
            + "' of shape "
            + shape
            + ", expected an image [N,H,W,C]. Leave it out of the option.");
  }

  /** The input with the shape that the options give it, which must fit the model's own. */
  private TensorSpec shaped(TensorSpec spec) {
    List<Long> given = options.inputShapes().get(spec.name());
    if (given == null) {
      return spec;
    }
    List<Long> own = spec.shape();
    boolean fits = own == null || own.size() == given.size();
    for (int i = 0; fits && own != null && i < given.size(); i++) {
      fits = own.get(i) < 0 || own.get(i).equals(given.get(i));
    }
    if (!fits || given.stream().anyMatch(d -> d < -1)) {
      throw new IllegalArgumentException(
          "inputShapes gives '"
              + spec.name()
              + "' the shape "
              + given
              + ", expected one that fits the model's "
              + spec.shapeText()
              + ", -1 for a free dimension. Change only dimensions that the model leaves free.");
    }
    return new TensorSpec(spec.name(), spec.type(), given);
  }

  /**
   * The batch of the first input is N; other unknown dimensions are named after their input, as
   * nothing says that they are equal. What was an ONNX model before keeps its own names.
   */
  private List<Dim> shape(TensorSpec spec, String name, String batch) {
    if (spec.shape() == null) {
      return null;
    }
    List<String> own = tf.origin() == null ? null : tf.origin().inputs().get(spec.name());
    List<Dim> shape = new ArrayList<>();
    for (int i = 0; i < spec.shape().size(); i++) {
      long d = spec.shape().get(i);
      boolean named =
          own != null && own.size() == spec.shape().size() && PLAIN.matcher(own.get(i)).matches();
      String unknown = named ? own.get(i) : i > 0 ? name + "_dim" + i : batch;
      shape.add(d >= 0 ? Dim.of(d) : Dim.unknown(unknown));
    }
    return shape;
  }

  private static ElementType type(TensorSpec spec) {
    for (ElementType t : ElementType.values()) {
      if (t.numpyName().equals(spec.type())) {
        return t;
      }
    }
    throw new ConversionException(
        "Cannot convert: input '"
            + spec.name()
            + "' has the type "
            + spec.type()
            + ", expected one that ONNX has. Feed another tensor.");
  }
}
