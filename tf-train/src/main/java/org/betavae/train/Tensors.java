package org.betavae.train;

import org.tensorflow.Result;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/** Plain arrays into tensors and back, as raw memory. */
final class Tensors {
  private Tensors() {}

  /** A tensor of the first values, as many as the shape holds; it is the caller's to close. */
  static TFloat32 of(Shape dims, float[] values) {
    TFloat32 tensor = TFloat32.tensorOf(dims);
    write(tensor, values, (int) tensor.size());
    return tensor;
  }

  static void write(TFloat32 tensor, float[] values, int count) {
    tensor.asRawTensor().data().asFloats().write(values, 0, count);
  }

  /** The first {@code size} values of one of a run's results. */
  static float[] read(Result result, int index, int size) {
    float[] values = new float[size];
    result.get(index).asRawTensor().data().asFloats().read(values);
    return values;
  }
}
