package org.betavae.samples.search;

import java.util.ArrayList;
import java.util.List;
import org.betavae.data.ItemShape;

/**
 * How far an image moves.
 *
 * @param down pixels; negative is up
 * @param right pixels; negative is left
 */
record Shift(int down, int right) {

  /** All shifts of up to so many pixels each way, none among them. */
  static List<Shift> upTo(int reach) {
    List<Shift> shifts = new ArrayList<>();
    for (int down = -reach; down <= reach; down++) {
      for (int right = -reach; right <= reach; right++) {
        shifts.add(new Shift(down, right));
      }
    }
    return shifts;
  }

  /** An image {@code [H, W, C]}, moved; what comes in is black. */
  float[] of(float[] image, ItemShape shape) {
    float[] moved = new float[image.length];
    int channels = shape.channels();
    int rowLength = shape.width() * channels;
    int length = (shape.width() - Math.abs(right)) * channels;
    for (int y = Math.max(0, down); y < shape.height() + Math.min(0, down); y++) {
      int from = (y - down) * rowLength + Math.max(0, -right) * channels;
      int to = y * rowLength + Math.max(0, right) * channels;
      System.arraycopy(image, from, moved, to, length);
    }
    return moved;
  }

  /**
   * Mean squared difference of an image and another one {@link #of moved}, over the pixels that did
   * not come in black.
   *
   * @param images the image begins at {@code offset}
   * @param moved by this shift
   */
  double difference(float[] images, int offset, float[] moved, ItemShape shape) {
    int channels = shape.channels();
    int rowLength = shape.width() * channels;
    int length = (shape.width() - Math.abs(right)) * channels;
    int rows = shape.height() - Math.abs(down);
    double sum = 0;
    for (int y = Math.max(0, down); y < shape.height() + Math.min(0, down); y++) {
      int start = y * rowLength + Math.max(0, right) * channels;
      float row = 0;
      for (int i = start; i < start + length; i++) {
        float difference = images[offset + i] - moved[i];
        row += difference * difference;
      }
      sum += row;
    }
    return sum / (rows * length);
  }
}
