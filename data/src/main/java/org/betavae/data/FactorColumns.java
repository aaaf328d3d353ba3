package org.betavae.data;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleFunction;
import java.util.stream.IntStream;

/**
 * Factors from columns of a file. Classes are numbered from 0 without gaps, in the order of the
 * numbers that the file gives them.
 */
final class FactorColumns implements Factors.Table {
  private final int[][] classes;
  private final double[][] values;

  /** What the file calls each class, shape {@code [factors][classes]}. */
  private final double[][] codes;

  private final DoubleFunction<String> naming;

  private FactorColumns(
      int[][] classes, double[][] values, double[][] codes, DoubleFunction<String> naming) {
    this.classes = classes;
    this.values = values;
    this.codes = codes;
    this.naming = naming;
  }

  /**
   * @param codes what the file calls the class of each item, shape {@code [factors][items]}
   * @param values value of each item, same shape; may be {@code codes} itself
   */
  static Factors of(List<String> names, double[][] codes, double[][] values) {
    return of(names, codes, values, FactorColumns::text);
  }

  /** A number as people write it: whole ones without a point. */
  private static String text(double code) {
    return code == Math.rint(code) && Math.abs(code) < 1L << 53
        ? Long.toString((long) code)
        : Double.toString(code);
  }

  private static Factors of(
      List<String> names, double[][] codes, double[][] values, DoubleFunction<String> naming) {
    double[][] found = new double[codes.length][];
    int[][] classes = new int[codes.length][];
    int[] sizes = new int[codes.length];
    for (int factor = 0; factor < codes.length; factor++) {
      double[] distinct = Arrays.stream(codes[factor]).sorted().distinct().toArray();
      found[factor] = distinct;
      sizes[factor] = distinct.length;
      classes[factor] =
          Arrays.stream(codes[factor])
              .mapToInt(code -> Arrays.binarySearch(distinct, code))
              .toArray();
    }
    return new Factors(names, sizes, new FactorColumns(classes, values, found, naming));
  }

  /** The one factor {@code label}. */
  static Factors label(double[] codes) {
    double[][] column = {codes};
    return of(List.of("label"), column, column);
  }

  /**
   * The one factor {@code label} from texts, whose value is the number of the text in their order.
   */
  static Factors label(List<String> texts) {
    List<String> distinct = texts.stream().sorted().distinct().toList();
    double[] codes =
        texts.stream().mapToDouble(text -> Collections.binarySearch(distinct, text)).toArray();
    double[][] column = {codes};
    return of(List.of("label"), column, column, code -> distinct.get((int) code));
  }

  /** Names of dSprites' five factors, or {@code factor0, factor1 ...} for any other number. */
  static List<String> names(int count) {
    return count == 5
        ? List.of("shape", "scale", "orientation", "posX", "posY")
        : IntStream.range(0, count).mapToObj(i -> "factor" + i).toList();
  }

  @Override
  public int classOf(int item, int factor) {
    return classes[factor][item];
  }

  @Override
  public double valueOf(int item, int factor) {
    return values[factor][item];
  }

  @Override
  public String classNameOf(int factor, int classNumber) {
    return naming.apply(codes[factor][classNumber]);
  }
}
