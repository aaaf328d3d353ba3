package org.betavae.export;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Name, element type and shape of a model's input or output.
 *
 * @param name the name that callers use
 * @param type the element type in numpy's words, such as {@code "float32"}, {@code "int64"}, {@code
 *     "bool"}
 * @param shape the dimensions, -1 for one that is free; null when not even their number is known
 */
public record TensorSpec(String name, String type, List<Long> shape) {
  /** Copies the shape. */
  public TensorSpec {
    shape = shape == null ? null : List.copyOf(shape);
  }

  /** The shape as text: {@code [-1,64,64,1]}, or {@code [...]} when the rank is unknown. */
  public String shapeText() {
    return shape == null
        ? "[...]"
        : shape.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
  }
}
