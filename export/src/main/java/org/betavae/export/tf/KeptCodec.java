package org.betavae.export.tf;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.tf.KeptNode.Move;
import org.betavae.export.tf.KeptNode.Place;

/**
 * {@link KeptNode}s as a list of structs; numbers that a double cannot hold are texts, elements of
 * tensors in base 64.
 */
final class KeptCodec {
  private KeptCodec() {}

  static Value write(List<KeptNode> nodes) {
    ListValue.Builder out = ListValue.newBuilder();
    for (KeptNode n : nodes) {
      Struct.Builder attributes = Struct.newBuilder();
      n.attributes().forEach((key, value) -> attributes.putFields(key, attribute(value)));
      Struct.Builder node =
          Struct.newBuilder()
              .putFields("op", text(n.op()))
              .putFields("name", text(n.name()))
              .putFields("attributes", struct(attributes))
              .putFields("inputs", list(n.inputs().stream().map(KeptCodec::place).toList()))
              .putFields("outputs", list(n.outputs().stream().map(KeptCodec::place).toList()))
              .putFields("check", text(n.check()));
      out.addValues(struct(node));
    }
    return Value.newBuilder().setListValue(out).build();
  }

  private static Value place(Place p) {
    if (p == null) {
      return text("");
    }
    Struct.Builder out = Struct.newBuilder();
    if (p.constant() != null) {
      return struct(out.putFields("constant", attribute(p.constant())));
    }
    out.putFields("tensor", text(p.node() + ":" + p.index()));
    List<Value> moves =
        p.moves().stream()
            .map(
                m ->
                    struct(
                        Struct.newBuilder()
                            .putFields(
                                m.transposes() ? "transpose" : "reshape",
                                list(m.numbers().stream().map(i -> text("" + i)).toList()))))
            .toList();
    return struct(moves.isEmpty() ? out : out.putFields("moves", list(moves)));
  }

  private static Value attribute(Object value) {
    Struct.Builder out = Struct.newBuilder();
    if (value instanceof Long i) {
      out.putFields("int", text("" + i));
    } else if (value instanceof Float f) {
      out.putFields("float", text("" + f));
    } else if (value instanceof String s) {
      out.putFields("text", text(s));
    } else if (value instanceof long[] all) {
      out.putFields("ints", list(Arrays.stream(all).mapToObj(i -> text("" + i)).toList()));
    } else if (value instanceof float[] all) {
      List<Value> numbers = new ArrayList<>();
      for (float f : all) {
        numbers.add(text("" + f));
      }
      out.putFields("floats", list(numbers));
    } else if (value instanceof Tensor t) {
      ByteBuffer data = t.data();
      byte[] bytes = new byte[data.remaining()];
      data.get(bytes);
      out.putFields("type", text(t.type().name()));
      out.putFields("shape", list(Arrays.stream(t.shape()).mapToObj(i -> text("" + i)).toList()));
      out.putFields("data", text(Base64.getEncoder().encodeToString(bytes)));
    } else {
      out.putFields("texts", list(((List<?>) value).stream().map(s -> text((String) s)).toList()));
    }
    return struct(out);
  }

  /**
   * Reads what {@link #write} gave; nothing from anything else.
   *
   * @throws ConversionException if it is damaged
   */
  static List<KeptNode> read(Value value) {
    List<KeptNode> nodes = new ArrayList<>();
    try {
      for (Value v : value.getListValue().getValuesList()) {
        Map<String, Value> node = v.getStructValue().getFieldsMap();
        Map<String, Object> attributes = new LinkedHashMap<>();
        node.get("attributes")
            .getStructValue()
            .getFieldsMap()
            .forEach((key, a) -> attributes.put(key, attribute(a)));
        nodes.add(
            new KeptNode(
                node.get("op").getStringValue(),
                node.get("name").getStringValue(),
                attributes,
                places(node.get("inputs")),
                places(node.get("outputs")),
                node.get("check").getStringValue()));
      }
    } catch (IllegalArgumentException
        | ArithmeticException
        | NullPointerException
        | NoSuchElementException
        | IndexOutOfBoundsException e) {
      throw new ConversionException(
          "Cannot read what the SavedModel says of the ONNX model that it was: "
              + e.getMessage()
              + ". The file is damaged; import the model again.",
          e);
    }
    return nodes;
  }

  private static List<Place> places(Value list) {
    List<Place> out = new ArrayList<>();
    for (Value v : list.getListValue().getValuesList()) {
      Map<String, Value> place = v.getStructValue().getFieldsMap();
      if (place.isEmpty()) {
        out.add(null);
      } else if (place.containsKey("constant")) {
        out.add(new Place("", 0, (Tensor) attribute(place.get("constant")), List.of()));
      } else {
        String tensor = place.get("tensor").getStringValue();
        int colon = tensor.lastIndexOf(':');
        out.add(
            new Place(
                tensor.substring(0, colon),
                Integer.parseInt(tensor.substring(colon + 1)),
                null,
                moves(place.getOrDefault("moves", Value.getDefaultInstance()))));
      }
    }
    return out;
  }

  private static List<Move> moves(Value list) {
    List<Move> out = new ArrayList<>();
    for (Value v : list.getListValue().getValuesList()) {
      v.getStructValue()
          .getFieldsMap()
          .forEach((key, numbers) -> out.add(new Move(longs(numbers), key.equals("transpose"))));
    }
    return out;
  }

  private static List<Long> longs(Value list) {
    return texts(list).stream().map(Long::valueOf).toList();
  }

  private static List<String> texts(Value list) {
    return list.getListValue().getValuesList().stream().map(Value::getStringValue).toList();
  }

  private static Object attribute(Value value) {
    Map<String, Value> a = value.getStructValue().getFieldsMap();
    if (a.containsKey("data")) {
      byte[] bytes = Base64.getDecoder().decode(a.get("data").getStringValue());
      long[] shape = longs(a.get("shape")).stream().mapToLong(Long::longValue).toArray();
      ElementType type = ElementType.valueOf(a.get("type").getStringValue());
      return Tensor.of(type, shape, ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }
    Map.Entry<String, Value> only = a.entrySet().iterator().next();
    Value v = only.getValue();
    return switch (only.getKey()) {
      case "int" -> Long.valueOf(v.getStringValue());
      case "float" -> Float.valueOf(v.getStringValue());
      case "text" -> v.getStringValue();
      case "ints" -> longs(v).stream().mapToLong(Long::longValue).toArray();
      case "floats" -> floats(texts(v));
      case "texts" -> texts(v);
      default -> throw new IllegalArgumentException("an attribute is of the kind " + only.getKey());
    };
  }

  private static float[] floats(List<String> texts) {
    float[] out = new float[texts.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = Float.parseFloat(texts.get(i));
    }
    return out;
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value list(List<Value> values) {
    return Value.newBuilder().setListValue(ListValue.newBuilder().addAllValues(values)).build();
  }

  private static Value struct(Struct.Builder value) {
    return Value.newBuilder().setStructValue(value).build();
  }
}
