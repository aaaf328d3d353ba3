package org.betavae.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.train.TensorFlowModel;

/**
 * Feeds the same inputs to a TensorFlow model and to an ONNX model and compares every output.
 * Images may be channels last in one and channels first in the other.
 */
final class ModelComparison {
  private final TensorFlowModel tensorFlow;
  private final OnnxRunner onnx;
  private final String what;

  /**
   * Checks that both have inputs and outputs of the same names.
   *
   * @param what the model compared, for messages
   */
  ModelComparison(TensorFlowModel tensorFlow, OnnxRunner onnx, String what) {
    this.tensorFlow = tensorFlow;
    this.onnx = onnx;
    this.what = what;
    requireSameNames("inputs", tensorFlow.inputs(), onnx.inputs());
    requireSameNames("outputs", tensorFlow.outputs(), onnx.outputs());
  }

  /**
   * Made-up inputs in TensorFlow's layout, of sizes that both models take.
   *
   * @param declared the ONNX model's inputs, which tell an unknown number of dimensions from none
   *     and may fix dimensions that TensorFlow's leave free
   */
  Map<String, Tensor> randomInputs(List<TensorSpec> declared, int count, long seed) {
    List<TensorSpec> inputs =
        tensorFlow.inputs().stream()
            .map(i -> declared.contains(new TensorSpec(i.name(), i.type(), null)) ? unknown(i) : i)
            .map(i -> ofBoth(i, byName(declared).get(i.name())))
            .toList();
    return RandomInputs.of(inputs, count, seed)
        .orElseThrow(
            () -> {
              TensorSpec input =
                  inputs.stream()
                      .filter(i -> RandomInputs.type(i) == null || !RandomInputs.isMade(i))
                      .findFirst()
                      .orElseThrow();
              return CommandException.unusable(
                  what
                      + ": input "
                      + input.name()
                      + " is "
                      + input.type()
                      + input.shapeText()
                      + ", expected numbers of a known number of dimensions. Give arrays with"
                      + " --inputs.");
            });
  }

  /** The input with the dimensions that the ONNX model fixes, in TensorFlow's order. */
  private static TensorSpec ofBoth(TensorSpec input, TensorSpec other) {
    if (other == null || input.shape() == null || other.shape() == null) {
      return input;
    }
    List<Long> shape = other.shape();
    List<List<Long>> orders = new ArrayList<>(List.of(shape));
    if (shape.size() == 4) {
      orders.add(List.of(shape.get(0), shape.get(2), shape.get(3), shape.get(1)));
      orders.add(List.of(shape.get(0), shape.get(3), shape.get(1), shape.get(2)));
    }
    for (List<Long> order : orders) {
      if (agree(input.shape(), order)) {
        List<Long> both = new ArrayList<>(input.shape());
        for (int i = 0; i < both.size(); i++) {
          both.set(i, Math.max(both.get(i), order.get(i)));
        }
        return new TensorSpec(input.name(), input.type(), both);
      }
    }
    return input;
  }

  private static boolean agree(List<Long> a, List<Long> b) {
    boolean agree = a.size() == b.size();
    for (int i = 0; agree && i < a.size(); i++) {
      agree = a.get(i) < 0 || b.get(i) < 0 || a.get(i).equals(b.get(i));
    }
    return agree;
  }

  private static TensorSpec unknown(TensorSpec input) {
    return new TensorSpec(input.name(), input.type(), null);
  }

  /**
   * Runs both.
   *
   * @param inputs in TensorFlow's layout, or in the ONNX model's
   * @return the difference of each output
   * @throws CommandException if an output holds NaN, or the models' outputs do not fit
   */
  Map<String, Difference> differences(Map<String, Tensor> inputs) {
    Map<String, Tensor> forTensorFlow = new LinkedHashMap<>();
    Map<String, Tensor> forOnnx = new LinkedHashMap<>();
    Map<String, TensorSpec> onnxInputs = byName(onnx.inputs());
    for (TensorSpec input : tensorFlow.inputs()) {
      String name = input.name();
      Tensor given = inputs.get(name);
      if (given == null) {
        throw CommandException.unusable(
            what
                + ": no array for input "
                + name
                + ", got "
                + inputs.keySet()
                + ". Name the arrays as the inputs are named.");
      }
      forTensorFlow.put(name, fit(name, given, dims(input)));
      if (onnxInputs.containsKey(name)) { // an input that no output needs may be left out
        forOnnx.put(name, fit(name, given, dims(onnxInputs.get(name))));
      }
    }
    Map<String, Tensor> wanted = tensorFlow.run(forTensorFlow);
    Map<String, Tensor> found = onnx.run(forOnnx);
    Map<String, Tensor> fitted = new LinkedHashMap<>();
    wanted.forEach(
        (name, w) -> {
          fitted.put(name, result(name, w, found.get(name)));
          NanCheck.require(what, name, w, fitted.get(name));
        });
    return Difference.ofAll(wanted, fitted);
  }

  private Tensor result(String name, Tensor wanted, Tensor found) {
    if (wanted.type() != found.type()) {
      throw CommandException.unusable(
          what
              + ": output "
              + name
              + " is "
              + found.type().numpyName()
              + ", expected TensorFlow's "
              + wanted.type().numpyName()
              + ". Check that both models are the same one.");
    }
    return fit(name, found, wanted.shape());
  }

  private static Map<String, TensorSpec> byName(List<TensorSpec> specs) {
    Map<String, TensorSpec> byName = new LinkedHashMap<>();
    specs.forEach(s -> byName.put(s.name(), s));
    return byName;
  }

  /** The dimensions; null when not even their number is known. */
  private static long[] dims(TensorSpec spec) {
    return spec.shape() == null ? null : spec.shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** The tensor as it is or with its channels moved, whichever has the wanted dimensions. */
  private Tensor fit(String name, Tensor tensor, long[] dims) {
    // Both runtimes describe an unknown number of dimensions as none.
    if (dims == null || dims.length == 0 || fits(tensor.shape(), dims)) {
      return tensor;
    }
    if (tensor.rank() == 4) {
      for (int[] order : new int[][] {{0, 3, 1, 2}, {0, 2, 3, 1}}) {
        Tensor moved = tensor.transpose(order);
        if (fits(moved.shape(), dims)) {
          return moved;
        }
      }
    }
    throw CommandException.unusable(
        what
            + ": "
            + name
            + " has the shape "
            + Arrays.toString(tensor.shape())
            + ", expected "
            + Arrays.toString(dims)
            + ", -1 for any size. Check that both models are the same one.");
  }

  private static boolean fits(long[] shape, long[] dims) {
    boolean fits = shape.length == dims.length;
    for (int i = 0; fits && i < dims.length; i++) {
      fits = dims[i] < 0 || dims[i] == shape[i];
    }
    return fits;
  }

  private void requireSameNames(String kind, List<TensorSpec> tf, List<TensorSpec> ort) {
    TreeSet<String> left = new TreeSet<>(byName(tf).keySet());
    TreeSet<String> right = new TreeSet<>(byName(ort).keySet());
    if (!left.equals(right)) {
      throw CommandException.unusable(
          what
              + ": the TensorFlow model's "
              + kind
              + " are "
              + left
              + ", the ONNX model's "
              + right
              + ", expected the same names. Check that both are the same model.");
    }
  }
}
