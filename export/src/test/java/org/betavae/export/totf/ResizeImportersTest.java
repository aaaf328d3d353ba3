package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of resizing and sampling, TensorFlow beside ONNX Runtime. */
class ResizeImportersTest {
  private static final Tensor IMAGE = TfTensors.normal(1, 2, 3, 5, 6);

  private static OnnxNet net() {
    return new OnnxNet(18).in("x", IMAGE).out("y", FLOAT32);
  }

  @ParameterizedTest
  @CsvSource({
    "nearest,asymmetric,floor",
    "nearest,half_pixel,round_prefer_floor",
    "nearest,half_pixel,round_prefer_ceil",
    "nearest,align_corners,ceil",
    "linear,half_pixel,floor",
    "linear,asymmetric,floor",
    "linear,align_corners,floor",
    "linear,pytorch_half_pixel,floor",
    "cubic,half_pixel,floor",
    "cubic,align_corners,floor"
  })
  void resize_toGivenSizes_agrees(String mode, String transform, String nearest) {
    for (long[] size : new long[][] {{10, 12}, {8, 7}, {3, 2}}) {
      net()
          .constant("s", Tensor.longs(2, 3, size[0], size[1]))
          .node(
              "Resize(x,,,s) -> y",
              "mode",
              mode,
              "coordinate_transformation_mode",
              transform,
              "nearest_mode",
              nearest)
          .checkDeclared();
    }
  }

  @Test
  void resize_byWholeFactors_isTensorFlowsOwnAndLeavesSizesOpen() {
    TfModel tf =
        net()
            .constant("s", Tensor.floats(new long[] {4}, 1, 1, 2, 3))
            .node(
                "Resize(x,,s) -> y",
                "coordinate_transformation_mode",
                "asymmetric",
                "nearest_mode",
                "floor")
            .check();
    assertEquals(1, tf.graph().operatorCounts().get("ResizeNearestNeighbor"));
  }

  @Test
  void resize_withAntialiasAndWithoutWhatLiesOutside_agrees() {
    net()
        .constant("s", Tensor.longs(2, 3, 3, 2))
        .node("Resize(x,,,s) -> y", "mode", "linear", "antialias", 1)
        .checkDeclared();
    net()
        .constant("s", Tensor.longs(2, 3, 7, 9))
        .node("Resize(x,,,s) -> y", "mode", "cubic", "cubic_coeff_a", -0.5f, "exclude_outside", 1)
        .checkDeclared();
  }

  @ParameterizedTest
  @CsvSource({
    "nearest,asymmetric,floor",
    "nearest,half_pixel,round_prefer_floor",
    "nearest,half_pixel,round_prefer_ceil",
    "nearest,align_corners,ceil",
    "linear,half_pixel,floor",
    "linear,align_corners,floor",
    "linear,pytorch_half_pixel,floor",
    "linear,half_pixel_symmetric,floor",
    "cubic,half_pixel,floor",
    "cubic,asymmetric,floor"
  })
  void resize_toSizesAndScalesOfRunTime_agrees(String mode, String transform, String nearest) {
    Object[] how = {
      "mode", mode, "coordinate_transformation_mode", transform, "nearest_mode", nearest
    };
    for (long[] size : new long[][] {{8, 12}, {3, 2}, {1, 6}}) {
      net().in("s", Tensor.longs(2, 3, size[0], size[1])).node("Resize(x,,,s) -> y", how).check();
    }
    float[] scales = {1, 1, 1.6f, 0.5f};
    net().in("s", Tensor.floats(new long[] {4}, scales)).node("Resize(x,,s) -> y", how).check();
    net()
        .constant("s", Tensor.floats(new long[] {4}, scales))
        .node("Resize(x,,s) -> y", how)
        .check();
  }

  @Test
  void resize_ofRunTime_withAxesAntialiasCropsAndRatios_agrees() {
    net()
        .in("s", Tensor.longs(3, 2))
        .node("Resize(x,,,s) -> y", "mode", "linear", "antialias", 1, "axes", new long[] {2, 3})
        .check();
    net()
        .in("s", Tensor.longs(2, 3, 7, 9))
        .node("Resize(x,,,s) -> y", "mode", "cubic", "cubic_coeff_a", -0.5f, "exclude_outside", 1)
        .check();
    net()
        .in("r", Tensor.floats(new long[] {8}, 0, 0, 0.4f, 0.6f, 1, 1, 1.2f, 0.9f))
        .in("s", Tensor.longs(2, 3, 4, 3))
        .node(
            "Resize(x,r,,s) -> y",
            "mode",
            "linear",
            "coordinate_transformation_mode",
            "tf_crop_and_resize",
            "extrapolation_value",
            9f)
        .check();
    net()
        .in("s", Tensor.longs(7, 9))
        .node(
            "Resize(x,,,s) -> y",
            "axes",
            new long[] {2, 3},
            "keep_aspect_ratio_policy",
            "not_smaller")
        .check();
  }

  @Test
  void resize_toTheSizeOfAnotherImage_knowsItsShape() {
    TfModel tf =
        net()
            .in("like", TfTensors.normal(2, 2, 8, 3, 4))
            .constant("two", Tensor.longs(2))
            .constant("four", Tensor.longs(4))
            .constant("none", Tensor.longs(0))
            .node("Shape(x) -> a")
            .node("Shape(like) -> b")
            .node("Slice(a,none,two) -> front")
            .node("Slice(b,two,four) -> back")
            .node("Concat(front,back) -> s", "axis", 0)
            .node("Resize(x,,,s) -> y", "mode", "linear")
            .check();
    assertEquals(List.of(2L, 3L, 3L, 4L), tf.outputs().get(0).shape());
  }

  @Test
  void upsample_agrees() {
    new OnnxNet(9)
        .in("x", IMAGE)
        .constant("s", Tensor.floats(new long[] {4}, 1, 1, 2, 2))
        .node("Upsample(x,s) -> y")
        .out("y", FLOAT32)
        .checkDeclared();
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "nearest", "cubic"})
  void gridSample_agrees(String mode) {
    for (String padding : new String[] {"zeros", "border", "reflection"}) {
      for (int corners = 0; corners < 2; corners++) {
        new OnnxNet(20)
            .in("x", IMAGE)
            .in("g", TfTensors.uniform(2, -1.2, 1.2, 2, 4, 3, 2))
            .node(
                "GridSample(x,g) -> y",
                "mode",
                mode,
                "padding_mode",
                padding,
                "align_corners",
                corners)
            .out("y", FLOAT32)
            .checkDeclared();
      }
    }
  }

  @Test
  void affineGrid_agrees() {
    new OnnxNet(20)
        .in("x", TfTensors.normal(2, 2, 2, 3))
        .constant("s", Tensor.longs(2, 3, 4, 5))
        .node("AffineGrid(x,s) -> y")
        .out("y", FLOAT32)
        .checkDeclared();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void affineGrid_toASizeOfRunTime_isTheSame(int corners) {
    Tensor theta = TfTensors.normal(2, 2, 2, 3);
    Tensor solid = TfTensors.normal(3, 2, 3, 4);
    for (long[] size : new long[][] {{2, 3, 4, 5}, {2, 3, 4, 1}}) {
      Tensor grid =
          new OnnxNet(20)
              .in("x", theta)
              .constant("s", Tensor.longs(size))
              .node("AffineGrid(x,s) -> y", "align_corners", corners)
              .out("y", FLOAT32)
              .runTensorFlow("y");
      new OnnxNet(20)
          .fixed("x", theta)
          .in("s", Tensor.longs(size))
          .node("AffineGrid(x,s) -> y", "align_corners", corners)
          .out("y", FLOAT32)
          .expect("y", grid);
    }
    new OnnxNet(20)
        .fixed("x", solid)
        .in("s", Tensor.longs(2, 3, 2, 4, 5))
        .node("AffineGrid(x,s) -> y", "align_corners", corners)
        .out("y", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @CsvSource({
    "avg,half_pixel,2",
    "avg,output_half_pixel,3",
    "avg,half_pixel,0",
    "max,half_pixel,2",
    "max,output_half_pixel,0"
  })
  void roiAlign_agrees(String mode, String transform, int ratio) {
    new OnnxNet(16)
        .in("x", IMAGE)
        .in(
            "r",
            Tensor.floats(
                new long[] {3, 4}, 0.5f, 1, 4.5f, 3, 2, -1, 11, 9, -3.5f, 0.25f, 1, 2.75f))
        .in("b", Tensor.longs(1, 0, 1))
        .node(
            "RoiAlign(x,r,b) -> y",
            "mode",
            mode,
            "coordinate_transformation_mode",
            transform,
            "sampling_ratio",
            ratio,
            "output_height",
            2,
            "output_width",
            3,
            "spatial_scale",
            0.75f)
        .out("y", FLOAT32)
        .check();
  }
}
