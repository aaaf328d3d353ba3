package org.betavae.export;

import java.nio.ByteBuffer;
import java.util.Random;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TBool;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TFloat64;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TType;

/** Our constants as TensorFlow's tensors and back, and constants to test with. */
public final class TfTensors {
  private TfTensors() {}

  /** TensorFlow's class of an element type. */
  public static Class<? extends TType> type(ElementType type) {
    return switch (type) {
      case FLOAT32 -> TFloat32.class;
      case FLOAT64 -> TFloat64.class;
      case FLOAT16 -> TFloat16.class;
      case BFLOAT16 -> TBfloat16.class;
      case INT32 -> TInt32.class;
      case INT64 -> TInt64.class;
      case UINT8 -> TUint8.class;
      case BOOL -> TBool.class;
      default -> throw new IllegalArgumentException("no TensorFlow class for " + type);
    };
  }

  /** A tensor for the caller to close. */
  public static org.tensorflow.Tensor open(Tensor t) {
    byte[] bytes = new byte[t.data().remaining()];
    t.data().get(bytes);
    return org.tensorflow.Tensor.of(
        type(t.type()), Shape.of(t.shape()), DataBuffers.of(bytes, true, false));
  }

  /** A copy of a tensor. */
  public static Tensor copy(org.tensorflow.Tensor t) {
    byte[] bytes = new byte[Math.toIntExact(t.numBytes())];
    t.asRawTensor().data().read(bytes);
    return Tensor.of(
        ElementType.ofTf(t.dataType().getNumber()), t.shape().asArray(), ByteBuffer.wrap(bytes));
  }

  /** Standard normal numbers. */
  public static Tensor normal(long seed, long... shape) {
    Random random = new Random(seed);
    return Tensor.ofDoubles(ElementType.FLOAT32, shape, i -> random.nextGaussian());
  }

  /** Numbers between two bounds. */
  public static Tensor uniform(long seed, double low, double high, long... shape) {
    Random random = new Random(seed);
    return Tensor.ofDoubles(
        ElementType.FLOAT32, shape, i -> low + (high - low) * random.nextDouble());
  }

  /** Whole numbers from low to high, high left out. */
  public static Tensor whole(ElementType type, long seed, int low, int high, long... shape) {
    Random random = new Random(seed);
    return Tensor.ofLongs(type, shape, i -> low + random.nextInt(high - low));
  }

  /** An int32 vector, as TensorFlow likes shapes and axes. */
  public static Tensor ints(long... values) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {values.length}, i -> values[i]);
  }

  /** An int32 number. */
  public static Tensor integer(long value) {
    return Tensor.ofLongs(ElementType.INT32, new long[0], i -> value);
  }
}
