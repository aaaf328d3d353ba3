package org.betavae.export.tf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.StringValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ConversionException;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.NodeDef;

/** What a SavedModel keeps of the ONNX file that it was, and rows of variables as values. */
class OriginCodecTest {
  private static OnnxOrigin origin() {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    inputs.put("z", List.of("N", "", "4"));
    inputs.put("a", List.of());
    return new OnnxOrigin(
        18, "main", inputs, List.of("y", "b"), Map.of("k", "v", "j", "ä"), Map.of("w", "w:0"));
  }

  @Test
  void origin_comesBackAsItWas_inTheSameOrder() {
    OnnxOrigin back = OriginCodec.read(OriginCodec.write(origin()), "m");
    assertEquals(origin(), back);
    assertEquals(List.of("z", "a"), List.copyOf(back.inputs().keySet()));
    assertEquals(OriginCodec.write(origin()), OriginCodec.write(back), "the same bytes");
  }

  @Test
  void whatOthersKeepThere_isNone() {
    assertNull(OriginCodec.read(Any.getDefaultInstance(), "m"));
    assertNull(OriginCodec.read(Any.pack(StringValue.of("onnx")), "m"));
    Struct other =
        Struct.newBuilder()
            .putFields("theirs", Value.newBuilder().setNumberValue(1).build())
            .build();
    assertNull(OriginCodec.read(Any.pack(other), "m"));
  }

  @Test
  void damagedOrigin_isNamedWithItsFile() {
    Any any =
        Any.pack(Struct.getDefaultInstance()).toBuilder()
            .setValue(ByteString.copyFrom(new byte[] {10, 99}))
            .build();
    Exception e = assertThrows(ConversionException.class, () -> OriginCodec.read(any, "m.pb"));
    assertTrue(e.getMessage().contains("m.pb") && e.getMessage().contains("any_info"));
  }

  @Test
  void damagedKeptNode_isNamed() {
    KeptNode node = new KeptNode("Relu", "r", Map.of("alpha", 1L), List.of(), List.of(), "1.0");
    Any good =
        OriginCodec.write(
            new OnnxOrigin(17, "g", Map.of(), List.of(), Map.of(), Map.of(), List.of(node)));
    assertEquals(List.of(node), OriginCodec.read(good, "m").kept());
    byte[] bytes = good.getValue().toByteArray();
    int refused = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      try {
        OriginCodec.read(good.toBuilder().setValue(ByteString.copyFrom(damaged)).build(), "m");
      } catch (ConversionException e) {
        refused++;
      }
    }
    assertTrue(refused > 0);
  }

  private static NodeDef gather(String op, long batchDims) {
    return NodeDef.newBuilder()
        .setOp(op)
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_HALF).build())
        .putAttr("Tindices", AttrValue.newBuilder().setType(DataType.DT_INT64).build())
        .putAttr("batch_dims", AttrValue.newBuilder().setI(batchDims).build())
        .build();
  }

  @Test
  void rowsOfAVariable_areRowsOfAValue_unlessTheyAreTakenInBatches() {
    NodeDef rows = gather("ResourceGather", 0);
    assertTrue(Gathering.ofVariable(rows));
    assertEquals("Gather", Gathering.op(rows));
    Map<String, AttrValue> attributes = Gathering.attributes(rows.getAttrMap());
    assertEquals(Set.of("Tparams", "Tindices"), attributes.keySet());
    assertEquals(DataType.DT_HALF, attributes.get("Tparams").getType());
    assertEquals("GatherNd", Gathering.op(gather("ResourceGatherNd", 0)));
    assertFalse(Gathering.ofVariable(gather("ResourceGather", 1)));
    assertFalse(Gathering.ofVariable(gather("Gather", 0)));
    NodeDef plain = NodeDef.newBuilder().setOp("ResourceGather").build();
    assertTrue(Gathering.ofVariable(plain));
    assertEquals(Map.of(), Gathering.attributes(plain.getAttrMap()));
  }
}
