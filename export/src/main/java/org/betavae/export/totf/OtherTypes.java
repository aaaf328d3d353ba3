package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.function.Function;

/** Constants of types that TensorFlow's kernels do not compute with. */
final class OtherTypes {
  private OtherTypes() {}

  /** What stands for such an initializer. */
  static TfValue initializer(TensorProto t, Function<String, TfValue> failed) {
    TensorProto.DataType type = TensorProto.DataType.forNumber(t.getDataType());
    return failed.apply(
        "initializer '"
            + t.getName()
            + "' is of type "
            + (type == null ? String.valueOf(t.getDataType()) : type.name())
            + ", expected a type that TensorFlow computes with");
  }
}
