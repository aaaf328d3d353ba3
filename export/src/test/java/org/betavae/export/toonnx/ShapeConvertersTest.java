package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.integer;
import static org.betavae.export.TfTensors.ints;
import static org.betavae.export.TfTensors.normal;
import static org.betavae.export.TfTensors.whole;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.betavae.export.ConversionException;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Parity;
import org.betavae.export.Tensor;
import org.betavae.export.TfToOnnx;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.proto.DataType;

/** Operators that move, cut, join and describe tensors, against TensorFlow. */
final class ShapeConvertersTest {
  private static Parity onX() {
    return Parity.on("x", normal(1, 3, 4, 6), -1, 4, 6);
  }

  private static Tensor matrix(long... values) {
    return Tensor.ofLongs(ElementType.INT32, new long[] {values.length / 2, 2}, i -> values[i]);
  }

  @Test
  void reshape_toKnownAndFreeSizes_isOneReshape() {
    OnnxModel model =
        onX()
            .check(
                tf ->
                    Map.of(
                        "flat", tf.op("Reshape", tf.in("x"), ints(-1, 24)),
                        "fold", tf.op("Reshape", tf.in("x"), ints(-1, 6)),
                        "split", tf.op("Reshape", tf.in("x"), ints(-1, 2, 2, 3, 2))));
    assertEquals(operators("Reshape", 3), model.operatorCounts());
  }

  @Test
  void reshape_toComputedSizes_becomesConstant() {
    OnnxModel model =
        onX()
            .check(
                tf -> {
                  var shape = tf.op("Shape", tf.in("x"));
                  var batch =
                      tf.op(
                          "StridedSlice",
                          Map.of("shrink_axis_mask", 1),
                          shape,
                          ints(0),
                          ints(1),
                          ints(1));
                  var rest =
                      tf.op("Prod", tf.op("GatherV2", shape, ints(1, 2), integer(0)), ints(0));
                  return Map.of(
                      "y", tf.op("Reshape", tf.in("x"), tf.op("Pack", List.of(batch, rest))));
                });
    assertEquals(operators("Reshape", 1), model.operatorCounts());
    assertEquals(List.of(-1L, 24L), model.outputs().get(0).shape());
  }

  @Test
  void reshape_toSizesFromOutside_staysDynamic() {
    OnnxModel model =
        onX()
            .and("s", ints(2, -1))
            .check(tf -> Map.of("y", tf.op("Reshape", tf.in("x"), tf.in("s"))));
    assertEquals(operators("Cast", 1, "Reshape", 1), model.operatorCounts());
  }

  @Test
  void squeezeAndExpandDims_agree() {
    OnnxModel model =
        Parity.on("x", normal(1, 3, 1, 4, 1), -1, 1, 4, 1)
            .check(
                tf ->
                    Map.of(
                        "all", tf.op("Squeeze", tf.in("x")),
                        "one",
                            tf.op("Squeeze", Map.of("squeeze_dims", new long[] {-1}), tf.in("x")),
                        "front", tf.op("ExpandDims", tf.in("x"), integer(0)),
                        "back", tf.op("ExpandDims", tf.in("x"), integer(-1))));
    assertEquals(operators("Squeeze", 2, "Unsqueeze", 2), model.operatorCounts());
  }

  @Test
  void shapeSizeAndRank_agree() {
    onX()
        .check(
            tf ->
                Map.of(
                    "shape", tf.op("Shape", tf.in("x")),
                    "shape64", tf.op("Shape", Map.of("out_type", DataType.DT_INT64), tf.in("x")),
                    "size", tf.op("Size", tf.in("x")),
                    "rank", tf.op("Rank", tf.in("x")),
                    "many",
                        tf.operation("ShapeN", Map.of(), List.of(tf.in("x"), normal(2, 5)))
                            .output(1)));
  }

  @Test
  void transpose_agrees() {
    OnnxModel model =
        onX()
            .check(
                tf ->
                    Map.of(
                        "y", tf.op("Transpose", tf.in("x"), ints(2, 0, 1)),
                        "same",
                            tf.op(
                                "Transpose",
                                tf.op("Transpose", tf.in("x"), ints(2, 0, 1)),
                                tf.op("InvertPermutation", ints(2, 0, 1)))));
    assertEquals(operators("Transpose", 1, "Identity", 1), model.operatorCounts());
  }

  @Test
  void concatAndPack_agree() {
    OnnxModel model =
        onX()
            .check(
                tf ->
                    Map.of(
                        "last", tf.op("ConcatV2", List.of(tf.in("x"), tf.in("x")), integer(-1)),
                        "old", tf.op("Concat", integer(1), List.of(tf.in("x"), tf.in("x"))),
                        "pack",
                            tf.op(
                                "Pack",
                                Map.of("axis", -1),
                                List.of(tf.in("x"), tf.in("x"), tf.in("x"))),
                        "single", tf.op("Pack", Map.of("axis", 1), List.of(tf.in("x")))));
    assertEquals(operators("Concat", 3, "Unsqueeze", 2), model.operatorCounts());
  }

  @Test
  void splitAndUnpack_agree() {
    OnnxModel model =
        onX()
            .check(
                tf -> {
                  var even = tf.operation("Split", Map.of("num_split", 3), integer(2), tf.in("x"));
                  var sizes =
                      tf.operation(
                          "SplitV", Map.of("num_split", 3), tf.in("x"), ints(1, -1, 2), integer(2));
                  var rows = tf.operation("Unpack", Map.of("num", 4, "axis", 1), tf.in("x"));
                  return Map.of(
                      "a",
                      even.output(1),
                      "b",
                      sizes.output(0),
                      "c",
                      sizes.output(1),
                      "d",
                      rows.output(3));
                });
    assertEquals(operators("Split", 3, "Squeeze", 1), model.operatorCounts());
  }

  @Test
  void split_ofAFreeDimension_isEven() {
    Parity.on("x", normal(1, 6, 4), -1, 4)
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.operation("Split", Map.of("num_split", 3), integer(0), tf.in("x"))
                        .output(2)));
  }

  @Test
  void slice_agrees() {
    OnnxModel model =
        onX()
            .check(
                tf ->
                    Map.of(
                        "part", tf.op("Slice", tf.in("x"), ints(0, 1, 2), ints(-1, 2, 3)),
                        "rest", tf.op("Slice", tf.in("x"), ints(0, 1, 2), ints(-1, -1, -1))));
    assertEquals(operators("Slice", 2), model.operatorCounts());
    onX()
        .and("b", ints(0, 1, 2))
        .and("s", ints(-1, 2, -1))
        .check(tf -> Map.of("y", tf.op("Slice", tf.in("x"), tf.in("b"), tf.in("s"))));
  }

  @ParameterizedTest
  @CsvSource({
    "0 1 2,3 3 5,1 1 1,0,0,0,0,0",
    "0 1 2,3 3 5,1 1 2,7,7,0,0,0",
    "0 -3 -1,3 -1 -6,1 1 -2,1,1,0,0,0",
    "0 -1 0,0 -9 9,1 -1 1,1,1,0,0,0",
    "0 2 0,0 0 0,1 1 1,1,1,0,0,2",
    "0 -1 1,0 0 3,1 1 1,1,1,0,0,2",
    "0 0 1,0 0 3,1 1 1,0,0,1,0,0",
    "0 0 1,0 0 3,1 1 1,0,0,2,0,0",
    "0 0 1,0 0 3,1 1 1,3,3,0,2,0",
    "0 0 0 1,0 0 0 3,1 1 1 1,3,3,0,4,0",
    "0 0 2,0 0 0,1 1 1,0,0,1,2,4",
    "-1 0,9 9,-1 1,1,1,0,0,0"
  })
  void stridedSlice_withEveryMask_agrees(
      String begin,
      String end,
      String strides,
      int beginMask,
      int endMask,
      int ellipsis,
      int newAxis,
      int shrink) {
    Map<String, Object> attributes =
        Map.of(
            "begin_mask",
            beginMask,
            "end_mask",
            endMask,
            "ellipsis_mask",
            ellipsis,
            "new_axis_mask",
            newAxis,
            "shrink_axis_mask",
            shrink);
    onX()
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "StridedSlice",
                        attributes,
                        tf.in("x"),
                        vector(begin),
                        vector(end),
                        vector(strides))));
  }

  private static Tensor vector(String text) {
    return ints(java.util.Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray());
  }

  @Test
  void stridedSlice_withComputedBounds_agrees() {
    onX()
        .and("b", ints(0, 1, 2))
        .and("e", ints(2, 3, 5))
        .check(
            tf ->
                Map.of(
                    "y", tf.op("StridedSlice", tf.in("x"), tf.in("b"), tf.in("e"), ints(1, 1, 1)),
                    "z",
                        tf.op(
                            "StridedSlice",
                            Map.of("shrink_axis_mask", 2),
                            tf.in("x"),
                            tf.in("b"),
                            tf.in("e"),
                            ints(1, 1, 1))));
  }

  @Test
  void gather_agrees() {
    OnnxModel model =
        onX()
            .and("i", whole(ElementType.INT32, 2, 0, 4, 3, 5), -1, 5)
            .check(
                tf ->
                    Map.of(
                        "axis", tf.op("GatherV2", tf.in("x"), ints(5, 0, 0), integer(2)),
                        "scalar", tf.op("GatherV2", tf.in("x"), integer(2), integer(1)),
                        "matrix", tf.op("GatherV2", tf.in("x"), tf.in("i"), integer(1)),
                        "old", tf.op("Gather", tf.in("x"), ints(1, 0))));
    assertEquals(operators("Gather", 4), model.operatorCounts());
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,2", "1,3", "2,2", "2,3"})
  void gather_ofBatches_agrees(int batch, int axis) {
    Tensor x = normal(1, 3, 4, 5, 6);
    long[] shape = batch == 1 ? new long[] {3, 2} : new long[] {3, 4, 2};
    Parity.on("x", x, -1, 4, 5, 6)
        .and("i", whole(ElementType.INT32, 2, 0, 4, shape))
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "GatherV2",
                        Map.of("batch_dims", batch),
                        tf.in("x"),
                        tf.in("i"),
                        integer(axis))));
  }

  @Test
  void gatherNdAndScatter_agree() {
    Tensor places = matrix(0, 1, 2, 3, 1, 0);
    onX()
        .check(
            tf ->
                Map.of(
                    "y",
                    tf.op("GatherNd", tf.in("x"), places),
                    "u",
                    tf.op("TensorScatterUpdate", tf.in("x"), places, normal(2, 3, 6))));
    Parity net = Parity.on("u", normal(2, 4, 2));
    OnnxModel model =
        net.check(
            tf ->
                Map.of(
                    "y",
                    tf.op(
                        "ScatterNd",
                        Tensor.ofLongs(ElementType.INT32, new long[] {4, 1}, i -> i % 3),
                        tf.in("u"),
                        ints(5, 2))),
            16);
    assertEquals(operators("ScatterND", 1), model.operatorCounts());
  }

  @Test
  void scatter_combinesUpdatesOfOnePlace_inEveryOperatorSet() {
    Tensor places = Tensor.ofLongs(ElementType.INT32, new long[] {4, 1}, i -> i / 2 * 3L);
    Parity.on("u", normal(2, 4, 2))
        .and("x", normal(3, 5, 2), -1, 2)
        .check(
            tf ->
                Map.of(
                    "fresh",
                    tf.op("ScatterNd", places, tf.in("u"), ints(5, 2)),
                    "added",
                    tf.op("TensorScatterAdd", tf.in("x"), places, tf.in("u")),
                    "taken",
                    tf.op("TensorScatterSub", tf.in("x"), places, tf.in("u")),
                    "largest",
                    tf.op("TensorScatterMax", tf.in("x"), places, tf.in("u")),
                    "least",
                    tf.op("TensorScatterMin", tf.in("x"), places, tf.in("u"))));
  }

  @Test
  void tileFillAndBroadcast_agree() {
    onX()
        .check(
            tf -> {
              var shape = tf.op("Shape", tf.in("x"));
              return Map.of(
                  "tile", tf.op("Tile", tf.in("x"), ints(1, 2, 3)),
                  "fill", tf.op("Fill", shape, Tensor.scalar(ElementType.FLOAT32, 2.5)),
                  "fillComputed", tf.op("Fill", shape, tf.op("Max", tf.in("x"), ints(0, 1, 2))),
                  "broadcast", tf.op("BroadcastTo", normal(3, 6), shape),
                  "same", tf.op("BroadcastTo", tf.in("x"), shape),
                  "args", tf.op("BroadcastArgs", shape, ints(1, 6)));
            });
  }

  @Test
  void rangeAndLinSpace_agree() {
    onX()
        .check(
            tf -> {
              var size = tf.op("Size", tf.in("x"));
              return Map.of(
                  "range", tf.op("Range", integer(1), size, integer(5)),
                  "line",
                      tf.op(
                          "LinSpace",
                          Tensor.scalar(ElementType.FLOAT32, -1),
                          tf.op("Cast", Map.of("DstT", DataType.DT_FLOAT), size),
                          integer(7)));
            });
  }

  @Test
  void padding_agrees() {
    Tensor pads = matrix(0, 0, 1, 2, 3, 0);
    OnnxModel model =
        onX()
            .check(
                tf ->
                    Map.of(
                        "zero", tf.op("Pad", tf.in("x"), pads),
                        "value",
                            tf.op(
                                "PadV2", tf.in("x"), pads, Tensor.scalar(ElementType.FLOAT32, -7)),
                        "reflect", tf.op("MirrorPad", Map.of("mode", "REFLECT"), tf.in("x"), pads),
                        "symmetric",
                            tf.op("MirrorPad", Map.of("mode", "SYMMETRIC"), tf.in("x"), pads)));
    assertEquals(operators("Pad", 3, "Slice", 3, "Concat", 2), model.operatorCounts());
  }

  @Test
  void reverse_agrees() {
    OnnxModel model = onX().check(tf -> Map.of("y", tf.op("ReverseV2", tf.in("x"), ints(0, -1))));
    assertEquals(operators("Slice", 1), model.operatorCounts());
  }

  @Test
  void roll_agrees() {
    OnnxModel model =
        onX().check(tf -> Map.of("y", tf.op("Roll", tf.in("x"), ints(-1, 8), ints(1, 2))));
    assertEquals(operators("Slice", 4, "Concat", 2), model.operatorCounts());
    Parity.on("x", normal(1, 5, 2), -1, 2)
        .check(
            tf ->
                Map.of(
                    "on",
                    tf.op("Roll", tf.in("x"), ints(2), ints(0)),
                    "back",
                    tf.op("Roll", tf.in("x"), ints(-2), ints(0))));
  }

  @Test
  void oneHot_withIndicesOutOfRange_agrees() {
    Parity.on("i", whole(ElementType.INT32, 1, -2, 7, 3, 4), -1, 4)
        .check(
            tf ->
                Map.of(
                    "last",
                        tf.op(
                            "OneHot",
                            tf.in("i"),
                            integer(5),
                            Tensor.scalar(ElementType.FLOAT32, 2),
                            Tensor.scalar(ElementType.FLOAT32, -1)),
                    "first",
                        tf.op(
                            "OneHot",
                            Map.of("axis", 0),
                            tf.in("i"),
                            integer(5),
                            integer(1),
                            integer(0)),
                    "bool",
                        tf.op(
                            "OneHot",
                            tf.in("i"),
                            integer(5),
                            Tensor.ofLongs(ElementType.BOOL, new long[0], i -> 1),
                            Tensor.ofLongs(ElementType.BOOL, new long[0], i -> 0))));
  }

  @ParameterizedTest
  @CsvSource({"1,0", "0,1", "-1,0", "0,-1", "-1,-1", "2,1"})
  void matrixBandPart_agrees(int lower, int upper) {
    onX()
        .check(
            tf -> Map.of("y", tf.op("MatrixBandPart", tf.in("x"), integer(lower), integer(upper))));
    Parity.on("x", normal(1, 5, 4), -1, -1)
        .check(
            tf -> Map.of("y", tf.op("MatrixBandPart", tf.in("x"), integer(lower), integer(upper))),
            14);
  }

  @Test
  void depthAndSpace_agree() {
    Map<String, Object> two = Map.of("block_size", 2);
    OnnxModel model =
        Parity.on("x", normal(1, 2, 4, 6, 8), -1, 4, 6, 8)
            .check(
                tf ->
                    Map.of(
                        "space",
                        tf.op("DepthToSpace", two, tf.in("x")),
                        "depth",
                        tf.op("SpaceToDepth", two, tf.in("x"))));
    assertEquals(
        operators("Transpose", 3, "DepthToSpace", 1, "SpaceToDepth", 1), model.operatorCounts());
  }

  @Test
  void spaceToBatchAndBack_agree() {
    Parity.on("x", normal(1, 2, 4, 6, 3), -1, 4, 6, 3)
        .check(
            tf -> {
              var batch = tf.op("SpaceToBatchND", tf.in("x"), ints(2, 3), matrix(1, 1, 0, 3));
              return Map.of(
                  "batch",
                  batch,
                  "back",
                  tf.op("BatchToSpaceND", batch, ints(2, 3), matrix(1, 0, 0, 2)));
            });
  }

  @Test
  void transpose_thatIsNoOrder_isRefused() {
    var model =
        onX()
            .and("p", ints(0, 2, 1))
            .model(tf -> Map.of("y", tf.op("Transpose", tf.in("x"), tf.in("p"))));
    ConversionException e =
        assertThrows(
            ConversionException.class, () -> TfToOnnx.convert(model, ConvertOptions.defaults()));
    assertTrue(
        e.getMessage().contains("Transpose (node")
            && e.getMessage().contains("expected a constant"),
        e.getMessage());
  }
}
