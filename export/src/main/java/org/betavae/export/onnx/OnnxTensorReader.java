package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** The constants of a model whose lengths have been checked. */
public final class OnnxTensorReader {
  private OnnxTensorReader() {}

  /**
   * The elements of a tensor message; those in raw form are shared, not copied.
   *
   * @return null for a type that {@link ElementType} does not have, and for texts
   */
  public static Tensor read(TensorProto t) {
    ElementType type = ElementType.ofOnnx(t.getDataType());
    if (type == null || type.bytes() == 0) {
      return null;
    }
    long[] shape = t.getDimsList().stream().mapToLong(Long::longValue).toArray();
    if (type.isHalfByte()) {
      return halfBytes(t, type, shape);
    }
    if (t.hasRawData()) {
      return Tensor.of(
          type, shape, t.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN));
    }
    return switch (type) {
      case FLOAT32 -> Tensor.ofDoubles(type, shape, t::getFloatData);
      case FLOAT64 -> Tensor.ofDoubles(type, shape, t::getDoubleData);
      case INT64 -> Tensor.ofLongs(type, shape, t::getInt64Data);
      case UINT32, UINT64 -> Tensor.ofLongs(type, shape, t::getUint64Data);
      case FLOAT16, BFLOAT16 ->
          Tensor.of(type, shape, Tensor.ofLongs(ElementType.INT16, shape, t::getInt32Data).data());
      case COMPLEX64, COMPLEX128 -> complex(t, type, shape);
      default -> Tensor.ofLongs(type, shape, t::getInt32Data);
    };
  }

  /** Two elements in a byte, the first in its lower half. */
  private static Tensor halfBytes(TensorProto t, ElementType type, long[] shape) {
    return Tensor.ofLongs(
        type,
        shape,
        i -> {
          int pair = t.hasRawData() ? t.getRawData().byteAt(i / 2) : t.getInt32Data(i / 2);
          int bits = i % 2 == 0 ? pair & 0xf : pair >> 4 & 0xf;
          return type == ElementType.INT4 && bits > 7 ? bits - 16 : bits;
        });
  }

  private static Tensor complex(TensorProto t, ElementType type, long[] shape) {
    int numbers = type == ElementType.COMPLEX64 ? t.getFloatDataCount() : t.getDoubleDataCount();
    ByteBuffer data =
        ByteBuffer.allocate(numbers * type.bytes() / 2).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < numbers; i++) {
      if (type == ElementType.COMPLEX64) {
        data.putFloat(t.getFloatData(i));
      } else {
        data.putDouble(t.getDoubleData(i));
      }
    }
    return Tensor.of(type, shape, data.flip());
  }
}
