package org.betavae.serve;

import java.util.List;

/** Items that a request carries, checked to be whole. */
final class Items {
  private final int count;
  private final float[] values;

  /**
   * @param values shape {@code [count, size of an item]}, not copied
   */
  Items(int count, float[] values) {
    this.count = count;
    this.values = values;
  }

  int count() {
    return count;
  }

  /** Shape {@code [count, size of an item]}. */
  float[] values() {
    return values;
  }

  /**
   * From a flat array and the shape that it had.
   *
   * @param name how messages call it
   * @param item shape of one item: {@code [C, H, W]}, {@code [D]} or {@code [L]}
   */
  static Items of(String name, JsonArray array, List<Integer> item) {
    List<Integer> shape = array.shape();
    List<List<Integer>> allowed = itemShapes(item);
    for (List<Integer> one : allowed) {
      if (shape.equals(one)) {
        return new Items(1, array.values());
      }
      if (shape.size() == one.size() + 1
          && shape.get(0) > 0
          && shape.subList(1, shape.size()).equals(one)) {
        return new Items(shape.get(0), array.values());
      }
    }
    if (shape.contains(0)) {
      throw new Problem(
          ProblemType.WRONG_INPUT,
          name
              + " is empty, expected a multiple of "
              + size(item)
              + " ("
              + item
              + ")"
              + ". Pass at least one item.");
    }
    throw new Problem(
        ProblemType.WRONG_INPUT,
        name
            + " has the shape "
            + shape
            + ", expected one item of "
            + String.join(" or ", allowed.stream().map(Object::toString).toList())
            + ", or an array of such items. Pass whole items of the model's own size.");
  }

  /** An item may be flat, or an image; a gray one may leave its one channel out. */
  private static List<List<Integer>> itemShapes(List<Integer> item) {
    if (item.size() == 1) {
      return List.of(item);
    }
    List<Integer> flat = List.of(size(item));
    return item.get(0) == 1 ? List.of(flat, item, item.subList(1, 3)) : List.of(flat, item);
  }

  static int size(List<Integer> item) {
    return item.stream().reduce(1, (a, b) -> a * b);
  }
}
