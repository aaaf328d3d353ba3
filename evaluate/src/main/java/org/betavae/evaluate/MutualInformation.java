package org.betavae.evaluate;

import java.util.List;
import java.util.stream.IntStream;

/** Mutual information of binned codes. */
final class MutualInformation {
  /** Bins of a code's range in the published study. */
  static final int PUBLISHED_BINS = 20;

  private MutualInformation() {}

  /** Every code with every factor, in nats, shape codes by factors. */
  static Matrix withFactors(LabelledCodes train, int bins) {
    List<Partition> codes = binned(train.codes(), bins);
    FactorClasses classes = train.factors();
    List<Partition> factors =
        IntStream.range(0, classes.size()).mapToObj(classes::partition).toList();
    return Matrix.filled(
        codes.size(),
        factors.size(),
        (code, factor) -> Partition.mutualInformation(codes.get(code), factors.get(factor)));
  }

  static List<Partition> binned(Codes codes, int bins) {
    return IntStream.range(0, codes.size())
        .mapToObj(code -> Partition.ofBins(codes.column(code), bins))
        .toList();
  }
}
