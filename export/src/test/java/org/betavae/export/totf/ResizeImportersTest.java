package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
