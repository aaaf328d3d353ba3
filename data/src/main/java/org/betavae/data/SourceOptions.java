package org.betavae.data;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to open a source.
 *
 * @param wanted shape that the items must have. Pictures of a folder are resized and converted to
 *     it; every other source of another shape is refused
 * @param side where no shape is wanted: pictures of a folder are resized to squares of this side,
 *     gray if all are gray and in colour otherwise; other sources stay as they are
 */
public record SourceOptions(Optional<ItemShape> wanted, OptionalInt side) {
  /**
   * Rejects null.
   *
   * @throws IllegalArgumentException if the side is below 1
   */
  public SourceOptions {
    Objects.requireNonNull(wanted, "wanted");
    if (side.isPresent() && side.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "side is %d, expected at least 1. Use 64 if unsure.".formatted(side.getAsInt()));
    }
  }

  /** Any shape. */
  public static SourceOptions defaults() {
    return new SourceOptions(Optional.empty(), OptionalInt.empty());
  }

  /** Items of this shape only. */
  public static SourceOptions wanting(ItemShape shape) {
    return new SourceOptions(Optional.of(shape), OptionalInt.empty());
  }

  /** Any shape, and pictures of a folder as squares of this side. */
  public static SourceOptions ofSide(int side) {
    return new SourceOptions(Optional.empty(), OptionalInt.of(side));
  }
}
