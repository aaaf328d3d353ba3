package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;

/** ONNX {@code Constant}, whose value stands in one of several attributes. */
final class ConstantImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("Constant");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    if (n.has("value")) {
      TensorProto t = n.tensorProto("value");
      Tensor value = n.tensor("value");
      out.out(
          value != null
              ? out.constant(value)
              : OtherTypes.initializer(
                  t,
                  message -> {
                    throw out.fail(message, "expected another type");
                  }));
    } else if (n.has("value_float")) {
      out.out(out.constant(Tensor.floats(new long[0], n.number("value_float", 0))));
    } else if (n.has("value_floats")) {
      float[] values = n.numbers("value_floats");
      out.out(out.constant(Tensor.floats(new long[] {values.length}, values)));
    } else if (n.has("value_int")) {
      long only = n.integer("value_int", 0);
      out.out(out.constant(Tensor.ofLongs(ElementType.INT64, new long[0], i -> only)));
    } else if (n.has("value_ints")) {
      out.out(out.constant(Tensor.longs(n.integers("value_ints"))));
    } else {
      throw out.fail(
          "its value is given by " + n.attributes().keySet(), "expected numbers or a dense tensor");
    }
  }
}
