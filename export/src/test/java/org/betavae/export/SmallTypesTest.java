package org.betavae.export;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.FLOAT8E4M3FN;
import static org.betavae.export.ElementType.FLOAT8E5M2;
import static org.betavae.export.ElementType.INT4;
import static org.betavae.export.ElementType.UINT4;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;

/** 4-bit integers and 8-bit floating point: stored, fed and cast. */
class SmallTypesTest {
  /** Bits and numbers of the standard, Micikevicius et al. 2022, arXiv:2209.05433, table 1. */
  @Test
  void bits_standForTheNumbersOfTheStandard() {
    assertEquals(448, SmallTypes.decode(FLOAT8E4M3FN, 0x7e));
    assertEquals(0x1p-9f, SmallTypes.decode(FLOAT8E4M3FN, 1));
    assertEquals(-1, SmallTypes.decode(FLOAT8E4M3FN, 0xb8));
    assertEquals(57344, SmallTypes.decode(FLOAT8E5M2, 0x7b));
    assertEquals(0x1p-16f, SmallTypes.decode(FLOAT8E5M2, 1));
    assertEquals(Float.NEGATIVE_INFINITY, SmallTypes.decode(FLOAT8E5M2, 0xfc));
    assertEquals(-8, SmallTypes.decode(INT4, 0xf8));
    assertEquals(15, SmallTypes.decode(UINT4, 15));
  }

  private static Tensor of(ElementType type, float... numbers) {
    byte[] codes = new byte[numbers.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = SmallTypes.encode(type, numbers[i]);
    }
    return Tensor.of(type, new long[] {codes.length}, ByteBuffer.wrap(codes));
  }

  @Test
  void numbersBeyondTheRange_areKeptInside_unlessToldOtherwise() {
    Tensor x = Tensor.floats(new long[] {3}, 1.0625f, 1e6f, -1e6f);
    new OnnxNet(19)
        .in("x", x)
        .node("Cast(x) -> y", "to", FLOAT8E4M3FN.onnxNumber())
        .node("Cast(x) -> z", "to", FLOAT8E5M2.onnxNumber(), "saturate", 0)
        .out("y", FLOAT8E4M3FN)
        .out("z", FLOAT8E5M2)
        .expect(
            "y", of(FLOAT8E4M3FN, 1, 448, -448),
            "z", of(FLOAT8E5M2, 1, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY));
  }

  @Test
  void halfBytes_areReadTwoOfAByte_andQuantizedTo() {
    Tensor x = Tensor.floats(new long[] {3}, -2.2f, 0.4f, 9);
    new OnnxNet(21)
        .in("x", x)
        .constant("s", Tensor.scalar(FLOAT32, 0.5))
        .node("QuantizeLinear(x,s) -> q", "output_dtype", INT4.onnxNumber())
        .node("DequantizeLinear(q,s) -> y")
        .out("q", INT4)
        .out("y", FLOAT32)
        .expect(
            "q", of(INT4, -4, 1, 7),
            "y", Tensor.floats(new long[] {3}, -2, 0.5f, 3.5f));
  }

  @Test
  void graphsOfTensorFlow_withSuchTypes_areRefused() {
    Exception e =
        assertThrows(
            ConversionException.class,
            () ->
                TfToOnnx.convert(
                    Parity.on("x", TfTensors.normal(1, 3))
                        .model(
                            tf ->
                                Map.of(
                                    "y",
                                    tf.op(
                                        "Cast",
                                        Map.of("DstT", DataType.DT_FLOAT),
                                        tf.op(
                                            "Cast",
                                            Map.of("DstT", DataType.DT_FLOAT8_E5M2),
                                            tf.in("x"))))),
                    ConvertOptions.defaults()));
    assertTrue(e.getMessage().contains("FLOAT8"), e.getMessage());
  }
}
