package org.betavae.export.toonnx;

/**
 * What the forms of an {@link UpConv} cost on ONNX Runtime's CPU, counted for one image in products
 * of a float32 convolution.
 *
 * <p>The numbers were fitted to single layers and whole decoders at batch 1 and 32 to 64 (see
 * docs/performance.md). Only what is clearly cheaper is changed, since caches and vector widths
 * differ from machine to machine.
 */
final class UpConvCost {
  /** Below this most of what the convolution computes at a time is not needed. */
  private static final int FEW_CHANNELS = 8;

  /** Channels that a convolution computes at a time, needed or not. */
  private static final int LANES = 16;

  /** Convolutions take the blocked layout only with multiples of this many channels. */
  private static final int ALIGNMENT = 4;

  /** How much longer one takes without it. */
  private static final double UNALIGNED = 2;

  /** One number of what ConvTranspose multiplies and then adds up at its place in the image. */
  private static final double PER_COLUMN = 100;

  /** One number moved to its place, out of and back into the blocked layout. */
  private static final double PER_MOVE = 100;

  /** One number of one more addition. */
  private static final double PER_ADD = 20;

  /** One more node, 2 microseconds, which nothing hides at batch 1 and nobody sees at 64. */
  private static final double PER_NODE = 200_000;

  /** Convolutions, reshapes and joins, rounded. */
  private static final int NODES_PER_PHASE = 3;

  /** What a new form may cost of the old one when the batch is large. */
  private static final double CLEARLY = 0.85;

  private UpConvCost() {}

  /** True if a layer should become plain convolutions: faster in batches, not slower by itself. */
  static boolean alonePays(UpConv u) {
    return isAligned(u) && apart(u, 0) <= CLEARLY * asItIs(u) && apart(u, PER_NODE) <= asItIs(u);
  }

  /** True if two layers should become one form for both. */
  static boolean pairPays(UpConv first, UpConv second) {
    return isAligned(first)
        && paired(first, second, 0) <= CLEARLY * (alone(first, 0) + alone(second, 0))
        && paired(first, second, PER_NODE) <= alone(first, PER_NODE) + alone(second, PER_NODE);
  }

  private static boolean isAligned(UpConv u) {
    return isAligned(u.inChannels())
        && isAligned(u.outChannels())
        && Math.min(u.inChannels(), u.outChannels()) >= FEW_CHANNELS;
  }

  private static boolean isAligned(int channels) {
    return channels % ALIGNMENT == 0;
  }

  /** As it will be when it does not become part of a pair. */
  private static double alone(UpConv u, double perNode) {
    return alonePays(u) ? apart(u, perNode) : asItIs(u);
  }

  private static double asItIs(UpConv u) {
    double kernel = (double) u.rows().kernel() * u.columns().kernel();
    if (u.node().is("Conv")) {
      double plainly = isAligned(u.outChannels()) ? 1 : UNALIGNED;
      int pixels = u.rows().out() * u.columns().out();
      return pixels * kernel * u.inChannels() * lanes(u.outChannels()) * plainly;
    }
    double columns = (double) u.rows().in() * u.columns().in() * kernel * u.outChannels();
    return columns * u.inChannels() + columns * PER_COLUMN;
  }

  private static double apart(UpConv u, double perNode) {
    PhaseAxis rows = new PhaseAxis(u.rows(), 1, 0);
    PhaseAxis columns = new PhaseAxis(u.columns(), 1, 0);
    int phases = rows.block() * columns.block();
    double products = (double) rows.productsApart() * columns.productsApart();
    double woven = phases == 1 ? 0 : moved(u) + NODES_PER_PHASE * phases * perNode;
    return products * u.inChannels() * lanes(u.outChannels()) + woven;
  }

  private static double paired(UpConv first, UpConv second, double perNode) {
    PhaseAxis rows = PhaseAxis.best(second.rows(), first.rows().stride());
    PhaseAxis columns = PhaseAxis.best(second.columns(), first.columns().stride());
    int phases = first.rows().stride() * first.columns().stride();
    int channels = lanes(rows.block() * columns.block() * second.outChannels());
    double firstProducts =
        (double) new PhaseAxis(first.rows(), 1, 0).productsApart()
            * new PhaseAxis(first.columns(), 1, 0).productsApart();
    double sums = (phases - 1.0) * rows.blocks() * columns.blocks() * channels;
    return firstProducts * first.inChannels() * lanes(first.outChannels())
        + (double) rows.products() * columns.products() * second.inChannels() * channels
        + sums * PER_ADD
        + moved(second)
        + NODES_PER_PHASE * phases * perNode;
  }

  private static double moved(UpConv u) {
    return PER_MOVE * u.rows().out() * u.columns().out() * u.outChannels();
  }

  private static int lanes(int channels) {
    return (channels + LANES - 1) / LANES * LANES;
  }
}
