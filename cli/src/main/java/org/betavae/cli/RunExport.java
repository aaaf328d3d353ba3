package org.betavae.cli;

import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.betavae.data.Dataset;
import org.betavae.export.ModelFacts;
import org.betavae.export.ModelFolder;
import org.betavae.export.OnnxModel;
import org.betavae.export.Precision;
import org.betavae.export.Producer;
import org.betavae.export.Tensor;
import org.betavae.export.TensorSpec;
import org.betavae.export.TfModel;
import org.betavae.train.RunFolder;
import org.betavae.train.RunModels;
import org.betavae.train.TensorFlowModel;
import org.betavae.train.TrainConfig;
import org.betavae.train.imported.ImportedItems;

/** Turns a run's SavedModels into a model folder, and measures how far both are apart. */
final class RunExport {
  /** An export that is further from TensorFlow than this, as {@link Difference#scaled}, is none. */
  static final double LARGEST_DIFFERENCE = 1e-4;

  /** The same in float16, which has three digits. */
  static final double LARGEST_HALF_DIFFERENCE = 2e-2;

  /** How many inputs are compared. */
  static final int INPUTS = 64;

  private static final String SIGNATURE = "serving_default";

  private final RunFolder run;
  private final TrainConfig config;

  RunExport(RunFolder run) {
    this.run = run;
    this.config = run.readConfig();
  }

  /** The operator set that was asked for, or else that of the model that the run began with. */
  int opset(Arguments args) {
    Integer source = config.fineTune().opset();
    return args.typed(ExportCommand.OPSET)
        .orElse(source != null ? source : args.get(ExportCommand.OPSET));
  }

  /**
   * Writes a model folder, or nothing when the difference is too large.
   *
   * @param data what the run was trained on, to compare on real images
   * @return the facts stored in it
   */
  ModelFacts write(
      Path folder, int opset, Precision precision, ModelFolder.Existing existing, Dataset data) {
    RunModels models = RunModels.convert(run, opset, precision, Producer.text());
    double allowed = precision == Precision.FP16 ? LARGEST_HALF_DIFFERENCE : LARGEST_DIFFERENCE;
    Difference difference =
        difference(run.encoder(), models.encoder(), spec -> images(spec, data))
            .max(difference(run.decoder(), models.decoder(), this::latents));
    if (!(difference.scaled() <= allowed)) {
      throw CommandException.failed(
          "export of "
              + run.root()
              + ": ONNX Runtime and TensorFlow differ by "
              + Numbers.brief(difference.scaled())
              + " on "
              + INPUTS
              + " inputs, expected at most "
              + allowed
              + ". Nothing was written; try another --opset, or report this run's config.yaml.",
          null);
    }
    ModelFacts facts = models.facts().withParity(difference.absolute(), INPUTS);
    ModelFolder.write(folder, models.encoder(), models.decoder(), facts, existing);
    return facts;
  }

  private static Difference difference(
      Path savedModel, OnnxModel onnx, Function<TensorSpec, Tensor> inputs) {
    try (TensorFlowModel tf = TensorFlowModel.ofSavedModel(savedModel, SIGNATURE);
        OnnxRunner ort = new OnnxRunner(onnx.toBytes(), "the ONNX model of " + savedModel)) {
      TensorSpec input = tf.inputs().get(0);
      Map<String, Difference> differences =
          new ModelComparison(tf, ort, savedModel.toString())
              .differences(Map.of(input.name(), inputs.apply(input)));
      differences.keySet().removeAll(TfModel.ofSavedModel(savedModel).randomOutputs());
      return differences.values().stream().reduce(Difference.NONE, Difference::max);
    }
  }

  /** Items from all over the data, in TensorFlow's layout; repeated where there are fewer. */
  private Tensor images(TensorSpec input, Dataset data) {
    int size = data.shape().size();
    float[] values = new float[INPUTS * size];
    for (int i = 0; i < INPUTS; i++) {
      data.read((int) ((long) i * data.size() / INPUTS), values, i * size);
    }
    boolean channelsFirst = "nchw".equals(config.fineTune().layout());
    return ImportedItems.of(input, data.shape(), values, INPUTS, channelsFirst);
  }

  private Tensor latents(TensorSpec input) {
    Random random = new Random(config.seed());
    float[] z = new float[INPUTS * config.latent()];
    for (int i = 0; i < z.length; i++) {
      z[i] = (float) random.nextGaussian();
    }
    Tensor rows = Tensor.floats(new long[] {INPUTS, config.latent()}, z);
    if (input.shape().size() <= 2) {
      return rows;
    }
    long[] shape = input.shape().stream().mapToLong(Long::longValue).toArray();
    shape[0] = INPUTS;
    return rows.reshape(shape);
  }
}
