package org.betavae.export.totf;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/** Constants of texts, which are nodes at once: our tensors hold numbers alone. */
final class Texts {
  private Texts() {}

  /** One text without dimensions. */
  static TfValue of(TfEmitter out, String text) {
    return constant(out, TensorShapeProto.getDefaultInstance(), List.of(text));
  }

  /** A vector of texts. */
  static TfValue of(TfEmitter out, List<String> texts) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dim.newBuilder().setSize(texts.size()))
            .build();
    return constant(out, shape, texts);
  }

  private static TfValue constant(TfEmitter out, TensorShapeProto shape, List<String> texts) {
    TensorProto.Builder t =
        TensorProto.newBuilder().setDtype(DataType.DT_STRING).setTensorShape(shape);
    texts.forEach(text -> t.addStringVal(ByteString.copyFromUtf8(text)));
    AttrValue value = AttrValue.newBuilder().setTensor(t).build();
    long[] dims = shape.getDimList().stream().mapToLong(TensorShapeProto.Dim::getSize).toArray();
    return out.node(
        "Const", Map.of("value", value, "dtype", ElementType.STRING), Shapes.dims(dims));
  }
}
