package org.betavae.export.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.UnsafeByteOperations;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** ONNX's tensor messages. */
final class OnnxTensors {
  private OnnxTensors() {}

  /** A constant as an initializer; its bytes are shared, not copied. */
  static TensorProto write(String name, Tensor tensor) {
    TensorProto.Builder out =
        TensorProto.newBuilder().setName(name).setDataType(tensor.type().onnxNumber());
    for (long d : tensor.shape()) {
      out.addDims(d);
    }
    if (tensor.type().isHalfByte()) {
      throw new ConversionException(
          "Cannot convert: constant '"
              + name
              + "' is of "
              + tensor.type().numpyName()
              + ", expected a type that is computed with. Cast it in TensorFlow.");
    }
    return out.setRawData(UnsafeByteOperations.unsafeWrap(tensor.data())).build();
  }

  /** Bytes that elements of a type take in a file. */
  static long rawBytes(ElementType type, long elements) {
    return type.isHalfByte() ? (elements + 1) / 2 : Math.multiplyExact(elements, type.bytes());
  }

  /** Number of elements that the shape promises. */
  static long elements(TensorProto t, String what) {
    long n = 1;
    for (long d : t.getDimsList()) {
      if (d < 0) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": tensor '"
                + t.getName()
                + "' has the dimension "
                + d
                + ", expected 0 or more. The model is damaged; export it again.");
      }
      try {
        n = Math.multiplyExact(n, d);
      } catch (ArithmeticException e) {
        throw new ConversionException(
            "Cannot read "
                + what
                + ": tensor '"
                + t.getName()
                + "' has the shape "
                + t.getDimsList()
                + ", more than 2^63 elements. The model is damaged; export it again.",
            e);
      }
    }
    return n;
  }

  /** Fails unless the data fits the shape. */
  static void checkLength(TensorProto t, String what) {
    long wanted = elements(t, what);
    ElementType type = ElementType.ofOnnx(t.getDataType());
    if (t.hasRawData()) {
      if (type == null || type.bytes() == 0) {
        return;
      }
      long bytes = rawBytes(type, wanted);
      if (t.getRawData().size() != bytes) {
        throw wrongLength(t, what, t.getRawData().size() + " bytes", bytes + " bytes");
      }
      return;
    }
    if (type == null || t.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      return;
    }
    long got =
        switch (type) {
          case FLOAT32 -> t.getFloatDataCount();
          case COMPLEX64 -> t.getFloatDataCount() / 2;
          case FLOAT64 -> t.getDoubleDataCount();
          case COMPLEX128 -> t.getDoubleDataCount() / 2;
          case INT64 -> t.getInt64DataCount();
          case UINT32, UINT64 -> t.getUint64DataCount();
          case STRING -> t.getStringDataCount();
          case INT4, UINT4 ->
              t.getInt32DataCount() == (wanted + 1) / 2 ? wanted : t.getInt32DataCount();
          default -> t.getInt32DataCount();
        };
    if (got != wanted) {
      throw wrongLength(t, what, got + " values", wanted + " values");
    }
  }

  /** The elements of an int32 or int64 tensor that {@link #checkLength} let pass; else null. */
  static Tensor wholeNumbers(TensorProto t) {
    ElementType type = ElementType.ofOnnx(t.getDataType());
    if (type != ElementType.INT64 && type != ElementType.INT32) {
      return null;
    }
    long[] shape = t.getDimsList().stream().mapToLong(Long::longValue).toArray();
    if (t.hasRawData()) {
      return Tensor.of(type, shape, t.getRawData().asReadOnlyByteBuffer());
    }
    return Tensor.ofLongs(
        type, shape, i -> type == ElementType.INT64 ? t.getInt64Data(i) : t.getInt32Data(i));
  }

  private static ConversionException wrongLength(
      TensorProto t, String what, String got, String wanted) {
    return new ConversionException(
        "Cannot read "
            + what
            + ": tensor '"
            + t.getName()
            + "' has "
            + got
            + ", expected "
            + wanted
            + " for its shape "
            + t.getDimsList()
            + ". The model is damaged; export it again.");
  }
}
