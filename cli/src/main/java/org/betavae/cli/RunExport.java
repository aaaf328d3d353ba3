package org.betavae.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.betavae.data.Dataset;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.OnnxModel;
import org.betavae.export.TfModel;
import org.betavae.export.TfToOnnx;
import org.betavae.train.RunFolder;
import org.betavae.train.RunSummary;
import org.betavae.train.SavedModelRunner;
import org.betavae.train.SavedModelRunner.Array;
import org.betavae.train.TrainConfig;

/** Turns a run's SavedModels into a model folder, and measures how far both are apart. */
final class RunExport {
  /** An export that is further from TensorFlow than this is no export. */
  static final double LARGEST_DIFFERENCE = 1e-4;

  /** How many inputs are compared. */
  static final int INPUTS = 64;

  private static final String SIGNATURE = "serving_default";

  private final RunFolder run;
  private final TrainConfig config;
  private final RunSummary summary;

  RunExport(RunFolder run) {
    this.run = run;
    this.config = run.readConfig();
    this.summary = run.readSummary();
  }

  /**
   * Writes a model folder, or nothing when the difference is too large.
   *
   * @param data what the run was trained on, to compare on real images
   * @return the facts stored in it
   */
  ModelFacts write(Path folder, int opset, ModelFolder.Existing existing, Dataset data) {
    boolean image = summary.itemShape().size() == 3;
    ConvertOptions options = ConvertOptions.defaults().withOpset(opset);
    OnnxModel encoder =
        TfToOnnx.convert(
            TfModel.ofSavedModel(run.encoder()),
            options.withGraphName("encoder").withInputsAsNchw(image ? Set.of("x") : Set.of()));
    TfModel tfDecoder = TfModel.ofSavedModel(run.decoder());
    Set<String> images =
        image ? Set.copyOf(tfDecoder.outputs().stream().map(o -> o.name()).toList()) : Set.of();
    OnnxModel decoder =
        TfToOnnx.convert(tfDecoder, options.withGraphName("decoder").withOutputsAsNchw(images));
    double difference =
        Math.max(
            difference(run.encoder(), encoder, Map.of("x", images(data))),
            difference(run.decoder(), decoder, Map.of("z", latents())));
    if (!(difference <= LARGEST_DIFFERENCE)) {
      throw CommandException.failed(
          "export of "
              + run.root()
              + ": ONNX Runtime and TensorFlow differ by "
              + Numbers.brief(difference)
              + " on "
              + INPUTS
              + " inputs, expected at most "
              + LARGEST_DIFFERENCE
              + ". Nothing was written; try another --opset, or report this run's config.yaml.",
          null);
    }
    ModelFacts facts = facts().withParity(difference, INPUTS);
    ModelFolder.write(folder, encoder, decoder, facts, existing);
    return facts;
  }

  private static double difference(Path savedModel, OnnxModel onnx, Map<String, Array> inputs) {
    try (SavedModelRunner tf = SavedModelRunner.load(savedModel, SIGNATURE);
        OnnxRunner ort = new OnnxRunner(onnx.toBytes(), "the ONNX model of " + savedModel)) {
      return new ModelComparison(tf, ort, savedModel.toString())
          .differences(inputs).values().stream().mapToDouble(d -> d).max().orElse(0);
    }
  }

  /** Held-out images of the run, in TensorFlow's layout; fewer are repeated. */
  private Array images(Dataset data) {
    int size = data.shape().size();
    float[] values = new float[INPUTS * size];
    for (int i = 0; i < INPUTS; i++) {
      data.read((int) ((long) i * data.size() / INPUTS), values, i * size);
    }
    return new Array(shape(), values);
  }

  private long[] shape() {
    List<Integer> item = summary.itemShape();
    return IntStream.concat(IntStream.of(INPUTS), item.stream().mapToInt(d -> d))
        .asLongStream()
        .toArray();
  }

  private Array latents() {
    Random random = new Random(config.seed());
    float[] z = new float[INPUTS * config.latent()];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    return new Array(new long[] {INPUTS, config.latent()}, z);
  }

  private ModelFacts facts() {
    List<Integer> item = summary.itemShape();
    Map<String, Object> settings = new LinkedHashMap<>(config.newObjective().settings());
    return new ModelFacts(
        item.size() == 3 ? List.of(item.get(2), item.get(0), item.get(1)) : item,
        config.latent(),
        config.likelihood(),
        config.objective(),
        settings,
        summary.datasetName(),
        summary.steps(),
        config.seed(),
        summary.klPerDimension(),
        summary.posteriorMean(),
        summary.posteriorStd(),
        "betavae " + Version.text(),
        null);
  }
}
