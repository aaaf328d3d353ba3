package org.betavae.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.export.OnnxModel;
import org.betavae.export.Tensor;
import org.betavae.train.Classifier;
import org.betavae.train.ClassifierSettings;
import org.betavae.train.FineTuning;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainListener;
import org.betavae.train.imported.ImportedItems;
import org.betavae.train.network.NetworkSettings;

/** {@code classify}: an encoder and a few labels to one ONNX file that gives probabilities. */
final class ClassifyCommand extends Command {
  private static final ClassifierSettings DEFAULTS = ClassifierSettings.DEFAULT;

  private static final Opt<String> FROM =
      Opt.text(
          "from",
          "MODEL",
          "whose encoder is taken: a run, a model folder, an ONNX file, a SavedModel; without it an"
              + " encoder with new weights, see --arch");
  private static final Opt<String> DATA =
      Opt.text("data", "SRC", "labelled items: images.gz,labels.gz or a folder with sub-folders")
          .needed();
  private static final Opt<String> TEST_DATA =
      Opt.text(
          "test-data",
          "SRC",
          "labelled items to measure the accuracy on; by default up to 10,000 others of --data");
  private static final Opt<Path> OUT =
      Opt.path("out", "FILE.onnx", "file to write: encoder, head and softmax in one").needed();
  private static final Opt<Integer> LABELS =
      Opt.integer("labels", "how many labels are used, 0 for all", 0, Integer.MAX_VALUE)
          .or(DEFAULTS.labels());
  private static final Opt<Double> ENCODER_RATE =
      Opt.number(
              "encoder-rate",
              "factor of the learning rate for the encoder; 0 leaves it as it is",
              0,
              Double.POSITIVE_INFINITY)
          .or(DEFAULTS.encoderRate());
  private static final Opt<Integer> HIDDEN =
      Opt.integer("hidden", "units of the head's hidden layer, 0 for none", 0, 1 << 20)
          .or(DEFAULTS.hidden());
  private static final Opt<Long> STEPS =
      Opt.whole("steps", "optimiser steps", 1, 1L << 40).or(DEFAULTS.steps());
  private static final Opt<Integer> BATCH =
      Opt.integer("batch", "items in a step", 1, 1 << 20).or(DEFAULTS.batch());
  private static final Opt<Double> LEARNING_RATE =
      Opt.positive("learning-rate", "step size of Adam").or(DEFAULTS.learningRate());
  private static final Opt<String> ARCH =
      Opt.choice("arch", "encoder with new weights, without --from", NetworkSettings.ARCHS)
          .or("conv32");
  private static final Opt<Integer> LATENT =
      Opt.integer("latent", "its number of latents", 1, 100_000).or(10);
  private static final Opt<String> MEAN =
      Opt.text("mean", "NAME", "encoder's output: the mean, in models with unusual names");
  private static final Opt<String> LOG_VAR =
      Opt.text("log-var", "NAME", "encoder's output: the log-variance");

  private static final int MOST_OTHERS = 10_000;

  ClassifyCommand() {
    super("classify", CommandGroup.TRAIN, "train a classifier on an encoder with few labels");
  }

  @Override
  List<Opt<?>> options() {
    return List.of(
        FROM,
        DATA,
        TEST_DATA,
        OUT,
        LABELS,
        ENCODER_RATE,
        HIDDEN,
        STEPS,
        BATCH,
        LEARNING_RATE,
        ARCH,
        LATENT,
        MEAN,
        LOG_VAR,
        TrainOptions.THREADS,
        CommonOptions.SEED,
        ExportCommand.OPSET);
  }

  @Override
  String details() {
    return "The head reads the posterior's mean. The file has the encoder's input and the output"
        + " probabilities [N, classes]; its metadata name the classes in that order.";
  }

  @Override
  List<String> examples() {
    return List.of(
        "classify --from run --data images.gz,labels.gz --labels 100 --out classifier.onnx",
        "classify --from run --encoder-rate 0.1 --data images.gz,labels.gz --labels 100 --out"
            + " c.onnx");
  }

  @Override
  Outcome run(Arguments args, Console console) {
    check(args);
    Path out = args.get(OUT);
    Targets.file(OUT, out, List.of("onnx"));
    TrainConfig model = model(args);
    ClassifierSettings settings = settings(args);
    try (Dataset data = open(args.get(DATA), model);
        Classifier classifier = Classifier.train(model, settings, data, TrainListener.NONE)) {
      OptionalDouble accuracy = accuracy(args, classifier, data);
      OnnxModel onnx = classifier.toOnnx(args.get(ExportCommand.OPSET));
      double difference = difference(classifier, onnx, data, model);
      onnx.write(out);
      console.say(
          accuracy.isPresent()
              ? "Accuracy "
                  + Numbers.brief(100 * accuracy.getAsDouble())
                  + "% after learning from "
                  + classifier.learned()
                  + " labels"
              : "Learned from all "
                  + classifier.learned()
                  + " labels, which leaves none to measure the accuracy on: give some with"
                  + " --test-data, or learn from fewer with --labels.");
      console.say(
          "Written to "
              + out
              + ", at most "
              + Numbers.brief(difference)
              + " from TensorFlow in a probability");
      ObjectNode json = Json.object().put("out", out.toString());
      accuracy.ifPresentOrElse(a -> json.put("accuracy", a), () -> json.putNull("accuracy"));
      json.put("labels", classifier.learned()).put("classes", classifier.classes());
      classifier.classNames().forEach(json.putArray("class_names")::add);
      return Outcome.done(json.put("parity", difference));
    }
  }

  /** Refuses options that have no part in what is asked for. */
  private static void check(Arguments args) {
    List<String> problems = new ArrayList<>();
    boolean from = args.has(FROM);
    for (Opt<?> option : from ? List.of(ARCH, LATENT) : List.of(MEAN, LOG_VAR)) {
      if (args.has(option)) {
        problems.add(
            option.dashed()
                + (from
                    ? " is given with --from, whose model has its own, expected one of them"
                    : " is given without --from, expected the model whose output it names"));
      }
    }
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
  }

  /** Pictures of a folder are resized to what the encoder takes. */
  private static Dataset open(String source, TrainConfig model) {
    Optional<ItemShape> items =
        DataSources.isFolder(source) ? FineTuning.itemShape(model) : Optional.empty();
    return TrainingData.open(model.toBuilder().data(source).build(), items);
  }

  private static TrainConfig model(Arguments args) {
    TrainConfig.Builder model =
        args.find(FROM)
            .map(from -> FineTuning.encoderSettings(from).toBuilder())
            .orElseGet(
                () ->
                    TrainConfig.defaults().toBuilder()
                        .arch(args.get(ARCH))
                        .latent(args.get(LATENT)));
    args.find(MEAN).ifPresent(name -> model.set("mean", name));
    args.find(LOG_VAR).ifPresent(name -> model.set("log-var", name));
    return model.build();
  }

  private static ClassifierSettings settings(Arguments args) {
    return new ClassifierSettings(
        args.get(LABELS),
        args.get(HIDDEN),
        args.get(ENCODER_RATE),
        args.get(STEPS),
        args.get(BATCH),
        args.get(LEARNING_RATE),
        args.get(CommonOptions.SEED),
        args.find(TrainOptions.THREADS).orElse(DEFAULTS.threads()));
  }

  private static OptionalDouble accuracy(Arguments args, Classifier classifier, Dataset data) {
    Optional<String> test = args.find(TEST_DATA);
    if (test.isEmpty()) {
      return classifier.accuracyOnOthers(data, MOST_OTHERS);
    }
    try (Dataset others = DataSources.open(test.get(), SourceOptions.wanting(data.shape()))) {
      return OptionalDouble.of(classifier.accuracy(others));
    }
  }

  /** Largest difference of a probability between TensorFlow and ONNX Runtime. */
  private static double difference(
      Classifier classifier, OnnxModel onnx, Dataset data, TrainConfig model) {
    int count = Math.min(RunExport.INPUTS, data.size());
    int size = data.shape().size();
    float[] items = new float[count * size];
    for (int i = 0; i < count; i++) {
      data.read(i, items, i * size);
    }
    boolean channelsFirst = !model.network().imported() || "nchw".equals(model.fineTune().layout());
    Tensor input =
        ImportedItems.of(onnx.inputs().get(0), data.shape(), items, count, channelsFirst);
    float[] wanted = classifier.probabilities(items, count);
    try (OnnxRunner ort = new OnnxRunner(onnx.toBytes(), "the classifier")) {
      Tensor found = ort.run(Map.of(onnx.inputs().get(0).name(), input)).values().iterator().next();
      double largest = 0;
      for (int i = 0; i < wanted.length; i++) {
        largest = Math.max(largest, Math.abs(wanted[i] - found.doubleAt(i)));
      }
      if (!(largest <= RunExport.LARGEST_DIFFERENCE)) {
        throw CommandException.failed(
            "classify: ONNX Runtime and TensorFlow differ by "
                + Numbers.brief(largest)
                + ", expected at most "
                + RunExport.LARGEST_DIFFERENCE
                + ". Nothing was written; try another --opset.",
            null);
      }
      return largest;
    }
  }
}
