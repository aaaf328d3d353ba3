package org.betavae.export.totf;

import static org.betavae.export.ElementType.BOOL;
import static org.betavae.export.ElementType.FLOAT16;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.FLOAT64;
import static org.betavae.export.ElementType.INT32;
import static org.betavae.export.ElementType.INT64;
import static org.betavae.export.ElementType.INT8;
import static org.betavae.export.ElementType.UINT8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of operators on elements and pairs of them, TensorFlow beside ONNX Runtime. */
class ArithmeticImportersTest {
  private static final Tensor A = TfTensors.uniform(1, -0.9, 0.9, 2, 3, 4);
  private static final Tensor B = TfTensors.uniform(2, 1.1, 3, 3, 1);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Acos",
        "Asin",
        "Asinh",
        "Atan",
        "Atanh",
        "Cos",
        "Cosh",
        "Sin",
        "Sinh",
        "Tan",
        "Sign",
        "Round",
        "Abs",
        "Neg",
        "Exp",
        "Floor",
        "Ceil",
        "Erf",
        "Reciprocal"
      })
  void functionsOfOneNumber_agree(String op) {
    new OnnxNet(20).in("x", A).node(op + "(x) -> y").out("y", FLOAT32).check();
  }

  @Test
  void acosh_takesNumbersAboveOne_andLogAndSqrtPositiveOnes() {
    new OnnxNet(20).in("x", B).node("Acosh(x) -> y").out("y", FLOAT32).check();
    new OnnxNet(20).in("x", B).node("Log(x) -> y").out("y", FLOAT32).check();
    new OnnxNet(20).in("x", B).node("Sqrt(x) -> y").out("y", FLOAT32).check();
  }

  @Test
  void round_takesHalvesToTheEvenNeighbour() {
    Tensor halves = Tensor.floats(new long[] {6}, -2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f);
    new OnnxNet(20).in("x", halves).node("Round(x) -> y").out("y", FLOAT32).check();
  }

  @Test
  void det_isOfTheLastTwoDimensions() {
    Tensor x = TfTensors.normal(3, 2, 3, 3);
    new OnnxNet(20).in("x", x).node("Det(x) -> y").out("y", FLOAT32).check();
  }

  @Test
  void specialNumbers_areFound() {
    Tensor x =
        Tensor.floats(
            new long[] {4}, Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, 1);
    new OnnxNet(20).in("x", x).node("IsNaN(x) -> y").out("y", BOOL).check();
    new OnnxNet(20).in("x", x).node("IsInf(x) -> y").out("y", BOOL).check();
    new OnnxNet(20)
        .in("x", x)
        .node("IsInf(x) -> y", "detect_negative", 0)
        .node("IsInf(x) -> z", "detect_positive", 0)
        .out("y", BOOL)
        .out("z", BOOL)
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min"})
  void pairs_areBroadcast(String op) {
    new OnnxNet(17).in("a", B).in("b", A).node(op + "(a,b) -> y").out("y", FLOAT32).check();
    new OnnxNet(17).in("a", B).constant("b", A).node(op + "(a,b) -> y").out("y", FLOAT32).check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Sum", "Mean", "Max", "Min"})
  void anyNumberOfOperands_isTaken(String op) {
    new OnnxNet(17)
        .in("a", A)
        .in("b", B)
        .in("c", TfTensors.normal(4, 4))
        .node(op + "(a,b,c) -> y")
        .node(op + "(a) -> z")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT32", "INT64"})
  void wholeNumbers_areDividedTowardsZero(ElementType type) {
    Tensor a = TfTensors.whole(type, 5, -20, 20, 3, 4);
    Tensor b = Tensor.ofLongs(type, new long[] {4}, i -> i % 2 == 0 ? 3 : -4);
    new OnnxNet(17)
        .in("a", a)
        .in("b", b)
        .node("Div(a,b) -> d")
        .node("Mod(a,b) -> m")
        .node("Mod(a,b) -> f", "fmod", 1)
        .out("d", type)
        .out("m", type)
        .out("f", type)
        .check();
  }

  @Test
  void remainderOfRealNumbers_hasTheSignOfTheFirst() {
    new OnnxNet(17)
        .in("a", TfTensors.uniform(6, -5, 5, 3, 4))
        .in("b", TfTensors.uniform(7, 0.5, 2, 4))
        .node("Mod(a,b) -> y", "fmod", 1)
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void power_hasTheTypeOfItsBase() {
    Tensor base = TfTensors.whole(INT32, 8, 1, 5, 2, 3);
    new OnnxNet(17)
        .in("a", base)
        .in("b", TfTensors.uniform(9, 0.2, 2.2, 3))
        .in("c", TfTensors.whole(INT64, 10, 0, 4, 3))
        .node("Pow(a,b) -> y")
        .node("Pow(a,c) -> z")
        .out("y", INT32)
        .out("z", INT32)
        .check();
    new OnnxNet(17)
        .in("a", A)
        .constant("two", Tensor.scalar(FLOAT32, 2))
        .node("Pow(a,two) -> y")
        .out("y", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual"})
  void comparisons_takeEveryNumber(String op) {
    for (ElementType type : List.of(INT32, INT64)) {
      Tensor a = TfTensors.whole(type, 11, 0, 3, 3, 4);
      Tensor b = TfTensors.whole(type, 12, 0, 3, 4);
      new OnnxNet(17).in("a", a).in("b", b).node(op + "(a,b) -> y").out("y", BOOL).check();
    }
    new OnnxNet(17).in("a", A).in("b", B).node(op + "(a,b) -> y").out("y", BOOL).check();
  }

  @Test
  void logic_isBroadcast() {
    Tensor a = TfTensors.whole(BOOL, 13, 0, 2, 3, 4);
    Tensor b = TfTensors.whole(BOOL, 14, 0, 2, 4);
    new OnnxNet(17)
        .in("a", a)
        .in("b", b)
        .node("And(a,b) -> and")
        .node("Or(a,b) -> or")
        .node("Xor(a,b) -> xor")
        .node("Not(a) -> not")
        .out("and", BOOL)
        .out("or", BOOL)
        .out("xor", BOOL)
        .out("not", BOOL)
        .check();
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT8", "UINT8", "INT32", "INT64"})
  void bits_areThoseOfTheType(ElementType type) {
    Tensor a = TfTensors.whole(type, 15, 0, 100, 3, 4);
    Tensor b = TfTensors.whole(type, 16, 0, 100, 4);
    new OnnxNet(18)
        .in("a", a)
        .in("b", b)
        .node("BitwiseAnd(a,b) -> and")
        .node("BitwiseOr(a,b) -> or")
        .node("BitwiseXor(a,b) -> xor")
        .node("BitwiseNot(a) -> not")
        .out("and", type)
        .out("or", type)
        .out("xor", type)
        .out("not", type)
        .check();
  }

  @Test
  void shifts_goBothWays() {
    Tensor a = TfTensors.whole(UINT8, 17, 0, 256, 3, 4);
    Tensor by = TfTensors.whole(UINT8, 18, 0, 8, 4);
    new OnnxNet(17)
        .in("a", a)
        .in("b", by)
        .node("BitShift(a,b) -> l", "direction", "LEFT")
        .node("BitShift(a,b) -> r", "direction", "RIGHT")
        .out("l", UINT8)
        .out("r", UINT8)
        .check();
  }

  @Test
  void casts_cutTowardsZero_andKnowTruth() {
    Tensor x = Tensor.floats(new long[] {5}, -1.5f, -0.5f, 0, 0.5f, 2.75f);
    OnnxNet net = new OnnxNet(19).in("x", x);
    for (ElementType type : List.of(INT8, INT32, INT64, FLOAT64, FLOAT16, BOOL)) {
      net.node("Cast(x) -> " + type, "to", type.onnxNumber()).out(type.name(), type);
    }
    net.check();
    new OnnxNet(19)
        .in("x", TfTensors.whole(BOOL, 19, 0, 2, 4))
        .in("like", TfTensors.normal(1, 1))
        .node("CastLike(x,like) -> y")
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void bitCast_keepsTheBits() {
    Tensor x = Tensor.floats(new long[] {2}, 1, -2);
    Tensor bits = Tensor.of(INT32, new long[] {2}, x.data());
    new OnnxNet(26)
        .in("x", x)
        .node("BitCast(x) -> y", "to", INT32.onnxNumber())
        .out("y", INT32)
        .expect("y", bits);
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})
  void everyWholeType_isComputedAndWrapsAround(ElementType type) {
    Tensor a = Tensor.ofLongs(type, new long[] {3}, i -> i == 0 ? -1 : 7 + i);
    Tensor b = Tensor.ofLongs(type, new long[] {3}, i -> 2);
    long first = type.isUnsigned() ? Tensor.ofLongs(type, new long[0], i -> -1).longAt(0) : -1;
    boolean unsigned64 = type == ElementType.UINT64;
    OnnxNet net = new OnnxNet(18).in("a", a).in("b", b);
    net.node("Add(a,b) -> y").node("Mul(a,b) -> z").node("Max(a,b) -> m").node("Div(a,b) -> d");
    net.out("y", type).out("z", type).out("m", type).out("d", type);
    net.expect(
        "y", Tensor.ofLongs(type, new long[] {3}, i -> a.longAt(i) + 2),
        "z", Tensor.ofLongs(type, new long[] {3}, i -> a.longAt(i) * 2),
        "m",
            Tensor.ofLongs(
                type, new long[] {3}, i -> i == 0 ? (type.isUnsigned() ? first : 2) : 7 + i),
        "d",
            Tensor.ofLongs(
                type,
                new long[] {3},
                i -> i > 0 ? (7 + i) / 2 : unsigned64 ? Long.divideUnsigned(-1, 2) : first / 2));
    assertEquals(type, a.type());
  }
}
