package org.betavae.export.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A dimension, or an element of a shape computed at run time: a number, or a polynomial of named
 * unknowns such as {@code 2*N+1}.
 *
 * <p>Two dimensions that are equal here are equal at run time whatever the unknowns are. Immutable.
 */
public final class Dim {
  private static final Comparator<List<String>> ORDER =
      Comparator.<List<String>>comparingInt(List::size)
          .reversed()
          .thenComparing(l -> String.join("*", l));

  /** The number 0. */
  public static final Dim ZERO = of(0);

  /** The number 1. */
  public static final Dim ONE = of(1);

  /**
   * Coefficients by the unknowns that they multiply; the constant stands under the empty list; none
   * is 0.
   */
  private final SortedMap<List<String>, Long> terms;

  private Dim(SortedMap<List<String>, Long> terms) {
    this.terms = terms;
  }

  /** A number. */
  public static Dim of(long value) {
    SortedMap<List<String>, Long> terms = new TreeMap<>(ORDER);
    if (value != 0) {
      terms.put(List.of(), value);
    }
    return new Dim(terms);
  }

  /** An unknown that is at least 0. */
  public static Dim unknown(String name) {
    SortedMap<List<String>, Long> terms = new TreeMap<>(ORDER);
    terms.put(List.of(name), 1L);
    return new Dim(terms);
  }

  /** The coefficients by the unknowns that they multiply; the constant stands under none. */
  public SortedMap<List<String>, Long> terms() {
    return Collections.unmodifiableSortedMap(terms);
  }

  /** True for a number. */
  public boolean isKnown() {
    return terms.isEmpty() || (terms.size() == 1 && terms.firstKey().isEmpty());
  }

  /** True for this very number. */
  public boolean is(long value) {
    return isKnown() && value() == value;
  }

  /**
   * The number.
   *
   * @throws IllegalStateException if it is not known
   */
  public long value() {
    if (!isKnown()) {
      throw new IllegalStateException(
          "dimension is " + this + ", expected a number. Ask isKnown() first.");
    }
    return terms.isEmpty() ? 0 : terms.get(terms.firstKey());
  }

  /** The number, or another one if it is not known. */
  public long orElse(long otherwise) {
    return isKnown() ? value() : otherwise;
  }

  /** True if this cannot be negative: unknowns are sizes. */
  public boolean isCount() {
    return terms.values().stream().allMatch(c -> c > 0);
  }

  /** Sum. */
  public Dim plus(Dim other) {
    SortedMap<List<String>, Long> out = new TreeMap<>(terms);
    other.terms.forEach((k, v) -> add(out, k, v));
    return new Dim(out);
  }

  /** Sum with a number. */
  public Dim plus(long number) {
    return plus(of(number));
  }

  /** Difference. */
  public Dim minus(Dim other) {
    return plus(other.times(of(-1)));
  }

  /** Product. */
  public Dim times(Dim other) {
    SortedMap<List<String>, Long> out = new TreeMap<>(ORDER);
    for (Map.Entry<List<String>, Long> a : terms.entrySet()) {
      for (Map.Entry<List<String>, Long> b : other.terms.entrySet()) {
        List<String> unknowns = new ArrayList<>(a.getKey());
        unknowns.addAll(b.getKey());
        Collections.sort(unknowns);
        add(out, List.copyOf(unknowns), Math.multiplyExact(a.getValue(), b.getValue()));
      }
    }
    return new Dim(out);
  }

  /** Product with a number. */
  public Dim times(long number) {
    return times(of(number));
  }

  private static void add(
      SortedMap<List<String>, Long> terms, List<String> unknowns, long coefficient) {
    long sum = Math.addExact(terms.getOrDefault(unknowns, 0L), coefficient);
    if (sum == 0) {
      terms.remove(unknowns);
    } else {
      terms.put(unknowns, sum);
    }
  }

  /**
   * The quotient, if this is a multiple of the divisor whatever the unknowns are.
   *
   * @return null if that cannot be told
   */
  public Dim exactlyOver(Dim divisor) {
    if (divisor.terms.isEmpty()) {
      return null;
    }
    if (terms.isEmpty()) {
      return ZERO;
    }
    List<String> top = new ArrayList<>(terms.firstKey());
    for (String unknown : divisor.terms.firstKey()) {
      if (!top.remove(unknown)) {
        return null;
      }
    }
    long a = terms.get(terms.firstKey());
    long b = divisor.terms.get(divisor.terms.firstKey());
    if (a % b != 0) {
      return null;
    }
    SortedMap<List<String>, Long> quotient = new TreeMap<>(ORDER);
    quotient.put(List.copyOf(top), a / b);
    Dim q = new Dim(quotient);
    return divisor.times(q).equals(this) ? q : sumOver(divisor);
  }

  /** Quotient by a number, term by term. */
  private Dim sumOver(Dim divisor) {
    if (!divisor.isKnown()) {
      return null;
    }
    SortedMap<List<String>, Long> out = new TreeMap<>(ORDER);
    for (Map.Entry<List<String>, Long> t : terms.entrySet()) {
      if (t.getValue() % divisor.value() != 0) {
        return null;
      }
      out.put(t.getKey(), t.getValue() / divisor.value());
    }
    return new Dim(out);
  }

  /** The quotient rounded down. */
  public Dim floorOver(Dim divisor) {
    if (isKnown() && divisor.isKnown() && divisor.value() != 0) {
      return of(Math.floorDiv(value(), divisor.value()));
    }
    Dim exact = exactlyOver(divisor);
    return exact != null ? exact : unknown("floor((" + this + ")/(" + divisor + "))");
  }

  /** The quotient by a positive number rounded up. */
  public Dim ceilOver(long divisor) {
    Dim exact = exactlyOver(of(divisor));
    return exact != null ? exact : plus(divisor - 1).floorOver(of(divisor));
  }

  /** The product of some dimensions. */
  public static Dim product(List<Dim> dims) {
    return dims.stream().reduce(ONE, Dim::times);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Dim d && terms.equals(d.terms);
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }

  /** The number, or the polynomial as in {@code 2*N*M+N-3}. */
  @Override
  public String toString() {
    StringBuilder out = new StringBuilder();
    terms.forEach(
        (unknowns, coefficient) -> {
          if (out.length() > 0 && coefficient > 0) {
            out.append('+');
          }
          String product = String.join("*", unknowns);
          if (unknowns.isEmpty()) {
            out.append(coefficient);
          } else if (coefficient == 1) {
            out.append(product);
          } else if (coefficient == -1) {
            out.append('-').append(product);
          } else {
            out.append(coefficient).append('*').append(product);
          }
        });
    return out.length() == 0 ? "0" : out.toString();
  }
}
