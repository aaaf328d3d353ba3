package org.betavae.infer;

import java.util.List;

/** Shape of one image, {@code [C, H, W]}, or of one vector, {@code [D]}. */
record ItemShape(int channels, int height, int width, boolean isVector) {

  static ItemShape vector(int size) {
    return new ItemShape(1, 1, size, true);
  }

  static ItemShape image(int channels, int height, int width) {
    return new ItemShape(channels, height, width, false);
  }

  // Written out for the reason that is given in TensorSpec.
  @Override
  public boolean equals(Object other) {
    return other instanceof ItemShape shape
        && channels == shape.channels
        && height == shape.height
        && width == shape.width
        && isVector == shape.isVector;
  }

  @Override
  public int hashCode() {
    return 31 * (31 * (31 * channels + height) + width) + Boolean.hashCode(isVector);
  }

  int size() {
    return channels * height * width;
  }

  List<Integer> asList() {
    return isVector ? List.of(width) : List.of(channels, height, width);
  }

  /** For messages: {@code [3, 1, 64, 64]}. */
  String batchShape(int count) {
    return batchShape(Integer.toString(count));
  }

  String batchShape(String count) {
    String list = asList().toString();
    return "[" + count + ", " + list.substring(1);
  }
}
