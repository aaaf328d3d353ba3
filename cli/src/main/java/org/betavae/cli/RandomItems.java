package org.betavae.cli;

import java.util.Optional;
import java.util.Random;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;
import org.betavae.data.ItemShape;
import org.betavae.data.ValueRange;

/**
 * Made-up items, uniform in [0, 1], for models whose data are not at hand.
 *
 * @param seed each item follows from it and from its index
 */
record RandomItems(ItemShape shape, int size, long seed) implements Dataset {
  /** Another odd number than those that generators mix with. */
  private static final long STRIDE = 0x632be59bd9b4e019L;

  @Override
  public String name() {
    return "random items";
  }

  @Override
  public void read(int index, float[] target, int offset) {
    Random random = new Random(seed + index * STRIDE);
    for (int i = offset; i < offset + shape.size(); i++) {
      target[i] = random.nextFloat();
    }
  }

  @Override
  public boolean binary() {
    return false;
  }

  @Override
  public ValueRange range() {
    return new ValueRange(0, 1);
  }

  @Override
  public Optional<Factors> factors() {
    return Optional.empty();
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}
