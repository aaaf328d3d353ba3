package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Constants of types that TensorFlow's kernels do not compute with. */
final class OtherTypes {
  /** Types that came into the standard after the classes that read it were made. */
  private static final Map<Integer, String> NEWER =
      Map.of(23, "float4e2m1", 24, "float8e8m0", 25, "uint2", 26, "int2");

  private OtherTypes() {}

  /** What stands for such an initializer. */
  static TfValue initializer(TensorProto t, Function<String, TfValue> failed) {
    return failed.apply(
        "initializer '"
            + t.getName()
            + "' is of type "
            + name(t.getDataType())
            + ", expected a type that TensorFlow has");
  }

  /** A type of ONNX's under the name that its standard gives it, in small letters. */
  static String name(long number) {
    TensorProto.DataType type = TensorProto.DataType.forNumber((int) number);
    if (type != null) {
      return type.name().toLowerCase(Locale.ROOT);
    }
    String newer = NEWER.get((int) number);
    return newer == null ? "number " + number : newer;
  }
}
