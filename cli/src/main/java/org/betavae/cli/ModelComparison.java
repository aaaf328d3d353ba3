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
   * How far one output is from what TensorFlow gives.
   *
   * @param scaled largest |a - b| / max(1, |a|), where a is TensorFlow's: absolute for values up to
   *     1, relative above, since float32 has seven digits wherever the point is
   * @param absolute largest |a - b|
   * @param largestValue largest |a|
   */
  record Difference(double scaled, double absolute, double largestValue) {
    /**
     * Compares two arrays of one length.
     *
     * @param w TensorFlow's values
     * @param f the other's
     * @return infinite where only one of both is not a number
     */
    static Difference of(float[] w, float[] f) {
      double scaled = 0;
      double absolute = 0;
      double largestValue = 0;
      for (int i = 0; i < w.length; i++) {
        // The same infinity on both sides is no difference; NaN beside a number is an infinite one.
        double d = Float.compare(w[i], f[i]) == 0 ? 0 : Math.abs((double) w[i] - f[i]);
        d = Double.isNaN(d) ? Double.POSITIVE_INFINITY : d;
        double size = Math.abs(w[i]);
        absolute = Math.max(absolute, d);
        scaled = Math.max(scaled, size > 1 && d < Double.POSITIVE_INFINITY ? d / size : d);
        largestValue = Math.max(largestValue, Double.isNaN(size) ? 0 : size);
      }
      return new Difference(scaled, absolute, largestValue);
    }

    /** The larger of each. */
    Difference max(Difference other) {
      return new Difference(
          Math.max(scaled, other.scaled),
          Math.max(absolute, other.absolute),
          Math.max(largestValue, other.largestValue));
    }
  }

  /**
   * Runs both.
   *
   * @param inputs in TensorFlow's layout, or in the ONNX model's
   * @return the difference of each output; infinite where one of both is not a number
   */
  Map<String, Difference> differences(Map<String, Array> inputs) {
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
    Map<String, Difference> differences = new LinkedHashMap<>();
    wanted.forEach((name, w) -> differences.put(name, difference(name, w, found.get(name))));
    return differences;
  }

  private Difference difference(String name, Array wanted, Array found) {
    float[] w = wanted.values();
    float[] f = fit(name, found, wanted.shape()).values();
    return Difference.of(w, f);
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
