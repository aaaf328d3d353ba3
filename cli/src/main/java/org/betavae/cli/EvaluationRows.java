package org.betavae.cli;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Which rows {@code evaluate} measures, training rows first. */
final class EvaluationRows {
  static final Opt<Integer> TRAIN =
      Opt.integer("train", "training rows, at most 10000 by default", 2, 10_000_000);
  static final Opt<Integer> TEST =
      Opt.integer("test", "test rows, at most 5000 by default", 1, 10_000_000);

  /** As in the published study. */
  private static final int PUBLISHED_TRAIN = 10_000;

  private static final int PUBLISHED_TEST = 5_000;

  private static final int FEWEST_TRAIN = 2;

  private final int[] items;
  private final int train;

  private EvaluationRows(int[] items, int train) {
    this.items = items;
    this.train = train;
  }

  /**
   * Chooses two thirds to train and the rest to test, at most as many as in the published study,
   * unless told otherwise.
   *
   * @param available number of rows that there are
   * @param source what has them
   * @param atRandom whether they are drawn by the seed, no row twice, or taken in order
   * @throws UsageException if there are not as many as asked for
   * @throws CommandException if there is only one row
   */
  static EvaluationRows of(Arguments args, int available, String source, boolean atRandom) {
    int rest = args.has(TEST) ? available - args.get(TEST) : Math.toIntExact(available * 2L / 3);
    int train = args.find(TRAIN).orElse(Math.min(PUBLISHED_TRAIN, Math.max(FEWEST_TRAIN, rest)));
    int test = args.find(TEST).orElse(Math.max(0, Math.min(PUBLISHED_TEST, available - train)));
    if (available < FEWEST_TRAIN) {
      throw CommandException.unusable(
          source
              + ": "
              + available
              + " row, expected at least "
              + FEWEST_TRAIN
              + " to train. Give more points.");
    }
    if ((long) train + test > available) {
      throw new UsageException(
          asked(args, train, test)
              + ", expected at most "
              + available
              + " together with at least "
              + FEWEST_TRAIN
              + " to train, since "
              + source
              + " has no more");
    }
    int[] items = IntStream.range(0, available).toArray();
    if (atRandom) {
      shuffle(items, train + test, args.get(CommonOptions.SEED));
    }
    return new EvaluationRows(Arrays.copyOf(items, train + test), train);
  }

  /** Only what was given: the rest is the least that there must be. */
  private static String asked(Arguments args, int train, int test) {
    if (args.has(TRAIN) && args.has(TEST)) {
      return "--train and --test ask for " + train + " and " + test + " rows";
    }
    return (args.has(TRAIN) ? "--train asks for " + train : "--test asks for " + test) + " rows";
  }

  /** Fisher-Yates for the first places, with the generator that Java specifies. */
  private static void shuffle(int[] items, int places, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < places; i++) {
      int other = i + random.nextInt(items.length - i);
      int item = items[other];
      items[other] = items[i];
      items[i] = item;
    }
  }

  /** Numbers of the rows; not a copy. */
  int[] items() {
    return items;
  }

  /** How many of the first ones are for training. */
  int train() {
    return train;
  }
}
