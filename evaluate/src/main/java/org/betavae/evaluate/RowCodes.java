package org.betavae.evaluate;

/**
 * Codes of rows of a table of factors: looked up, or computed by drawing the rows' pictures and
 * embedding them.
 */
@FunctionalInterface
public interface RowCodes {
  /**
   * Codes of some rows, each as often as it is named.
   *
   * @param rows numbers of rows
   * @return one point for each
   */
  Codes of(int[] rows);
}
