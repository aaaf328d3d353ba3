package org.betavae.export;

import ai.onnx.proto.OnnxMl;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.betavae.export.onnx.OnnxTensorReader;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A tensor of any type that TensorFlow and ONNX share, texts too, in TensorFlow's terms.
 *
 * @param type element type
 * @param shape dimensions
 * @param data the numbers, little-endian; empty for texts
 * @param texts the texts; empty for numbers
 */
record Value(DataType type, List<Long> shape, ByteString data, List<ByteString> texts) {

  /** A tensor of numbers. */
  static Value of(Tensor t) {
    return new Value(
        DataType.forNumber(t.type().tfNumber()),
        Arrays.stream(t.shape()).boxed().toList(),
        ByteString.copyFrom(t.data()),
        List.of());
  }

  /** A vector of texts. */
  static Value texts(String... all) {
    List<ByteString> texts = Arrays.stream(all).map(ByteString::copyFromUtf8).toList();
    return new Value(DataType.DT_STRING, List.of((long) all.length), ByteString.EMPTY, texts);
  }

  /**
   * An ONNX tensor.
   *
   * @return null if TensorFlow has no such type
   */
  static Value of(OnnxMl.TensorProto t) {
    ElementType type = ElementType.ofOnnx(t.getDataType());
    if (type == null) {
      return null;
    }
    DataType tf = DataType.forNumber(type.tfNumber());
    List<Long> shape = t.getDimsList();
    if (type == ElementType.STRING) {
      return new Value(tf, shape, ByteString.EMPTY, t.getStringDataList());
    }
    if (type.isHalfByte()) {
      return of(OnnxTensorReader.read(t));
    }
    if (t.hasRawData()) {
      return new Value(tf, shape, t.getRawData(), List.of());
    }
    long size = shape.stream().reduce(1L, (a, b) -> a * b);
    ByteBuffer out =
        ByteBuffer.allocate(Math.toIntExact(size * type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    t.getFloatDataList().forEach(out::putFloat);
    t.getDoubleDataList().forEach(out::putDouble);
    t.getInt64DataList().forEach(out::putLong);
    t.getUint64DataList().forEach(v -> put(out, type.bytes(), v));
    t.getInt32DataList().forEach(v -> put(out, type.bytes(), v));
    return new Value(tf, shape, ByteString.copyFrom(out.flip()), List.of());
  }

  private static void put(ByteBuffer out, int bytes, long v) {
    switch (bytes) {
      case 1 -> out.put((byte) v);
      case 2 -> out.putShort((short) v);
      case 4 -> out.putInt((int) v);
      default -> out.putLong(v);
    }
  }

  /** The message of a constant. */
  TensorProto proto() {
    TensorProto.Builder out = TensorProto.newBuilder().setDtype(type);
    TensorShapeProto.Builder dims = out.getTensorShapeBuilder();
    shape.forEach(d -> dims.addDim(TensorShapeProto.Dim.newBuilder().setSize(d)));
    return texts.isEmpty()
        ? out.setTensorContent(data).build()
        : out.addAllStringVal(texts).build();
  }

  /** The numbers; those of small types as float32. */
  Tensor tensor() {
    ElementType element = ElementType.ofTf(type.getNumber());
    if (element.isStoredOnly()) {
      return Tensor.ofDoubles(
          ElementType.FLOAT32,
          shape.stream().mapToLong(Long::longValue).toArray(),
          i -> SmallTypes.decode(element, data.byteAt(i) & 0xff));
    }
    return Tensor.of(
        ElementType.ofTf(type.getNumber()),
        shape.stream().mapToLong(Long::longValue).toArray(),
        data.asReadOnlyByteBuffer());
  }

  /**
   * How this differs from what was expected: type and shape first, then the values.
   *
   * @return empty if it does not
   */
  String difference(Value wanted, double rtol, double atol) {
    if (type != wanted.type || !shape.equals(wanted.shape)) {
      return "is " + type + shape + ", expected " + wanted.type + wanted.shape;
    }
    if (type == DataType.DT_STRING) {
      return texts.equals(wanted.texts) ? "" : "is " + texts + ", expected " + wanted.texts;
    }
    if (data.equals(wanted.data)) {
      return "";
    }
    Tensor w = wanted.tensor();
    Tensor g = tensor();
    if (!w.type().isFloat()) {
      return firstDifference(g, w);
    }
    for (int i = 0; i < w.size(); i++) {
      double a = g.doubleAt(i);
      double b = w.doubleAt(i);
      boolean same =
          a == b
              || (Double.isNaN(a) && Double.isNaN(b))
              || Math.abs(a - b) <= atol + rtol * Math.abs(b);
      if (!same) {
        return "[" + i + "] is " + a + ", expected " + b;
      }
    }
    return "";
  }

  private static String firstDifference(Tensor g, Tensor w) {
    if (w.type().bytes() > 8 || w.type() == ElementType.COMPLEX64) {
      return "other bits than expected";
    }
    for (int i = 0; i < w.size(); i++) {
      if (g.longAt(i) != w.longAt(i)) {
        return "[" + i + "] is " + g.longAt(i) + ", expected " + w.longAt(i);
      }
    }
    return "";
  }
}
