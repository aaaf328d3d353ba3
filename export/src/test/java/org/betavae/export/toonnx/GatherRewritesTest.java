package org.betavae.export.toonnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rewrites of indices and of the targets of Reshapes, on graphs put together by hand. */
class GatherRewritesTest {
  private static final int OPSET = 17;

  private final OnnxGraph graph = new OnnxGraph(OPSET);
  private final OnnxValue x =
      graph.addInput("x", ElementType.FLOAT32, List.of(Dim.unknown("N"), Dim.of(4)));
  private final OnnxValue i = graph.addInput("i", ElementType.INT64, List.of(Dim.of(3)));

  /** {@code Gather(x, i < 0 ? i + size : i)} along an axis. */
  private OnnxNode gather(int axis, long least, long size) {
    OnnxValue zero = graph.constant("least", Tensor.longs(least));
    OnnxValue less = graph.node("Less", "less", List.of(i, zero), Map.of());
    OnnxValue sum =
        graph.node("Add", "sum", List.of(graph.constant("size", Tensor.longs(size)), i), Map.of());
    OnnxValue index = graph.node("Where", "index", List.of(less, sum, i), Map.of());
    OnnxValue y = graph.node("Gather", "y", List.of(x, index), Map.of("axis", (long) axis));
    graph.addOutput("y", y);
    return y.producer();
  }

  @ParameterizedTest
  @CsvSource({"1", "-1"})
  void indicesThatAreWrapped_areTakenAsTheyAre(int axis) {
    OnnxNode gather = gather(axis, 0, 4);
    assertTrue(new WrappedIndices().apply(graph));
    assertSame(i, gather.input(1));
    assertEquals(1, graph.nodes().size(), "what wrapped them is gone");
    assertFalse(new WrappedIndices().apply(graph), "a second time there is nothing to do");
  }

  @ParameterizedTest
  @CsvSource({"1,0,5", "0,0,4", "1,1,4"})
  void otherIndices_stay(int axis, long least, long size) {
    OnnxNode gather = gather(axis, least, size);
    assertFalse(new WrappedIndices().apply(graph));
    assertEquals("Where", gather.input(1).producer().op());
  }

  private OnnxNode reshape(List<Long> to, Map<String, Object> attributes) {
    long[] target = to.stream().mapToLong(Long::longValue).toArray();
    OnnxValue shape = graph.constant("shape", Tensor.longs(target));
    OnnxValue y = graph.node("Reshape", "y", List.of(x, shape), attributes);
    graph.addOutput("y", y);
    return y.producer();
  }

  @Test
  void targetsOfTheSameReshape_becomeOne() {
    OnnxNode first = reshape(List.of(0L, 2L, 2L), Map.of());
    OnnxNode second = reshape(List.of(-1L, 2L, 2L), Map.of());
    assertTrue(new OneReshapeTarget().apply(graph));
    long[] target = first.input(1).constant().toLongs();
    assertArrayEquals(target, second.input(1).constant().toLongs());
    assertArrayEquals(new long[] {2, 2}, new long[] {target[1], target[2]});
    assertFalse(new OneReshapeTarget().apply(graph), "a second time there is nothing to do");
  }

  @Test
  void targetWhoseZerosAreSizes_stays() {
    OnnxNode n = reshape(List.of(-1L, 2L, 2L), Map.of("allowzero", 1L));
    OnnxValue before = n.input(1);
    assertFalse(new OneReshapeTarget().apply(graph));
    assertSame(before, n.input(1));
  }
}
