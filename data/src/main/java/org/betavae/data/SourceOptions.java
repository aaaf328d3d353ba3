package org.betavae.data;

import java.util.Objects;
import java.util.Optional;

/**
 * How to open a source.
 *
 * @param wanted shape that the items must have. Pictures of a folder are resized and converted to
 *     it; every other source of another shape is refused
 */
public record SourceOptions(Optional<ItemShape> wanted) {
  /** Rejects null. */
  public SourceOptions {
    Objects.requireNonNull(wanted, "wanted");
  }

  /** Any shape. */
  public static SourceOptions defaults() {
    return new SourceOptions(Optional.empty());
  }

  /** Items of this shape only. */
  public static SourceOptions wanting(ItemShape shape) {
    return new SourceOptions(Optional.of(shape));
  }
}
