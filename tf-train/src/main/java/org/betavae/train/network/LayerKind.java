package org.betavae.train.network;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.betavae.data.ItemShape;

/**
 * A kind of layer that a list of layers can name.
 *
 * @param name such as {@code conv}
 * @param example an entry, for errors
 * @param shorthand the setting that a value alone stands for, as in {@code dense: 256}, or empty
 * @param reader makes the layer
 */
record LayerKind(
    String name, String example, String shorthand, Function<LayerSettings, Layer> reader) {

  /** All, in the order of the documentation. */
  static final Map<String, LayerKind> ALL = all();

  private static Map<String, LayerKind> all() {
    List<LayerKind> kinds = new ArrayList<>();
    kinds.add(
        new LayerKind(
            "dense",
            "{dense: 256}",
            "units",
            s -> new Dense(s.whole("units"), s.choice("init", KernelInit.class))));
    kinds.add(
        new LayerKind("conv", "{conv: {filters: 32, kernel: 4, stride: 2}}", "", LayerKind::conv));
    kinds.add(
        new LayerKind(
            "conv-transpose",
            "{conv-transpose: {filters: 32, kernel: 4, stride: 2}}",
            "",
            LayerKind::convTranspose));
    kinds.add(
        new LayerKind(
            "batch-norm",
            "batch-norm",
            "",
            s -> new BatchNorm(s.number("epsilon", BatchNorm.EPSILON))));
    kinds.add(
        new LayerKind(
            "layer-norm",
            "layer-norm",
            "",
            s -> new LayerNorm(s.number("epsilon", LayerNorm.EPSILON))));
    kinds.add(
        new LayerKind("dropout", "{dropout: 0.1}", "rate", s -> new Dropout(s.number("rate"))));
    kinds.add(
        new LayerKind(
            "rescale",
            "{rescale: {scale: 2, shift: -1}}",
            "scale",
            s -> new Rescale(s.number("scale"), s.number("shift", 0))));
    kinds.add(new LayerKind("resize", "{resize: 2}", "factor", LayerKind::resize));
    kinds.add(new LayerKind("max-pool", "{max-pool: 2}", "size", s -> pool(s, Pool.Method.MAX)));
    kinds.add(
        new LayerKind(
            "average-pool", "{average-pool: 2}", "size", s -> pool(s, Pool.Method.AVERAGE)));
    kinds.add(new LayerKind("flatten", "flatten", "", s -> new Flatten()));
    kinds.add(new LayerKind("reshape", "{reshape: [4, 4, 64]}", "shape", LayerKind::reshape));
    kinds.add(
        new LayerKind(
            "residual",
            "{residual: [relu, {conv: {filters: 32, kernel: 3}}]}",
            "layers",
            LayerKind::residual));
    kinds.add(new LayerKind("activation", "{activation: relu}", "name", LayerKind::activation));
    for (Activation activation : Activation.values()) {
      kinds.add(new LayerKind(activation.kind(), activation.kind(), "", s -> activation));
    }
    Map<String, LayerKind> byName = new LinkedHashMap<>();
    kinds.forEach(kind -> byName.put(kind.name(), kind));
    return byName;
  }

  /**
   * Makes the layer.
   *
   * @param value its settings, or null without any
   * @throws IllegalArgumentException if one is missing, unknown or wrong
   */
  Layer read(JsonNode value) {
    LayerSettings settings = new LayerSettings(value, shorthand, example);
    Layer layer = reader.apply(settings);
    settings.requireNoOthers();
    return layer;
  }

  private static Layer conv(LayerSettings s) {
    return new Conv2d(
        s.whole("filters"),
        s.whole("kernel"),
        s.whole("stride", 1),
        s.choice("padding", Padding.class),
        s.choice("init", KernelInit.class));
  }

  private static Layer convTranspose(LayerSettings s) {
    return new ConvTranspose2d(
        s.whole("filters"),
        s.whole("kernel"),
        s.whole("stride", 1),
        s.choice("padding", Padding.class));
  }

  private static Layer pool(LayerSettings s, Pool.Method method) {
    int size = s.whole("size");
    return new Pool(method, size, s.whole("stride", size), s.choice("padding", Padding.class));
  }

  private static Layer resize(LayerSettings s) {
    Resize.Method method = s.choice("method", Resize.Method.class);
    if (s.has("size")) {
      if (s.has("factor")) {
        throw new IllegalArgumentException(
            "factor and size are given, expected one of them. Use factor to double an image.");
      }
      List<Integer> size = s.sizes("size", "a list of height and width", 2);
      return Resize.to(size.get(0), size.get(1), method);
    }
    return Resize.by(s.whole("factor"), method);
  }

  private static Layer reshape(LayerSettings s) {
    List<Integer> d =
        s.sizes("shape", "a list of height, width and channels, or of one size", 1, 3);
    return d.size() == 1
        ? new Reshape(ItemShape.vector(d.get(0)))
        : new Reshape(d.get(0), d.get(1), d.get(2));
  }

  private static Layer activation(LayerSettings s) {
    Map<String, Layer> known = new LinkedHashMap<>();
    for (Activation activation : Activation.values()) {
      known.put(activation.kind(), activation);
    }
    s.needed("name", "one of " + String.join(", ", known.keySet()));
    return s.choice("name", known, Activation.RELU);
  }

  private static Layer residual(LayerSettings s) {
    return new Residual(LayerList.read("layer", s.needed("layers", "a list of layers")));
  }
}
