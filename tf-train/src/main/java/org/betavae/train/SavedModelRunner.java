package org.betavae.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * Runs a TensorFlow SavedModel with float32 inputs and outputs, to compare a converted model with
 * it. Safe for many threads; {@code close()} may be called twice and must not overlap with a call.
 */
public final class SavedModelRunner implements AutoCloseable {
  private final Path folder;
  private final SavedModelBundle bundle;
  private final Signature signature;
  private boolean closed;

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

  private SavedModelRunner(Path folder, SavedModelBundle bundle, Signature signature) {
    this.folder = folder;
    this.bundle = bundle;
    this.signature = signature;
  }

  /**
   * Loads a SavedModel.
   *
   * @param signature name of the signature; {@code serving_default} is the usual one
   * @throws IllegalArgumentException if there is no SavedModel or no such signature
   */
  public static SavedModelRunner load(Path folder, String signature) {
    if (!Files.isRegularFile(folder.resolve("saved_model.pb"))) {
      throw new IllegalArgumentException(
          folder + " holds no SavedModel: saved_model.pb is missing. Name the folder it lies in.");
    }
    SavedModelBundle bundle;
    try {
      bundle = SavedModelBundle.load(folder.toString(), SavedModelBundle.DEFAULT_TAG);
    } catch (TensorFlowException e) {
      throw new IllegalArgumentException(
          "TensorFlow cannot load " + folder + ": " + firstLine(e) + ". Write the model again.", e);
    }
    try {
      for (Signature s : bundle.signatures()) {
        if (s.key().equals(signature)) {
          return new SavedModelRunner(folder, bundle, s);
        }
      }
      throw new IllegalArgumentException(
          folder
              + " has no signature "
              + signature
              + ", expected one of "
              + bundle.signatures().stream().map(Signature::key).sorted().toList()
              + ".");
    } catch (RuntimeException | Error e) {
      bundle.close();
      throw e;
    }
  }

  /** Names of the inputs with their shapes, -1 where a dimension is free. */
  public Map<String, long[]> inputs() {
    return shapes(signature.getInputs());
  }

  /** Names of the outputs with their shapes, -1 where a dimension is free. */
  public Map<String, long[]> outputs() {
    return shapes(signature.getOutputs());
  }

  /**
   * Runs the model.
   *
   * @param inputs one array for each of {@link #inputs()}
   * @return one array for each of {@link #outputs()}
   * @throws IllegalArgumentException if an input is missing or TensorFlow refuses it
   */
  public Map<String, Array> run(Map<String, Array> inputs) {
    List<Tensor> opened = new ArrayList<>();
    try {
      Map<String, Tensor> feed = new HashMap<>();
      for (String name : signature.inputNames()) {
        Array array = inputs.get(name);
        if (array == null) {
          throw new IllegalArgumentException(
              "Input " + name + " of " + folder + " is missing, got " + inputs.keySet() + ".");
        }
        TFloat32 tensor = TFloat32.tensorOf(Shape.of(array.shape()));
        opened.add(tensor);
        tensor.asRawTensor().data().asFloats().write(array.values());
        feed.put(name, tensor);
      }
      try (Result result = bundle.session().run(signature, feed)) {
        return arrays(result);
      }
    } catch (TensorFlowException e) {
      throw new IllegalArgumentException(
          "TensorFlow cannot run " + folder + ": " + firstLine(e) + ".", e);
    } finally {
      opened.forEach(Tensor::close);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      bundle.close();
    }
  }

  private Map<String, Array> arrays(Result result) {
    Map<String, Array> arrays = new LinkedHashMap<>();
    for (String name : signature.outputNames()) {
      Tensor tensor = result.get(name).orElseThrow();
      if (!(tensor instanceof TFloat32)) {
        throw new IllegalArgumentException(
            "Output "
                + name
                + " of "
                + folder
                + " is "
                + tensor.dataType()
                + ", expected float32.");
      }
      float[] values = new float[Math.toIntExact(tensor.shape().size())];
      tensor.asRawTensor().data().asFloats().read(values);
      arrays.put(name, new Array(tensor.shape().asArray(), values));
    }
    return arrays;
  }

  private static Map<String, long[]> shapes(Map<String, Signature.TensorDescription> tensors) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, description) -> shapes.put(name, description.shape.asArray()));
    return shapes;
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
  }
}
