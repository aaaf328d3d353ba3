package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.betavae.data.ItemShape;
import org.betavae.train.TrainConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerListTest {
  @Test
  void defaults_areKerasOnes() throws Exception {
    assertEquals(new Conv2d(8, 3, 1), LayerTest.layer("{conv: {filters: 8, kernel: 3}}"));
    assertEquals(new Dense(7), LayerTest.layer("{dense: {units: 7}}"));
    assertEquals(new BatchNorm(1e-3), LayerTest.layer("{batch-norm: }"));
    assertEquals(new Pool(Pool.Method.MAX, 3, 3, Padding.SAME), LayerTest.layer("{max-pool: 3}"));
    assertEquals(Resize.by(2, Resize.Method.NEAREST), LayerTest.layer("{resize: 2}"));
    assertEquals(Activation.LEAKY_RELU, LayerTest.layer("{activation: leaky-relu}"));
    assertEquals(new Flatten(), LayerTest.layer("{flatten: {}}"));
  }

  @Test
  void everyKindsExample_canBeRead_andIsWrittenAsItIsRead() throws Exception {
    for (LayerKind kind : LayerKind.ALL.values()) {
      Layer layer = LayerTest.layer(kind.example());
      String again = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(layer);
      assertEquals(layer, LayerTest.layer(again), kind.name());
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "cnv                           | layers 1: unknown layer cnv, expected one of dense, conv, | Did you mean conv?",
        "{conv_transpose: 3}           | unknown layer conv_transpose | Did you mean conv-transpose?",
        "conv                          | layers 1 (conv): filters is missing, expected a whole number >= 1 | '- {conv: {filters: 32",
        "{conv: 32}                    | settings are 32, expected names and values | '- {conv: {filters: 32",
        "{conv: {filters: 8}}          | kernel is missing | kernel: 4",
        "{conv: {filters: 0, kernel: 3}}| filters is 0, expected a whole number >= 1 | '- {conv",
        "{conv: {filters: many, kernel: 3}}| filters is \"many\", expected a whole number >= 1 | '- {conv",
        "{conv: {filters: 2.5, kernel: 3}}| filters is 2.5, expected a whole number | '- {conv",
        "{conv: {filters: 8, kernal: 3, kernel: 3}}| unknown setting kernal, expected one of filters, kernel, stride, padding, init | Did you mean kernel?",
        "{conv: {filters: 8, kernel: 3, padding: full}}| padding is full, expected one of same, valid | same",
        "{conv: {filters: 8, kernel: 3, init: hee}}| init is hee, expected one of glorot, he, zeros | Did you mean he?",
        "{dense: -4}                   | layers 1 (dense): units is -4, expected a whole number >= 1 | {dense: 256}",
        "{dropout: 1}                  | rate is 1.0, expected a number from 0 to below 1 | 0.1 to 0.5",
        "{dropout: often}              | rate is \"often\", expected a number | {dropout: 0.1}",
        "dropout                       | rate is missing, expected a number | {dropout: 0.1}",
        "{batch-norm: {epsilon: 0}}    | epsilon is 0.0, expected a number from 1e-5 to 1 | 1e-3",
        "{batch-norm: {momentum: 0.9}} | unknown setting momentum, expected one of epsilon | '- batch-norm'",
        "{resize: {factor: 2, size: [3, 4]}}| factor and size are given, expected one of them | factor",
        "{resize: {size: [3]}}         | size is [3], expected a list of height and width | {resize: 2}",
        "{resize: {factor: 2, method: cubic}}| method is cubic, expected one of nearest, bilinear | nearest",
        "{reshape: [4, 4]}             | shape is [4,4], expected a list of height, width and channels, or of one size | [4, 4, 64]",
        "{max-pool: 0}                 | size is 0, expected a whole number >= 1 | {max-pool: 2}",
        "{activation: rely}            | name is rely, expected one of relu, leaky-relu | Did you mean relu?",
        "{relu: 3}                     | settings are 3, expected names and values | '- relu'",
        "{relu: {alpha: 3}}            | unknown setting alpha, expected none | '- relu'",
        "{residual: []}                | layers is [], expected at least one layer | Leave the block out",
        "{residual: [relu, dens]}      | layers 1 (residual): layer 2: unknown layer dens | Did you mean dense?",
        "{conv: , filters: 8}          | layers 1 is {\"conv\":null,\"filters\":8}, expected one layer | within the inner braces",
        "[relu]                        | layers 1 is [\"relu\"], expected one layer | '- relu'",
        "3                             | layers 1 is 3, expected one layer | '- relu'"
      },
      quoteCharacter = '`')
  void wrongEntry_isNamedWithItsPlaceValueAndAdvice(String entry, String value, String advice) {
    refused(
        assertThrows(IllegalArgumentException.class, () -> LayerTest.layer(entry)), value, advice);
  }

  @Test
  void notANumber_isRefused() {
    refused(
        assertThrows(IllegalArgumentException.class, () -> new Dropout(Double.NaN)),
        "rate is NaN, expected a number from 0 to below 1",
        "0.1 to 0.5");
    refused(
        assertThrows(IllegalArgumentException.class, () -> new BatchNorm(Double.NaN)),
        "epsilon is NaN",
        "1e-3");
    refused(
        assertThrows(IllegalArgumentException.class, () -> new LayerNorm(Double.NaN)),
        "epsilon is NaN",
        "1e-3");
  }

  @Test
  void whatIsNoList_isRefused() {
    refused(
        assertThrows(
            IllegalArgumentException.class, () -> config(Integer.valueOf(3), List.of("relu"))),
        "encoder-layers is 3, expected a list of layers",
        "'- '");
  }

  /** Items of 8x8x1, 5 latents, one number a value; encoder | decoder | value | advice. */
  @ParameterizedTest(name = "{0} to {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "{dense: 9}               | {dense: 64}             | encoder-layers 1 (dense): got an image of 8x8x1, expected a vector. | Put flatten before it. Layer by layer: items 8x8x1.",
        "{conv: {filters: 3, kernel: 3, stride: 2}}, relu | flatten | encoder-layers end with an image of 4x4x3, expected a vector | Add flatten as the last layer. Layer by layer: items 8x8x1, 1 conv 4x4x3, 2 relu 4x4x3.",
        "flatten, {conv: {filters: 3, kernel: 3}} | flatten | encoder-layers 2 (conv): got a vector of 64, expected an image | Put a reshape",
        "{conv: {filters: 3, kernel: 9, padding: valid}} | flatten | encoder-layers 1 (conv): got 8 pixels for a window of 9 | padding: same",
        "flatten, {reshape: [8, 9, 1]} | flatten | encoder-layers 2 (reshape): got 64, which are 64 values, expected 72 for 8x9x1. | Change the layer before it",
        "{residual: [flatten]}    | flatten | encoder-layers 1 (residual): got 8x8x1 and its layers give 64, expected the same shape | outside of the block",
        "{residual: [{resize: 2}]} | flatten | got 8x8x1 and its layers give 16x16x1 | outside of the block",
        "{residual: [{dense: 2}]} | flatten | encoder-layers 1 (residual): layer 1 (dense): got an image of 8x8x1 | Put flatten before it.",
        "flatten | {dense: 64}    | decoder-layers end with a vector of 64, expected an image of 8x8x1 (items are 8x8x1, and the likelihood needs 1 number for each value) | Add {reshape: [8, 8, 1]} as the last layer. Layer by layer: latents 5, 1 dense 64.",
        "flatten | {dense: 4}, {reshape: [1, 1, 4]}, {resize: 8} | decoder-layers end with an image of 8x8x4, expected an image of 8x8x1 | filters: 1. Layer by layer: latents 5, 1 dense 4, 2 reshape 1x1x4, 3 resize 8x8x4.",
        "flatten | {dense: 4}, {reshape: [2, 2, 1]}, {resize: 2} | decoder-layers end with an image of 4x4x1, expected an image of 8x8x1 | height and width come to 8x8.",
        "flatten | {dense: 4}, {reshape: [2, 2, 1]}, {conv-transpose: {filters: 9000, kernel: 4, stride: 900}} | decoder-layers 3 (conv-transpose): gives 1800x1800x9000 values, expected at most 2147483647 | smaller sizes",
        "flatten | {dense: 2000000000} | decoder-layers 1 (dense): got a vector of 5 for 2000000000 units, expected at most 2147483647 weights | fewer units"
      },
      quoteCharacter = '`')
  void layersThatDoNotFit_areNamedWithBothShapes_layerByLayer(
      String encoder, String decoder, String value, String advice) throws Exception {
    NetworkSettings settings = config(entries(encoder), entries(decoder)).network();
    refused(
        assertThrows(
            IllegalArgumentException.class, () -> settings.newNetwork(ItemShape.image(8, 8, 1), 1)),
        value,
        advice);
  }

  @Test
  void likelihoodOfTwoNumbers_needsTwiceTheChannels_orTwiceTheVector() throws Exception {
    NetworkSettings images =
        config(entries("flatten"), entries("{dense: 64}, {reshape: [8, 8, 1]}")).network();
    refused(
        assertThrows(
            IllegalArgumentException.class, () -> images.newNetwork(ItemShape.image(8, 8, 1), 2)),
        "expected an image of 8x8x2 (items are 8x8x1, and the likelihood needs 2 numbers",
        "filters: 2.");
    NetworkSettings vectors = config(entries("relu"), entries("{dense: 7}")).network();
    refused(
        assertThrows(
            IllegalArgumentException.class, () -> vectors.newNetwork(ItemShape.vector(7), 2)),
        "end with a vector of 7, expected a vector of 14",
        "End with {dense: 14}.");
    assertEquals(1, vectors.newNetwork(ItemShape.vector(7), 1).decoder().size());
  }

  private static void refused(Exception e, String value, String advice) {
    assertTrue(e.getMessage().contains(value), e.getMessage());
    assertTrue(e.getMessage().contains(advice), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }

  private static Object entries(String list) throws Exception {
    return new com.fasterxml.jackson.dataformat.yaml.YAMLMapper()
        .readValue("[" + list + "]", List.class);
  }

  private static TrainConfig config(Object encoder, Object decoder) {
    return TrainConfig.defaults().toBuilder()
        .arch("layers")
        .latent(5)
        .set("encoder-layers", encoder)
        .set("decoder-layers", decoder)
        .build();
  }
}
