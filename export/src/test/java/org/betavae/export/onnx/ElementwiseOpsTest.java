package org.betavae.export.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.junit.jupiter.api.Test;

/** The one list of element-wise operators, and what inference makes of it. */
final class ElementwiseOpsTest {
  private static final List<Dim> SHAPE = List.of(Dim.unknown("N"), Dim.of(3));

  private static OnnxValue of(String op, ElementType type, int inputs, Map<String, ?> attributes) {
    OnnxGraph g = new OnnxGraph(17);
    List<OnnxValue> in = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      in.add(g.addInput("x" + i, type, SHAPE));
    }
    return g.node(op, op, in, attributes);
  }

  @Test
  void operators_standInOneListEach() {
    List<String> all = new ArrayList<>();
    List.of(
            ElementwiseOps.FUNCTIONS,
            ElementwiseOps.TESTS,
            ElementwiseOps.CASTS,
            ElementwiseOps.NOISE,
            ElementwiseOps.ARITHMETIC,
            ElementwiseOps.LOGIC,
            ElementwiseOps.CHOICES)
        .forEach(all::addAll);
    assertEquals(new HashSet<>(all).size(), all.size());
  }

  @Test
  void functions_keepTypeAndShape_andAreUnary() {
    for (String op : ElementwiseOps.FUNCTIONS) {
      OnnxValue y = of(op, ElementType.FLOAT32, 1, Map.of());
      assertEquals(ElementType.FLOAT32, y.type(), op);
      assertEquals(SHAPE, y.shape(), op);
      assertTrue(ElementwiseOps.isUnary(y.producer()), op);
      assertFalse(ElementwiseOps.isBroadcast(y.producer()), op);
    }
  }

  @Test
  void arithmeticAndLogic_broadcast() {
    for (String op : ElementwiseOps.ARITHMETIC) {
      OnnxValue y = of(op, ElementType.INT32, 2, Map.of());
      assertEquals(ElementType.INT32, y.type(), op);
      assertEquals(SHAPE, y.shape(), op);
      assertTrue(ElementwiseOps.isBroadcast(y.producer()), op);
    }
    for (String op : ElementwiseOps.LOGIC) {
      assertEquals(ElementType.BOOL, of(op, ElementType.BOOL, 2, Map.of()).type(), op);
    }
  }

  @Test
  void types_followFromTheOperatorOrItsAttribute() {
    assertEquals(ElementType.BOOL, of("IsNaN", ElementType.FLOAT32, 1, Map.of()).type());
    long to = ElementType.INT64.onnxNumber();
    assertEquals(ElementType.INT64, of("Cast", ElementType.FLOAT32, 1, Map.of("to", to)).type());
    assertEquals(
        ElementType.FLOAT64, of("RandomNormalLike", ElementType.FLOAT64, 1, Map.of()).type());
  }

  @Test
  void softmax_isNoElementwiseOperator() {
    OnnxNode softmax = of("Softmax", ElementType.FLOAT32, 1, Map.of()).producer();
    assertFalse(ElementwiseOps.isUnary(softmax));
    assertFalse(ElementwiseOps.isBroadcast(softmax));
  }
}
