package org.betavae.export.tf;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** TensorFlow's tensor messages. */
final class TfTensors {
  /** Largest tensor that a single repeated value may stand for, in bytes. */
  private static final long LARGEST_FILL = 1L << 28;

  private TfTensors() {}

  /**
   * The constant in a message.
   *
   * @param what where it stands, for messages
   */
  static Tensor read(TensorProto p, String what) {
    ElementType type = ElementType.ofTf(p.getDtypeValue());
    if (type == null || type.bytes() == 0) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": a constant of type "
              + p.getDtype()
              + ", expected a numeric type. Texts and resources have no counterpart in ONNX; take them out of the graph.");
    }
    long[] shape = shape(p.getTensorShape(), what);
    long bytes = bytes(shape, type, what);
    ByteString content = p.getTensorContent();
    if (!content.isEmpty()) {
      if (content.size() != bytes) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": a constant of "
                + content.size()
                + " bytes, expected "
                + bytes
                + " for "
                + type.numpyName()
                + Arrays.toString(shape)
                + ". The file is damaged; save the model again.");
      }
      return Tensor.of(type, shape, content.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
    return fromValues(p, type, shape, bytes, what);
  }

  /** TensorFlow leaves out the repetitions of the last value. */
  private static Tensor fromValues(
      TensorProto p, ElementType type, long[] shape, long bytes, String what) {
    int given = count(p, type);
    long size = type.bytes() == 0 ? 0 : bytes / type.bytes();
    if (given > size || (bytes > LARGEST_FILL && given < size)) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": a constant with "
              + given
              + " values for "
              + size
              + " elements of "
              + type.numpyName()
              + Arrays.toString(shape)
              + ", expected no more values than elements and at most "
              + LARGEST_FILL
              + " bytes filled. The file is damaged; save the model again.");
    }
    if (given == 0) {
      return Tensor.of(type, shape, ByteBuffer.allocate((int) bytes));
    }
    if (type == ElementType.FLOAT32) {
      return Tensor.ofDoubles(type, shape, i -> p.getFloatVal(Math.min(i, given - 1)));
    }
    if (type == ElementType.FLOAT64) {
      return Tensor.ofDoubles(type, shape, i -> p.getDoubleVal(Math.min(i, given - 1)));
    }
    return ofLongs(p, type, shape, given);
  }

  private static Tensor ofLongs(TensorProto p, ElementType type, long[] shape, int given) {
    ElementType bits =
        type == ElementType.FLOAT16 || type == ElementType.BFLOAT16 ? ElementType.INT16 : type;
    Tensor raw =
        Tensor.ofLongs(
            bits,
            shape,
            i -> {
              int at = Math.min(i, given - 1);
              return switch (type) {
                case FLOAT16, BFLOAT16 -> p.getHalfVal(at);
                case INT64 -> p.getInt64Val(at);
                case UINT64 -> p.getUint64Val(at);
                case UINT32 -> p.getUint32Val(at);
                case BOOL -> p.getBoolVal(at) ? 1 : 0;
                default -> p.getIntVal(at);
              };
            });
    return Tensor.of(type, shape, raw.data());
  }

  private static int count(TensorProto p, ElementType type) {
    return switch (type) {
      case FLOAT32 -> p.getFloatValCount();
      case FLOAT64 -> p.getDoubleValCount();
      case FLOAT16, BFLOAT16 -> p.getHalfValCount();
      case INT64 -> p.getInt64ValCount();
      case UINT64 -> p.getUint64ValCount();
      case UINT32 -> p.getUint32ValCount();
      case BOOL -> p.getBoolValCount();
      case COMPLEX64, COMPLEX128, STRING -> 0;
      default -> p.getIntValCount();
    };
  }

  /** The texts of a constant. */
  static List<String> texts(TensorProto p) {
    return p.getStringValList().stream().map(ByteString::toStringUtf8).toList();
  }

  /** Bytes that a tensor takes; fails when an array cannot hold them. */
  static long bytes(long[] shape, ElementType type, String what) {
    try {
      long n = type.bytes();
      for (long d : shape) {
        if (d < 0) {
          throw new ArithmeticException("negative dimension");
        }
        n = Math.multiplyExact(n, d);
      }
      if (n > Integer.MAX_VALUE - 8L) {
        throw new ArithmeticException("over 2 GB");
      }
      return n;
    } catch (ArithmeticException e) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": its shape is "
              + Arrays.toString(shape)
              + " of "
              + type.numpyName()
              + ", expected known dimensions and less than 2 GB. The file is damaged, or the variable too large.",
          e);
    }
  }

  private static long[] shape(TensorShapeProto p, String what) {
    if (p.getUnknownRank()) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": a constant without a shape, expected one. The file is damaged; save the model again.");
    }
    return p.getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray();
  }
}
