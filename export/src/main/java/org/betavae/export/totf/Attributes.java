package org.betavae.export.totf;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorShapeProto;

/** Attributes of TensorFlow's operations from plain Java values. */
final class Attributes {
  private Attributes() {}

  /**
   * Attributes by name, from {@code Long}, {@code Integer}, {@code Float}, {@code Boolean}, {@code
   * String}, {@link ElementType}, {@code long[]}, {@code float[]}, {@link TensorShapeProto}, or a
   * list of element types.
   */
  static Map<String, AttrValue> of(Map<String, ?> plain) {
    Map<String, AttrValue> out = new HashMap<>();
    plain.forEach((name, value) -> out.put(name, of(value)));
    return out;
  }

  private static AttrValue of(Object value) {
    AttrValue.Builder out = AttrValue.newBuilder();
    if (value instanceof AttrValue given) {
      return given;
    } else if (value instanceof Number n && !(value instanceof Float)) {
      out.setI(n.longValue());
    } else if (value instanceof Float f) {
      out.setF(f);
    } else if (value instanceof Boolean b) {
      out.setB(b);
    } else if (value instanceof String s) {
      out.setS(ByteString.copyFromUtf8(s));
    } else if (value instanceof ElementType t) {
      out.setType(type(t));
    } else if (value instanceof TensorShapeProto s) {
      out.setShape(s);
    } else {
      out.setList(list(value));
    }
    return out.build();
  }

  private static AttrValue.ListValue list(Object value) {
    AttrValue.ListValue.Builder out = AttrValue.ListValue.newBuilder();
    if (value instanceof long[] longs) {
      for (long l : longs) {
        out.addI(l);
      }
    } else if (value instanceof float[] floats) {
      for (float f : floats) {
        out.addF(f);
      }
    } else if (value instanceof List<?> types) {
      types.forEach(t -> out.addType(type((ElementType) t)));
    } else {
      throw new IllegalArgumentException(
          "an attribute is a " + value.getClass() + ", expected a plain value. Convert it first.");
    }
    return out.build();
  }

  /** A list of shapes, of which null is one of unknown rank. */
  static AttrValue shapes(List<List<Dim>> shapes) {
    AttrValue.ListValue.Builder out = AttrValue.ListValue.newBuilder();
    for (List<Dim> s : shapes) {
      out.addShape(shape(s == null ? null : s.stream().map(d -> d.orElse(-1)).toList()));
    }
    return AttrValue.newBuilder().setList(out).build();
  }

  /** TensorFlow's word for a type. */
  static DataType type(ElementType type) {
    return type == null ? DataType.DT_VARIANT : DataType.forNumber(type.tfNumber());
  }

  /** A shape, -1 for unknown dimensions; null for an unknown rank. */
  static TensorShapeProto shape(List<Long> dims) {
    TensorShapeProto.Builder out = TensorShapeProto.newBuilder();
    if (dims == null) {
      return out.setUnknownRank(true).build();
    }
    dims.forEach(d -> out.addDim(TensorShapeProto.Dim.newBuilder().setSize(d)));
    return out.build();
  }
}
