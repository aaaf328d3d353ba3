package org.betavae.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.betavae.train.FineTuneSettings;
import org.betavae.train.FineTuning;

/** The options of {@code finetune}: its own, and those of {@code train} but for the network. */
final class FinetuneOptions {
  static final Opt<String> FROM =
      Opt.text(
          "from",
          "MODEL",
          "a run, a model folder, a SavedModel with encoder and decoder, or encoder,decoder: ONNX"
              + " files or SavedModels");
  static final Opt<String> DATA =
      CommonOptions.DATA.helped("what to train on: " + CommonOptions.DATA.help());
  private static final Opt<String> FREEZE =
      Opt.text(
          "freeze",
          "NAMES",
          "weights that stay as they are: encoder, decoder, or patterns with *, commas between");
  private static final Opt<String> LEARNING_RATE_SCALE =
      Opt.text(
          "learning-rate-scale",
          "NAME=X,...",
          "factors of the learning rate for weights; the last that fits counts");
  private static final Opt<String> BATCH_NORM =
      Opt.choice(
          "batch-norm",
          "keep the model's statistics (the default), or use and follow the batches'",
          FineTuneSettings.BATCH_NORMS);
  private static final Opt<String> INPUT =
      Opt.text("input", "NAME", "encoder's input, in models with unusual names");
  private static final Opt<String> MEAN = Opt.text("mean", "NAME", "encoder's output: the mean");
  private static final Opt<String> LOG_VAR =
      Opt.text("log-var", "NAME", "encoder's output: the log-variance");
  private static final Opt<String> LATENT_INPUT =
      Opt.text("latent-input", "NAME", "decoder's input");
  private static final Opt<String> OUTPUT =
      Opt.text("output", "NAME", "decoder's output: the images");
  private static final Opt<String> DECODER_OUTPUT =
      Opt.choice(
          "decoder-output",
          "what these images are; found out by default, from a last sigmoid, name and values",
          FineTuneSettings.DECODER_OUTPUTS);
  private static final Opt<String> LAYOUT =
      Opt.choice(
          "layout",
          "of images where both would fit; nchw for ONNX, nhwc for SavedModels",
          FineTuneSettings.LAYOUTS);

  /** Settings of their own. */
  static final List<Opt<?>> OWN =
      List.of(
          FROM,
          FREEZE,
          LEARNING_RATE_SCALE,
          BATCH_NORM,
          INPUT,
          MEAN,
          LOG_VAR,
          LATENT_INPUT,
          OUTPUT,
          DECODER_OUTPUT,
          LAYOUT);

  /** Options of {@code train} that have another default or meaning here. */
  private static final Map<String, Opt<?>> OTHERS =
      Map.of(
          "latent",
          Opt.integer(
              "latent",
              "another number of latents: new heads and first layer; by default the model's",
              1,
              100_000),
          "steps",
          TrainOptions.STEPS.or(FineTuning.STEPS),
          "likelihood",
          ofModel(TrainOptions.LIKELIHOOD),
          "objective",
          ofModel(TrainOptions.OBJECTIVE),
          "data",
          DATA);

  /** All, in the order of the help. */
  static final List<Opt<?>> ALL = all();

  private FinetuneOptions() {}

  private static Opt<String> ofModel(Opt<String> option) {
    return option.helped(option.help() + "; the model's where it says one");
  }

  private static List<Opt<?>> all() {
    List<Opt<?>> all = new ArrayList<>(OWN);
    for (Opt<?> option : TrainOptions.ALL) {
      if (!option.name().equals("arch")) {
        all.add(OTHERS.getOrDefault(option.name(), option));
      }
    }
    return List.copyOf(all);
  }
}
