package org.betavae.train;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.imported.RoleNames;
import org.betavae.train.network.WeightRules;

/**
 * What a run begins with, and which of its weights change how fast. All of it is null where nothing
 * was said.
 *
 * @param from the model that the run begins with: a run, a model folder, a SavedModel, or {@code
 *     encoder,decoder}; null for new weights
 * @param freeze weights that stay as they are: patterns with commas between, see {@link
 *     WeightRules}
 * @param learningRateScale factors of the learning rate: {@code PATTERN=FACTOR} with commas
 *     between; a later one wins over earlier ones, and 0 freezes
 * @param batchNorm one of {@link #BATCH_NORMS}; null is {@code freeze} with {@code from} and {@code
 *     update} without
 * @param input name of the encoder's input
 * @param mean name of the encoder's output that is the mean
 * @param logVar name of the encoder's output that is the log-variance
 * @param latentInput name of the decoder's input
 * @param output name of the decoder's output that is the images
 * @param decoderOutput one of {@link #DECODER_OUTPUTS}: what these images are; null to find out
 * @param layout one of {@link #LAYOUTS}: how an imported model has images where both would fit;
 *     null for what is usual where it comes from
 * @param opset ONNX operator set to export with; null for the default
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record FineTuneSettings(
    String from,
    String freeze,
    String learningRateScale,
    String batchNorm,
    String input,
    String mean,
    String logVar,
    String latentInput,
    String output,
    String decoderOutput,
    String layout,
    Integer opset) {
  /** Names for {@code batch-norm}. */
  public static final List<String> BATCH_NORMS = List.of("freeze", "update");

  /** Names for {@code decoder-output}. */
  public static final List<String> DECODER_OUTPUTS = List.of("logits", "mean");

  /** Names for {@code layout}. */
  public static final List<String> LAYOUTS = List.of("nchw", "nhwc");

  /** New weights that all change. */
  public static final FineTuneSettings DEFAULT =
      new FineTuneSettings(null, null, null, null, null, null, null, null, null, null, null, null);

  public FineTuneSettings {
    Settings.require(
        from == null || !from.isBlank(),
        "from",
        from,
        "a run, a model folder, a SavedModel or encoder,decoder",
        "Leave it out for new weights.");
    if (batchNorm != null) {
      Settings.requireOneOf("batch-norm", batchNorm, BATCH_NORMS);
    }
    if (decoderOutput != null) {
      Settings.requireOneOf("decoder-output", decoderOutput, DECODER_OUTPUTS);
    }
    if (layout != null) {
      Settings.requireOneOf("layout", layout, LAYOUTS);
    }
    parts("freeze", freeze);
    rates(learningRateScale);
  }

  /** Which weights change how fast. */
  public WeightRules rules() {
    boolean moves = batchNorm == null ? from == null : batchNorm.equals("update");
    return new WeightRules(parts("freeze", freeze), moves, rates(learningRateScale));
  }

  /** What inputs and outputs are called. */
  RoleNames names() {
    return new RoleNames(input, mean, logVar, latentInput, output);
  }

  private static List<String> parts(String name, String text) {
    List<String> parts = new ArrayList<>();
    if (text != null) {
      for (String part : text.split(",", -1)) {
        Settings.require(
            !part.isBlank(), name, text, "patterns with commas between", "Leave out empty ones.");
        parts.add(part.strip());
      }
    }
    return parts;
  }

  private static Map<String, Double> rates(String text) {
    Map<String, Double> rates = new LinkedHashMap<>();
    for (String part : parts("learning-rate-scale", text)) {
      int equals = part.lastIndexOf('=');
      double factor = Double.NaN;
      try {
        factor = Double.parseDouble(part.substring(equals + 1));
      } catch (NumberFormatException e) {
        equals = -1; // told below, as what lacks a name is
      }
      Settings.require(
          equals > 0 && factor >= 0 && factor < Double.POSITIVE_INFINITY,
          "learning-rate-scale",
          part,
          "PATTERN=FACTOR with a finite factor >= 0",
          "For example encoder=0.1,encoder/new_heads*=1.");
      rates.put(part.substring(0, equals).strip(), factor);
    }
    return rates;
  }
}
