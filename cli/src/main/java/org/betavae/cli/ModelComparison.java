package org.betavae.cli;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.betavae.data.ItemShape;
import org.betavae.train.SavedModelRunner;
import org.betavae.train.SavedModelRunner.Array;

/**
 * Feeds the same inputs to a TensorFlow SavedModel and to an ONNX model and compares every output.
 * Images may be channels last in one and channels first in the other.
 */
final class ModelComparison {
  private final SavedModelRunner tensorFlow;
  private final OnnxRunner onnx;
  private final String what;

  /**
   * Checks that both have inputs and outputs of the same names.
   *
   * @param what the model compared, for messages
   */
  ModelComparison(SavedModelRunner tensorFlow, OnnxRunner onnx, String what) {
    this.tensorFlow = tensorFlow;
    this.onnx = onnx;
    this.what = what;
    requireSameNames("inputs", tensorFlow.inputs(), onnx.inputs());
    requireSameNames("outputs", tensorFlow.outputs(), onnx.outputs());
  }

  /**
   * Random inputs in TensorFlow's layout: uniform in [0,1] for images, standard normal for vectors.
   */
  Map<String, Array> randomInputs(int count, long seed) {
    Random random = new Random(seed);
    Map<String, Array> inputs = new LinkedHashMap<>();
    tensorFlow
        .inputs()
        .forEach(
            (name, dims) -> {
              long[] shape = dims.clone();
              shape[0] = count;
              if (Arrays.stream(shape).anyMatch(d -> d < 1)) {
                throw CommandException.unusable(
                    what
                        + ": input "
                        + name
                        + " has the shape "
                        + Arrays.toString(dims)
                        + ", expected one free dimension, the first. Give arrays with --inputs.");
              }
              int size = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] = shape.length > 2 ? random.nextFloat() : (float) random.nextGaussian();
              }
              inputs.put(name, new Array(shape, values));
            });
    return inputs;
  }

  /**
   * Runs both.
   *
   * @param inputs in TensorFlow's layout, or in the ONNX model's
   * @return largest absolute difference of each output; infinite where one of both is not a number
   */
  Map<String, Double> differences(Map<String, Array> inputs) {
    Map<String, Array> forTensorFlow = new LinkedHashMap<>();
    Map<String, Array> forOnnx = new LinkedHashMap<>();
    Map<String, long[]> onnxInputs = onnx.inputs();
    tensorFlow
        .inputs()
        .forEach(
            (name, dims) -> {
              Array given = inputs.get(name);
              if (given == null) {
                throw CommandException.unusable(
                    what
                        + ": no array for input "
                        + name
                        + ", got "
                        + inputs.keySet()
                        + ". Name the arrays as the inputs are named.");
              }
              forTensorFlow.put(name, fit(name, given, dims));
              forOnnx.put(name, fit(name, given, onnxInputs.get(name)));
            });
    Map<String, Array> wanted = tensorFlow.run(forTensorFlow);
    Map<String, Array> found = onnx.run(forOnnx);
    Map<String, Double> differences = new LinkedHashMap<>();
    wanted.forEach((name, w) -> differences.put(name, largest(name, w, found.get(name))));
    return differences;
  }

  private double largest(String name, Array wanted, Array found) {
    Array same = fit(name, found, wanted.shape());
    double largest = 0;
    for (int i = 0; i < same.values().length; i++) {
      double difference = Math.abs((double) wanted.values()[i] - same.values()[i]);
      boolean alike = Float.compare(wanted.values()[i], same.values()[i]) == 0;
      // The same infinity on both sides is no difference; NaN beside a number is an infinite one.
      largest =
          Math.max(
              largest,
              alike ? 0 : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
    }
    return largest;
  }

  /** The array as it is or with its channels moved, whichever has the wanted dimensions. */
  private Array fit(String name, Array array, long[] dims) {
    long[] s = array.shape();
    if (fits(s, dims)) {
      return array;
    }
    if (s.length == 4) {
      if (fits(new long[] {s[0], s[3], s[1], s[2]}, dims)) {
        ItemShape image = ItemShape.image((int) s[1], (int) s[2], (int) s[3]);
        return new Array(
            new long[] {s[0], s[3], s[1], s[2]}, Layout.toChannelsFirst(array.values(), image));
      }
      if (fits(new long[] {s[0], s[2], s[3], s[1]}, dims)) {
        ItemShape image = ItemShape.image((int) s[2], (int) s[3], (int) s[1]);
        return new Array(
            new long[] {s[0], s[2], s[3], s[1]}, Layout.toChannelsLast(array.values(), image));
      }
    }
    throw CommandException.unusable(
        what
            + ": "
            + name
            + " has the shape "
            + Arrays.toString(s)
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

  private void requireSameNames(String kind, Map<String, long[]> tf, Map<String, long[]> ort) {
    if (!tf.keySet().equals(ort.keySet())) {
      throw CommandException.unusable(
          what
              + ": the SavedModel's "
              + kind
              + " are "
              + List.copyOf(tf.keySet())
              + ", the ONNX model's "
              + List.copyOf(ort.keySet())
              + ", expected the same names. Check that both are the same model.");
    }
  }
}
