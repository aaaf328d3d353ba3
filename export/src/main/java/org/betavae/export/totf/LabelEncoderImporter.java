package org.betavae.export.totf;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.OnnxTensorReader;

/** ONNX-ML {@code LabelEncoder}: each key by its value, other inputs by a default. */
final class LabelEncoderImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("ai.onnx.ml:LabelEncoder");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    TfValue keys = list(n, out, "keys");
    TfValue values = list(n, out, "values");
    if (keys == null || values == null) {
      throw out.fail("it has no keys or no values", "expected lists of both");
    }
    int rank = out.rank(x);
    TfValue same = out.binary("Equal", out.unsqueeze(x, rank), keys);
    if (x.type().isFloat()) { // a key that is NaN stands for every NaN
      TfValue both =
          out.binary(
              "LogicalAnd", out.unary("IsNan", out.unsqueeze(x, rank)), out.unary("IsNan", keys));
      same = out.binary("LogicalOr", same, both);
    }
    TfValue at =
        out.node(
            "ArgMax", Map.of("output_type", ElementType.INT64), x.shape(), same, out.integer(rank));
    TfValue found = out.gather(values, at, 0);
    TfValue known = out.node("Any", Map.of(), x.shape(), same, out.integer(rank));
    out.out(out.broadcasting("SelectV2", Map.of(), known, found, otherwise(n, out, values.type())));
  }

  private static TfValue list(OnnxOp n, TfEmitter out, String what) {
    if (n.has(what + "_int64s")) {
      return out.constant(Tensor.longs(n.integers(what + "_int64s")));
    }
    if (n.has(what + "_floats")) {
      float[] all = n.numbers(what + "_floats");
      return out.constant(Tensor.floats(new long[] {all.length}, all));
    }
    if (n.has(what + "_strings")) {
      return Texts.of(out, n.texts(what + "_strings"));
    }
    return n.has(what + "_tensor") ? tensor(out, n.tensorProto(what + "_tensor")) : null;
  }

  private static TfValue tensor(TfEmitter out, TensorProto t) {
    if (t.getDataType() == ElementType.STRING.onnxNumber()) {
      return Texts.of(out, t.getStringDataList().stream().map(ByteString::toStringUtf8).toList());
    }
    Tensor value = OnnxTensorReader.read(t);
    return out.constant(value.reshape(value.size()));
  }

  private static TfValue otherwise(OnnxOp n, TfEmitter out, ElementType type) {
    if (n.has("default_tensor")) {
      return out.reshape(tensor(out, n.tensorProto("default_tensor")), List.of());
    }
    return switch (type) {
      case STRING -> Texts.of(out, n.text("default_string", "_Unused"));
      case INT64 -> Indices.number(out, n.integer("default_int64", -1));
      default -> out.scalar(type, n.number("default_float", 0));
    };
  }
}
