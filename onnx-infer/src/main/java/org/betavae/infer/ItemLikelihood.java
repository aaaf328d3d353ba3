package org.betavae.infer;

/** p(x | z) of one item, from what a decoder gives for z. Safe for threads. */
interface ItemLikelihood {
  /**
   * −log p(x | z).
   *
   * @param x the values of items, those of this one from {@code xStart} on
   * @param outputs what the decoder gives, one array for each of the outputs that the likelihood
   *     was made for, this item's values from {@code start} on
   * @param size values of one item
   * @return nats, summed over the values
   */
  double negativeLog(float[] x, int xStart, float[][] outputs, int start, int size);
}
