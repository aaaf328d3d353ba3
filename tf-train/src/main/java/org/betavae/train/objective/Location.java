package org.betavae.train.objective;

import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** How the middle of a likelihood comes from the decoder's output a. */
public enum Location {
  /** m = a, for data of any range. */
  IDENTITY("identity"),
  /** m = 1 / (1 + exp(−a)), for data in [0, 1]. */
  SIGMOID("sigmoid");

  /** Names for {@code --decoder-mean}, in the order in which they are shown. */
  public static final List<String> NAMES = List.of("identity", "sigmoid");

  private final String word;

  Location(String word) {
    this.word = word;
  }

  /** The one of that name. */
  static Location of(String name) {
    return IDENTITY.word.equals(name) ? IDENTITY : SIGMOID;
  }

  Operand<TFloat32> of(Ops tf, Operand<TFloat32> a) {
    return this == IDENTITY ? a : tf.math.sigmoid(a);
  }
}
