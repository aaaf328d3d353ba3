package org.betavae.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFacts;
import org.betavae.export.OnnxModel;
import org.betavae.export.Precision;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;

/**
 * A run's encoder and decoder as ONNX models with the facts about them, ready for {@link
 * org.betavae.export.ModelFolder#write}. Images are channels first, as everywhere in ONNX.
 *
 * <p>A run of an imported model keeps the names, layouts and outputs that the model came with.
 *
 * <p>Nothing is run here: whether ONNX Runtime gives what TensorFlow gave is not checked. The
 * command {@code betavae export} measures it and refuses a model that differs, and {@code betavae
 * verify --from RUN} measures it later; a program of its own may compare some items in both, and
 * store the result with {@link ModelFacts#withParity}.
 *
 * @param encoder {@code x [N, c, h, w]} or {@code [N, d]} to {@code mean} and {@code log_var}
 * @param decoder {@code z} to {@code x}, and what the likelihood needs besides it
 * @param facts what the model folder says about both; parity is not measured yet
 */
public record RunModels(OnnxModel encoder, OnnxModel decoder, ModelFacts facts) {

  /**
   * The same in the precision of the run, float32.
   *
   * @param opset ONNX operator set
   * @param producer name and version of the program, for the facts
   */
  public static RunModels convert(RunFolder run, int opset, String producer) {
    return convert(run, opset, Precision.FP32, producer);
  }

  /**
   * Converts the SavedModels of a run that has ended.
   *
   * @param opset ONNX operator set, {@link ConvertOptions#MIN_OPSET} to {@link
   *     ConvertOptions#MAX_OPSET}
   * @param precision floating point type of weights and computation
   * @param producer name and version of the program, for the facts
   * @throws IllegalArgumentException if the run has not ended
   * @throws org.betavae.export.ConversionException if a SavedModel is damaged
   */
  public static RunModels convert(RunFolder run, int opset, Precision precision, String producer) {
    TrainConfig config = run.readConfig();
    RunSummary summary = run.readSummary();
    // What was imported has its own layout, which it keeps.
    boolean image = summary.itemShape().size() == 3 && !config.network().imported();
    ConvertOptions options = ConvertOptions.defaults().withOpset(opset).withPrecision(precision);
    Map<String, String> roles = roles(config);
    OnnxModel encoder =
        TfToOnnx.convert(
            TfModel.ofSavedModel(run.encoder()),
            options
                .withGraphName("encoder")
                .withMetadata(roles)
                .withInputsAsNchw(image ? Set.of("x") : Set.of()));
    TfModel decoder = TfModel.ofSavedModel(run.decoder());
    Set<String> images =
        image
            ? decoder.outputs().stream().map(TensorSpec::name).collect(Collectors.toSet())
            : Set.of();
    return new RunModels(
        encoder,
        TfToOnnx.convert(
            decoder,
            options.withGraphName("decoder").withMetadata(roles).withOutputsAsNchw(images)),
        facts(config, summary, producer));
  }

  /** What an imported model's outputs are, where their names may not tell. */
  private static Map<String, String> roles(TrainConfig config) {
    Map<String, String> roles = new LinkedHashMap<>();
    FineTuneSettings names = config.fineTune();
    if (config.network().imported() && names.mean() != null) {
      roles.put("betavae.mean_output", names.mean());
      roles.put("betavae.log_var_output", names.logVar());
      roles.put("betavae.image_output", names.output());
      roles.put("betavae.image_output_is", names.decoderOutput());
    }
    return roles;
  }

  private static ModelFacts facts(TrainConfig config, RunSummary summary, String producer) {
    List<Integer> item = summary.itemShape();
    Map<String, Object> settings = new LinkedHashMap<>(config.newObjective().settings());
    if (config.prior().mixture()) {
      settings.put("prior", config.prior().prior());
      settings.put("prior-components", config.prior().priorComponents());
    }
    settings.putAll(config.supervised().settings());
    return new ModelFacts(
        item.size() == 3 ? List.of(item.get(2), item.get(0), item.get(1)) : item,
        config.latent(),
        config.likelihood().name(),
        config.objective().name(),
        settings,
        summary.datasetName(),
        summary.modelStep(),
        config.seed(),
        summary.klPerDimension(),
        summary.posteriorMean(),
        summary.posteriorStd(),
        producer,
        null,
        summary.likelihoodScale());
  }
}
