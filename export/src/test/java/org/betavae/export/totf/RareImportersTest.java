package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.betavae.export.ElementType.STRING;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of operators that few models have, old ones and the newest. */
class RareImportersTest {
  private static final Tensor X = TfTensors.normal(1, 3, 4);

  @Test
  void scatter_ofTheOldOperatorSets_agrees() {
    new OnnxNet(10)
        .in("x", X)
        .in("i", Tensor.ofLongs(INT64, new long[] {2, 4}, k -> (k + k / 4) % 3))
        .in("u", TfTensors.normal(2, 2, 4))
        .node("Scatter(x,i,u) -> y", "axis", 0)
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void size_isTheNumberOfElements() {
    new OnnxNet(13).in("x", X).node("Size(x) -> y").out("y", INT64).check();
  }

  @Test
  void constant_isEveryKindOfAttribute() {
    new OnnxNet(13)
        .in("x", X)
        .node("Constant() -> one", "value_float", 1.5f)
        .node("Constant() -> four", "value_floats", new float[] {1, 2, 3, 4})
        .node("Constant() -> axis", "value_ints", new long[] {1})
        .node("Constant() -> count", "value_int", 7)
        .node("Constant() -> all", "value", TfTensors.normal(2, 3, 4))
        .node("Add(x,one) -> a")
        .node("Mul(a,four) -> b")
        .node("Add(b,all) -> c")
        .node("Unsqueeze(c,axis) -> y")
        .node("Identity(count) -> n")
        .out("y", FLOAT32)
        .out("n", INT64)
        .check();
  }

  @ParameterizedTest
  @ValueSource(floats = {1, 1.7f})
  void swish_isTheInputTimesItsSigmoid(float alpha) {
    Tensor wanted =
        Tensor.ofDoubles(
            FLOAT32, X.shape(), i -> X.doubleAt(i) / (1 + Math.exp(-alpha * X.doubleAt(i))));
    new OnnxNet(24)
        .in("x", X)
        .node("Swish(x) -> y", "alpha", alpha)
        .out("y", FLOAT32)
        .expect("y", wanted);
  }

  @Test
  void stringSplit_givesPartsAndTheirNumber() {
    new OnnxNet(20)
        .in("x", "a,bc", "d", "e,f,g")
        .constant("flat", Tensor.longs(-1))
        .node("StringSplit(x) -> parts,n", "delimiter", ",")
        .node("Reshape(parts,flat) -> y")
        .out("y", STRING)
        .out("n", INT64)
        .expect(
            "y",
            new String[] {"a", "bc", "", "d", "", "", "e", "f", "g"},
            "n",
            Tensor.longs(2, 1, 3));
  }

  @Test
  void randomUniformLike_hasTheShapeOfItsInput_andKeepsItsBounds() {
    Tensor y =
        new OnnxNet(15)
            .in("x", X)
            .node("RandomUniformLike(x) -> y", "low", 2f, "high", 3f, "seed", 5f)
            .out("y", FLOAT32)
            .runTensorFlow("y");
    assertArrayEquals(X.shape(), y.shape());
    for (int i = 0; i < y.size(); i++) {
      assertTrue(y.doubleAt(i) >= 2 && y.doubleAt(i) < 3, "element " + i + ": " + y.doubleAt(i));
    }
  }
}
