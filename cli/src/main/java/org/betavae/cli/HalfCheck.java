package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;

/**
 * How far a model in float16 is from the same in float32, both run by ONNX Runtime.
 *
 * @param largest the largest difference of any output; empty when no inputs could be made up
 */
record HalfCheck(Optional<Difference> largest) {
  /** How many inputs are compared. */
  static final int INPUTS = 16;

  private static final long SEED = 0;

  /** Models with more than this, of which four copies would be in memory, are not run. */
  private static final long MOST_PARAMETERS = 100_000_000;

  static HalfCheck of(OnnxModel half, OnnxModel full) {
    boolean random =
        full.operatorCounts().keySet().stream().anyMatch(op -> op.startsWith("Random"));
    Optional<Map<String, Tensor>> inputs = RandomInputs.of(full.inputs(), INPUTS, SEED);
    if (random || inputs.isEmpty() || full.parameterCount() > MOST_PARAMETERS) {
      return new HalfCheck(Optional.empty());
    }
    try (OnnxRunner wanted = new OnnxRunner(full.toBytes(), "the model in float32");
        OnnxRunner found = new OnnxRunner(half.toBytes(), "the model in float16")) {
      Optional<Map<String, Tensor>> expected = outputs(wanted, inputs.get());
      return new HalfCheck(
          expected.flatMap(
              outputs ->
                  Difference.ofAll(outputs, found.run(inputs.get())).values().stream()
                      .reduce(Difference::max)));
    }
  }

  /** The outputs; nothing when the model cannot take inputs that are only made up. */
  private static Optional<Map<String, Tensor>> outputs(
      OnnxRunner model, Map<String, Tensor> inputs) {
    try {
      return Optional.of(model.run(inputs));
    } catch (CommandException e) {
      return Optional.empty();
    }
  }

  String words() {
    if (largest.isEmpty()) {
      return "not compared with float32: the model is random or very large, or it takes no made-up"
          + " inputs; 'betavae verify' compares it on yours";
    }
    Difference d = largest.get();
    String words =
        "at most "
            + Numbers.brief(d.scaled())
            + " scaled ("
            + Numbers.brief(d.absolute())
            + " absolute) from float32 on "
            + INPUTS
            + " made-up inputs";
    return Double.isFinite(d.scaled())
        ? words
        : words + ": an output is not finite, so a value passes float16's range; use fp32";
  }

  void into(ObjectNode json) {
    largest.ifPresent(
        d ->
            json.put("max_difference_from_fp32", d.scaled())
                .put("max_abs_difference_from_fp32", d.absolute()));
  }
}
