package org.betavae.export.totf;

import static org.betavae.export.ElementType.BOOL;
import static org.betavae.export.ElementType.FLOAT16;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT32;
import static org.betavae.export.ElementType.INT64;
import static org.betavae.export.ElementType.UINT8;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxNet;
import org.betavae.export.OnnxToTf;
import org.betavae.export.Tensor;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers that reduce, cut, pick, repeat and put in order, TensorFlow beside ONNX Runtime. */
class ShapeImportersTest {
  private static final Tensor X = TfTensors.normal(1, 2, 3, 4);
  private static final Tensor POSITIVE = TfTensors.uniform(2, 0.5, 2, 2, 3, 4);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ReduceSum",
        "ReduceMean",
        "ReduceMax",
        "ReduceMin",
        "ReduceProd",
        "ReduceL1",
        "ReduceL2",
        "ReduceLogSum",
        "ReduceLogSumExp",
        "ReduceSumSquare"
      })
  void reductions_takeAxesAsAttributeInputOrNone(String op) {
    new OnnxNet(18)
        .in("x", POSITIVE)
        .constant("axes", Tensor.longs(-1, 0))
        .node(op + "(x,axes) -> y")
        .node(op + "(x,axes) -> z", "keepdims", 0)
        .node(op + "(x) -> all")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .out("all", FLOAT32)
        .check();
    new OnnxNet(18)
        .in("x", POSITIVE)
        .in("axes", Tensor.longs(1))
        .node(op + "(x,axes) -> y")
        .node(op + "(x,axes) -> z", "keepdims", 0)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void olderReductions_haveAxesAsAttribute() {
    new OnnxNet(11)
        .in("x", X)
        .node("ReduceMean(x) -> y", "axes", new long[] {-2}, "keepdims", 0)
        .node("ReduceSum(x) -> z", "axes", new long[] {1})
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void noAxes_areAllOrNone() {
    new OnnxNet(18)
        .in("x", X)
        .in("axes", Tensor.longs())
        .node("ReduceSum(x,axes) -> y")
        .node("ReduceSum(x,axes) -> z", "noop_with_empty_axes", 1)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void logSumExp_doesNotOverflow() {
    Tensor big = Tensor.floats(new long[] {2, 2}, 1000, 1001, Float.NEGATIVE_INFINITY, 0);
    new OnnxNet(18).in("x", big).node("ReduceLogSumExp(x) -> y").out("y", FLOAT32).check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ArgMax", "ArgMin"})
  void places_areTheFirstOrTheLastOfEqualOnes(String op) {
    Tensor x = TfTensors.whole(INT32, 3, 0, 3, 3, 5);
    for (int axis : new int[] {0, -1}) {
      for (int last : new int[] {0, 1}) {
        new OnnxNet(13)
            .in("x", x)
            .node(op + "(x) -> y", "axis", axis, "select_last_index", last)
            .node(op + "(x) -> z", "axis", axis, "keepdims", 0, "select_last_index", last)
            .out("y", INT64)
            .out("z", INT64)
            .check();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"FLOAT32", "INT64", "BOOL"})
  void gather_countsNegativePlacesFromTheEnd(ElementType type) {
    Tensor x = type == FLOAT32 ? TfTensors.normal(4, 3, 4) : TfTensors.whole(type, 4, 0, 2, 3, 4);
    Tensor at = Tensor.ofLongs(INT64, new long[] {2, 2}, i -> i - 2);
    new OnnxNet(17)
        .in("x", x)
        .in("i", at)
        .constant("c", at)
        .node("Gather(x,i) -> y", "axis", 0)
        .node("Gather(x,c) -> z", "axis", -1)
        .out("y", type)
        .out("z", type)
        .check();
  }

  @Test
  void gatherElements_takesOneForEachIndex() {
    Tensor at = Tensor.ofLongs(INT32, new long[] {2, 2}, i -> i == 1 ? -1 : i % 3);
    new OnnxNet(17)
        .in("x", TfTensors.normal(5, 3, 4))
        .in("i", at)
        .node("GatherElements(x,i) -> y", "axis", 1)
        .node("GatherElements(x,i) -> z")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void gatherNd_takesSlices_withBatchDimensionsToo() {
    Tensor at = Tensor.ofLongs(INT64, new long[] {2, 1}, i -> i == 0 ? -1 : 1);
    new OnnxNet(17)
        .in("x", X)
        .fixed("i", at)
        .node("GatherND(x,i) -> y")
        .node("GatherND(x,i) -> z", "batch_dims", 1)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "add", "mul", "max", "min"})
  void scatter_putsAndCombines(String reduction) {
    for (ElementType type : new ElementType[] {FLOAT32, INT64}) {
      Tensor data = numbers(type, 6, 4, 3);
      Tensor updates = numbers(type, 7, 2, 3);
      Tensor at = Tensor.ofLongs(INT64, new long[] {2, 3}, i -> i < 3 ? i : -1);
      new OnnxNet(18)
          .in("d", data)
          .in("i", at)
          .in("u", updates)
          .node("ScatterElements(d,i,u) -> y", "axis", 0, "reduction", reduction)
          .out("y", type)
          .check();
      Tensor rows = Tensor.ofLongs(INT64, new long[] {2, 1}, i -> i == 0 ? 2 : -4);
      new OnnxNet(18)
          .in("d", data)
          .fixed("i", rows)
          .in("u", updates)
          .node("ScatterND(d,i,u) -> y", "reduction", reduction)
          .out("y", type)
          .check();
    }
  }

  private static Tensor numbers(ElementType type, long seed, long... shape) {
    return type == FLOAT32
        ? TfTensors.normal(seed, shape)
        : TfTensors.whole(type, seed, -9, 9, shape);
  }

  @Test
  void slice_hasKnownOrComputedBounds() {
    new OnnxNet(17)
        .in("x", X)
        .constant("s", Tensor.longs(-1, 0))
        .constant("e", Tensor.longs(Long.MIN_VALUE, 2))
        .constant("a", Tensor.longs(-1, 1))
        .constant("t", Tensor.longs(-2, 1))
        .node("Slice(x,s,e,a,t) -> y")
        .out("y", FLOAT32)
        .check();
    new OnnxNet(17)
        .in("x", X)
        .in("s", Tensor.longs(-1, 0))
        .in("e", Tensor.longs(-100, 2))
        .in("a", Tensor.longs(-1, 1))
        .in("t", Tensor.longs(-2, 1))
        .node("Slice(x,s,e,a,t) -> y")
        .node("Slice(x,s,e,a) -> z")
        .node("Slice(x,s,e) -> w")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .out("w", FLOAT32)
        .check();
    new OnnxNet(9)
        .in("x", X)
        .node(
            "Slice(x) -> y",
            "starts",
            new long[] {1},
            "ends",
            new long[] {9},
            "axes",
            new long[] {2})
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void split_hasEqualUnevenOrGivenParts() {
    new OnnxNet(18)
        .in("x", X)
        .constant("sizes", Tensor.longs(1, 2))
        .node("Split(x) -> a,b", "axis", -1, "num_outputs", 2)
        .node("Split(x) -> c,d", "axis", 1, "num_outputs", 2)
        .node("Split(x,sizes) -> e,f", "axis", 1)
        .out("a", FLOAT32)
        .out("b", FLOAT32)
        .out("e", FLOAT32)
        .out("f", FLOAT32)
        .check();
    new OnnxNet(18)
        .in("x", X)
        .in("sizes", Tensor.longs(3, 0))
        .node("Split(x,sizes) -> e,f", "axis", 1)
        .out("e", FLOAT32)
        .out("f", FLOAT32)
        .check();
    new OnnxNet(11)
        .in("x", X)
        .node("Split(x) -> a,b", "axis", 2, "split", new long[] {3, 1})
        .out("a", FLOAT32)
        .out("b", FLOAT32)
        .check();
  }

  @Test
  void axesOfSqueezeAndUnsqueeze_mayBeComputed() {
    new OnnxNet(17)
        .in("x", TfTensors.normal(8, 1, 3, 1))
        .fixed("a", Tensor.longs(-1, 0))
        .node("Squeeze(x,a) -> y")
        .node("Unsqueeze(x,a) -> z")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void expandAndTile_repeat() {
    Tensor x = TfTensors.normal(9, 3, 1);
    new OnnxNet(17)
        .in("x", x)
        .in("shape", Tensor.longs(2, 1, 4))
        .in("times", Tensor.longs(2, 3))
        .constant("s", Tensor.longs(2, 1, 4))
        .constant("t", Tensor.longs(2, 3))
        .node("Expand(x,shape) -> a")
        .node("Expand(x,s) -> b")
        .node("Tile(x,times) -> c")
        .node("Tile(x,t) -> d")
        .out("a", FLOAT32)
        .out("b", FLOAT32)
        .out("c", FLOAT32)
        .out("d", FLOAT32)
        .check();
  }

  @Test
  void fills_haveKnownOrComputedSizes() {
    new OnnxNet(17)
        .in("shape", Tensor.longs(2, 3))
        .in("n", Tensor.scalar(INT64, 7))
        .constant("zero", Tensor.scalar(INT64, 0))
        .constant("two", Tensor.scalar(INT64, 2))
        .node("ConstantOfShape(shape) -> a")
        .node("ConstantOfShape(shape) -> b", "value", Tensor.ofLongs(INT32, new long[] {1}, i -> 5))
        .node("Range(zero,n,two) -> c")
        .out("a", FLOAT32)
        .out("b", INT32)
        .out("c", INT64)
        .check();
    new OnnxNet(17)
        .in("s", Tensor.scalar(FLOAT32, 0.5))
        .in("l", Tensor.scalar(FLOAT32, -2.2))
        .in("d", Tensor.scalar(FLOAT32, -0.4))
        .node("Range(s,l,d) -> y")
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void eyeLike_andTrilu_countFromTheDiagonal() {
    Tensor x = TfTensors.normal(10, 3, 4);
    for (int k : new int[] {-1, 0, 2}) {
      new OnnxNet(17)
          .in("x", x)
          .in("k", Tensor.scalar(INT64, k))
          .node("EyeLike(x) -> e", "k", k, "dtype", INT64.onnxNumber())
          .node("Trilu(x,k) -> u")
          .node("Trilu(x,k) -> l", "upper", 0)
          .out("e", INT64)
          .out("u", FLOAT32)
          .out("l", FLOAT32)
          .check();
    }
  }

  @Test
  void oneHot_hasItsOwnAxisAndValues() {
    Tensor at = Tensor.ofLongs(INT64, new long[] {2, 3}, i -> i - 2);
    new OnnxNet(17)
        .in("i", at)
        .constant("depth", Tensor.longs(4))
        .in("v", Tensor.floats(new long[] {2}, -1, 3))
        .node("OneHot(i,depth,v) -> y")
        .node("OneHot(i,depth,v) -> z", "axis", 1)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"FLOAT32", "INT64"})
  void topK_givesTheLargestOrSmallest(ElementType type) {
    for (int largest : new int[] {1, 0}) {
      new OnnxNet(17)
          .in("x", numbers(type, 11, 3, 5))
          .in("k", Tensor.longs(2))
          .constant("c", Tensor.longs(2))
          .node("TopK(x,k) -> a,b", "largest", largest)
          .node("TopK(x,c) -> d,e", "largest", largest, "axis", 0)
          .out("a", type)
          .out("b", INT64)
          .out("d", type)
          .out("e", INT64)
          .check();
    }
  }

  @Test
  void choosing_byTruth() {
    Tensor c = TfTensors.whole(BOOL, 12, 0, 2, 3, 1);
    new OnnxNet(17)
        .in("c", c)
        .in("a", TfTensors.normal(13, 3, 4))
        .in("b", TfTensors.normal(14, 4))
        .node("Where(c,a,b) -> y")
        .out("y", FLOAT32)
        .check();
    new OnnxNet(17)
        .in("x", TfTensors.whole(INT32, 15, 0, 2, 3, 4))
        .node("NonZero(x) -> y")
        .out("y", INT64)
        .check();
    new OnnxNet(17)
        .in("x", TfTensors.normal(16, 3, 4))
        .in("c", Tensor.ofLongs(BOOL, new long[] {3}, i -> i % 2))
        .node("Compress(x,c) -> y", "axis", -1)
        .node("Compress(x,c) -> z")
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void unique_isSortedOrInOrder() {
    Tensor x = Tensor.floats(new long[] {6}, 2, 1, 1, 3, 4, 3);
    for (int sorted : new int[] {0, 1}) {
      new OnnxNet(17)
          .in("x", x)
          .node("Unique(x) -> y,first,inverse,counts", "sorted", sorted)
          .out("y", FLOAT32)
          .out("first", INT64)
          .out("inverse", INT64)
          .out("counts", INT64)
          .check();
    }
  }

  @Test
  void slices_areUniqueAndSortedToo() {
    Tensor x = TfTensors.whole(INT64, 21, 0, 2, 2, 6, 2);
    new OnnxNet(17)
        .in("x", x)
        .node("Unique(x) -> y,first,inverse,counts", "axis", 1)
        .out("y", INT64)
        .out("first", INT64)
        .out("inverse", INT64)
        .out("counts", INT64)
        .check();
  }

  @Test
  void cumulations_goForwardsAndBackwards() {
    for (int flag : new int[] {0, 1}) {
      new OnnxNet(17)
          .in("x", X)
          .in("a", Tensor.scalar(INT64, -1))
          .node("CumSum(x,a) -> y", "exclusive", flag)
          .node("CumSum(x,a) -> z", "reverse", flag)
          .out("y", FLOAT32)
          .out("z", FLOAT32)
          .check();
    }
    new OnnxNet(26)
        .in("x", Tensor.floats(new long[] {3}, 2, 3, 4))
        .in("a", Tensor.scalar(INT64, 0))
        .node("CumProd(x,a) -> y", "exclusive", 1, "reverse", 1)
        .out("y", FLOAT32)
        .expect("y", Tensor.floats(new long[] {3}, 12, 4, 1));
  }

  @Test
  void reverseSequence_turnsTheBeginningOfEachRow() {
    new OnnxNet(17)
        .in("x", TfTensors.normal(17, 4, 3))
        .in("n", Tensor.longs(4, 2, 1))
        .node("ReverseSequence(x,n) -> y")
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void centerCropPad_cutsAndFills() {
    new OnnxNet(18)
        .in("x", TfTensors.normal(18, 5, 4, 3))
        .in("s", Tensor.longs(3, 7))
        .node("CenterCropPad(x,s) -> y", "axes", new long[] {0, -1})
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void nonMaxSuppression_picksBoxesOfEachClass() {
    Tensor boxes =
        Tensor.floats(
            new long[] {1, 4, 4}, 0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 2, 1, 3, 1, 1, 0, 0.05f);
    Tensor scores =
        Tensor.floats(new long[] {1, 2, 4}, 0.9f, 0.8f, 0.7f, 0.1f, 0, 0.3f, 0.6f, 0.5f);
    OnnxNet net =
        new OnnxNet(17)
            .in("b", boxes)
            .in("s", scores)
            .constant("n", Tensor.longs(3))
            .constant("iou", Tensor.floats(new long[] {1}, 0.5f))
            .constant("least", Tensor.floats(new long[] {1}, 0.2f))
            .node("NonMaxSuppression(b,s,n,iou,least) -> y")
            .out("y", INT64);
    net.checkDeclared();
    Exception open =
        assertThrows(
            ConversionException.class,
            () -> OnnxToTf.convert(net.model(true), ImportOptions.defaults()));
    assertTrue(open.getMessage().contains("inputShapes"), open.getMessage());
  }

  @Test
  void topK_ofHalves_andMaximumOfBytes() {
    new OnnxNet(17)
        .in("x", TfTensors.normal(19, 2, 3))
        .node("Cast(x) -> h", "to", FLOAT16.onnxNumber())
        .constant("k", Tensor.longs(2))
        .node("TopK(h,k) -> a,b")
        .out("a", FLOAT16)
        .out("b", INT64)
        .check();
    new OnnxNet(20)
        .in("x", TfTensors.whole(UINT8, 20, 0, 200, 2, 3))
        .constant("r", Tensor.longs(1))
        .node("ReduceMax(x,r) -> y")
        .out("y", UINT8)
        .check();
  }
}
