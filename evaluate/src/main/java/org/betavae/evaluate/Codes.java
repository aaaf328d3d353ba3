package org.betavae.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Representations: one row of L finite codes for each of N points, in single precision. */
public final class Codes {
  private final float[] values;
  private final int points;
  private final int size;

  private Codes(float[] values, int points, int size) {
    this.values = values;
    this.points = points;
    this.size = size;
  }

  /**
   * Codes from a flat array, which is copied. A zero with a minus sign becomes a plain one, since
   * what sorts numbers (ranks, areas) would tell equal codes apart by it.
   *
   * @param values shape {@code [points, size]}, one row after the other
   * @param points number of rows, at least 1
   * @param size codes of a point, at least 1
   * @throws IllegalArgumentException if the length is another, or a value is NaN or infinite
   */
  public static Codes of(float[] values, int points, int size) {
    Shapes.check("codes", values.length, points, size);
    float[] copy = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "codes: %s in row %d, column %d, expected finite numbers. Train on, or leave the row out."
                .formatted(values[i], i / size, i % size));
      }
      copy[i] = values[i] + 0f;
    }
    return new Codes(copy, points, size);
  }

  /** Number of points N. */
  public int points() {
    return points;
  }

  /** Codes of a point, L. */
  public int size() {
    return size;
  }

  /** One value. */
  public float value(int point, int code) {
    Objects.checkIndex(code, size);
    return values[Objects.checkIndex(point, points) * size + code];
  }

  /**
   * The points from one, included, to another, excluded.
   *
   * @throws IllegalArgumentException if there are none or not so many
   */
  public Codes part(int from, int to) {
    Shapes.checkPart(from, to, points);
    float[] part = new float[(to - from) * size];
    System.arraycopy(values, from * size, part, 0, part.length);
    return new Codes(part, to - from, size);
  }

  /**
   * Chosen points, each as often as it is named.
   *
   * @throws IndexOutOfBoundsException if there is no such point
   */
  public Codes select(int[] chosen) {
    float[] selected = new float[Math.multiplyExact(chosen.length, size)];
    for (int i = 0; i < chosen.length; i++) {
      int row = Objects.checkIndex(chosen[i], points);
      System.arraycopy(values, row * size, selected, i * size, size);
    }
    return new Codes(selected, chosen.length, size);
  }

  /** Codes that have the same value at every point, by number. */
  public List<Integer> constant() {
    List<Integer> constant = new ArrayList<>();
    for (int code = 0; code < size; code++) {
      int point = 1;
      while (point < points && values[point * size + code] == values[code]) {
        point++;
      }
      if (point == points) {
        constant.add(code);
      }
    }
    return constant;
  }

  /** One code of every point, shape {@code [points]}. */
  float[] column(int code) {
    float[] column = new float[points];
    for (int point = 0; point < points; point++) {
      column[point] = values[point * size + code];
    }
    return column;
  }

  /** One code of every point in double precision, shape {@code [points]}. */
  double[] doubles(int code) {
    double[] column = new double[points];
    for (int point = 0; point < points; point++) {
      column[point] = values[point * size + code];
    }
    return column;
  }

  /** Shape {@code [points][size]}. */
  double[][] toRows() {
    double[][] rows = new double[points][size];
    for (int i = 0; i < values.length; i++) {
      rows[i / size][i % size] = values[i];
    }
    return rows;
  }

  /** {@code 5000 x 10}. */
  @Override
  public String toString() {
    return points + " x " + size;
  }
}
