package org.betavae.export.tf;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;

/**
 * An {@link OnnxOrigin} in a SavedModel: a {@code google.protobuf.Struct} with the one key {@code
 * onnx} in {@code MetaInfoDef.any_info}, which TensorFlow keeps for others and does not read.
 */
final class OriginCodec {
  private static final String KEY = "onnx";

  private OriginCodec() {}

  static Any write(OnnxOrigin origin) {
    Struct.Builder onnx = Struct.newBuilder();
    onnx.putFields("opset", Value.newBuilder().setNumberValue(origin.opset()).build());
    onnx.putFields("graph", text(origin.graphName()));
    ListValue.Builder inputs = ListValue.newBuilder();
    origin
        .inputs()
        .forEach(
            (name, dims) ->
                inputs.addValues(
                    struct(
                        Struct.newBuilder()
                            .putFields("name", text(name))
                            .putFields("shape", texts(dims)))));
    onnx.putFields("inputs", Value.newBuilder().setListValue(inputs).build());
    onnx.putFields("outputs", texts(origin.outputs()));
    onnx.putFields("metadata", texts(origin.metadata()));
    onnx.putFields("weights", texts(origin.weights()));
    if (!origin.kept().isEmpty()) {
      onnx.putFields("kept", KeptCodec.write(origin.kept()));
    }
    return pack(Struct.newBuilder().putFields(KEY, struct(onnx)).build());
  }

  /** As {@code Any.pack}, but the same bytes every time. */
  private static Any pack(Struct struct) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization();
      struct.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Any.pack(struct).toBuilder().setValue(ByteString.copyFrom(bytes.toByteArray())).build();
  }

  /**
   * Reads one.
   *
   * @param what the file, for messages
   * @return null if there is none
   */
  static OnnxOrigin read(Any any, String what) {
    if (!any.is(Struct.class)) {
      return null;
    }
    try {
      Map<String, Value> all = any.unpack(Struct.class).getFieldsMap();
      return all.containsKey(KEY) ? origin(all.get(KEY).getStructValue()) : null;
    } catch (InvalidProtocolBufferException e) {
      throw new ConversionException(
          "Cannot read "
              + what
              + ": its any_info says it is a google.protobuf.Struct and is none ("
              + e.getMessage()
              + "). The file is damaged; write it again.",
          e);
    }
  }

  private static OnnxOrigin origin(Struct onnx) {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (Value v : onnx.getFieldsOrDefault("inputs", none()).getListValue().getValuesList()) {
      Struct input = v.getStructValue();
      inputs.put(string(input, "name"), strings(input, "shape"));
    }
    return new OnnxOrigin(
        (int) onnx.getFieldsOrDefault("opset", none()).getNumberValue(),
        string(onnx, "graph"),
        inputs,
        strings(onnx, "outputs"),
        byName(onnx, "metadata"),
        byName(onnx, "weights"),
        KeptCodec.read(onnx.getFieldsOrDefault("kept", none())));
  }

  private static Map<String, String> byName(Struct from, String key) {
    Map<String, String> out = new LinkedHashMap<>();
    from.getFieldsOrDefault(key, none())
        .getStructValue()
        .getFieldsMap()
        .forEach((name, value) -> out.put(name, value.getStringValue()));
    return out;
  }

  private static Value none() {
    return Value.getDefaultInstance();
  }

  private static String string(Struct from, String key) {
    return from.getFieldsOrDefault(key, none()).getStringValue();
  }

  private static List<String> strings(Struct from, String key) {
    List<String> out = new ArrayList<>();
    from.getFieldsOrDefault(key, none())
        .getListValue()
        .getValuesList()
        .forEach(v -> out.add(v.getStringValue()));
    return out;
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value texts(List<String> values) {
    ListValue.Builder list = ListValue.newBuilder();
    values.forEach(v -> list.addValues(text(v)));
    return Value.newBuilder().setListValue(list).build();
  }

  private static Value texts(Map<String, String> values) {
    Struct.Builder struct = Struct.newBuilder();
    values.forEach((key, value) -> struct.putFields(key, text(value)));
    return struct(struct);
  }

  private static Value struct(Struct.Builder value) {
    return Value.newBuilder().setStructValue(value).build();
  }
}
