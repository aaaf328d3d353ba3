package org.betavae.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;

/**
 * Runs a TensorFlow SavedModel with float32 inputs and outputs, to compare a converted model with
 * it. Safe for many threads; {@code close()} may be called twice and must not overlap with a call.
 */
public final class SavedModelRunner implements AutoCloseable {
  private final TensorFlowModel model;

  /** A float32 array with its shape; holds the arrays it is given, without a copy. */
  public static final class Array {
    private final long[] shape;
    private final float[] values;

    /**
     * Wraps both.
     *
     * @param shape dimensions
     * @param values row-major
     */
    public Array(long[] shape, float[] values) {
      this.shape = shape;
      this.values = values;
    }

    /** Dimensions. */
    public long[] shape() {
      return shape;
    }

    /** Values, row-major. */
    public float[] values() {
      return values;
    }
  }

  private SavedModelRunner(TensorFlowModel model) {
    this.model = model;
  }

  /**
   * Loads a SavedModel.
   *
   * @param signature name of the signature; {@code serving_default} is the usual one
   * @throws IllegalArgumentException if there is no SavedModel or no such signature
   */
  public static SavedModelRunner load(Path folder, String signature) {
    return new SavedModelRunner(TensorFlowModel.ofSavedModel(folder, signature));
  }

  /** Names of the inputs with their shapes, -1 where a dimension is free. */
  public Map<String, long[]> inputs() {
    return shapes(model.inputs());
  }

  /** Names of the outputs with their shapes, -1 where a dimension is free. */
  public Map<String, long[]> outputs() {
    return shapes(model.outputs());
  }

  /**
   * Runs the model.
   *
   * @param inputs one array for each of {@link #inputs()}
   * @return one array for each of {@link #outputs()}
   * @throws IllegalArgumentException if an input is missing, TensorFlow refuses it, or an output is
   *     not float32
   */
  public Map<String, Array> run(Map<String, Array> inputs) {
    Map<String, Tensor> feed = new LinkedHashMap<>();
    inputs.forEach((name, array) -> feed.put(name, Tensor.floats(array.shape(), array.values())));
    Map<String, Array> arrays = new LinkedHashMap<>();
    model
        .run(feed)
        .forEach(
            (name, tensor) -> {
              if (tensor.type() != ElementType.FLOAT32) {
                throw new IllegalArgumentException(
                    "Output " + name + " is " + tensor.type().numpyName() + ", expected float32.");
              }
              float[] values = new float[tensor.size()];
              tensor.data().asFloatBuffer().get(values);
              arrays.put(name, new Array(tensor.shape(), values));
            });
    return arrays;
  }

  @Override
  public void close() {
    model.close();
  }

  private static Map<String, long[]> shapes(List<TensorSpec> specs) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    specs.forEach(
        s -> shapes.put(s.name(), s.shape().stream().mapToLong(Long::longValue).toArray()));
    return shapes;
  }
}
