package org.betavae.evaluate;

import java.util.Arrays;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;

/** A matrix of numbers, mostly codes by factors. NaN stands for a value that does not exist. */
public final class Matrix {
  private final double[] values;
  private final int rows;
  private final int columns;

  private Matrix(double[] values, int rows, int columns) {
    this.values = values;
    this.rows = rows;
    this.columns = columns;
  }

  /**
   * A matrix from a flat array, which is copied.
   *
   * @param values shape {@code [rows, columns]}, one row after the other
   * @throws IllegalArgumentException if the length is another
   */
  public static Matrix of(double[] values, int rows, int columns) {
    Shapes.check("matrix", values.length, rows, columns);
    return new Matrix(values.clone(), rows, columns);
  }

  static Matrix filled(int rows, int columns, ToDoubleBiFunction<Integer, Integer> value) {
    double[] values = new double[Math.multiplyExact(rows, columns)];
    Arrays.setAll(values, i -> value.applyAsDouble(i / columns, i % columns));
    return new Matrix(values, rows, columns);
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Number of columns. */
  public int columns() {
    return columns;
  }

  /** One value. */
  public double value(int row, int column) {
    Objects.checkIndex(column, columns);
    return values[Objects.checkIndex(row, rows) * columns + column];
  }

  /** A copy of all values, shape {@code [rows, columns]}, one row after the other. */
  public double[] toArray() {
    return values.clone();
  }

  double[] row(int row) {
    return Arrays.copyOfRange(values, row * columns, (row + 1) * columns);
  }

  double[] column(int column) {
    double[] result = new double[rows];
    Arrays.setAll(result, row -> value(row, column));
    return result;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Matrix matrix
        && matrix.columns == columns
        && Arrays.equals(matrix.values, values);
  }

  @Override
  public int hashCode() {
    return 31 * columns + Arrays.hashCode(values);
  }

  /** The rows as lists of numbers. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("[");
    for (int row = 0; row < rows; row++) {
      text.append(row == 0 ? "" : ", ").append(Arrays.toString(row(row)));
    }
    return text.append(']').toString();
  }
}
