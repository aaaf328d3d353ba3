package org.betavae.train;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.betavae.data.ItemShape;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFacts;
import org.betavae.export.TensorSpec;
import org.betavae.train.imported.GradientCheck;
import org.betavae.train.imported.ImportedGraph;
import org.betavae.train.imported.ImportedItems;
import org.betavae.train.imported.ImportedNetwork;
import org.betavae.train.imported.ReplayCheck;
import org.betavae.train.imported.RoleNames;
import org.betavae.train.network.NetworkSettings;
import org.betavae.train.objective.LikelihoodSettings;

/** An encoder and a decoder that any program exported. */
final class PretrainedGraphs implements Pretrained {
  private static final Set<String> LOGIT_LIKELIHOODS = Set.of("bernoulli");

  private final PretrainedHalf encoder;
  private final PretrainedHalf decoder;
  private final Optional<TrainConfig> earlier;

  PretrainedGraphs(PretrainedHalf encoder, PretrainedHalf decoder) {
    this(encoder, decoder, null);
  }

  /**
   * The same with the settings of the run that made them, or null.
   *
   * @param decoder null where the encoder is enough
   */
  PretrainedGraphs(PretrainedHalf encoder, PretrainedHalf decoder, TrainConfig earlier) {
    this.encoder = encoder;
    this.decoder = decoder;
    this.earlier = Optional.ofNullable(earlier);
  }

  @Override
  public TrainConfig settings(TrainConfig base) {
    TrainConfig.Builder settings = base.toBuilder();
    if (earlier.isPresent()) {
      FineTuning.copyModelSettings(earlier.get(), settings);
    } else {
      settings.set("arch", NetworkSettings.IMPORTED);
      factsOf().ifPresent(facts -> FineTuning.copyFacts(facts, settings));
      opset().ifPresent(opset -> settings.set("opset", opset));
      settings.set("layout", encoder.onnx() != null ? "nchw" : "nhwc");
    }
    int latent = latentSize();
    if (latent > 0) {
      settings.latent(latent);
    }
    return settings.build();
  }

  private Optional<ModelFacts> factsOf() {
    return encoder.onnx() == null ? Optional.empty() : PretrainedFiles.facts(encoder.path());
  }

  private Optional<Integer> opset() {
    return encoder.onnx() == null
        ? Optional.empty()
        : Optional.of(
            Math.max(
                ConvertOptions.MIN_OPSET,
                Math.min(ConvertOptions.MAX_OPSET, encoder.onnx().opset())));
  }

  /** As the decoder's input says, or an encoder's output; 0 where neither does. */
  private int latentSize() {
    if (decoder != null && size(decoder.model().inputs().get(0)) > 0) {
      return size(decoder.model().inputs().get(0));
    }
    return encoder.model().outputs().stream()
        .filter(o -> o.shape() != null && o.shape().size() == 2)
        .mapToInt(PretrainedGraphs::size)
        .max()
        .orElse(0);
  }

  private static int size(TensorSpec spec) {
    if (spec.shape() == null || spec.shape().isEmpty()) {
      return 0;
    }
    long size = 1;
    for (long dim : spec.shape().subList(1, spec.shape().size())) {
      size = dim < 0 ? 0 : Math.multiplyExact(size, dim);
    }
    return Math.toIntExact(size);
  }

  @Override
  public Optional<ItemShape> itemShape(String layout) {
    return ImportedItems.shape(encoder.model().inputs().get(0), encoder.channelsFirst(layout));
  }

  @Override
  public Model model(TrainConfig config, ItemShape shape, TrainListener listener) {
    FineTuneSettings settings = config.fineTune();
    ImportedGraph in = graph(encoder, settings);
    if (decoder == null) {
      ReplayCheck.requireReplayable(List.of(in), settings.rules());
      ImportedNetwork network =
          ImportedNetwork.ofEncoder(in, shape, config.latent(), settings.names());
      if (!settings.rules().isFrozen("encoder/")) {
        GradientCheck.requireTrainable(network, shape, config.latent(), settings.rules());
      }
      return new Model(network, settings.rules(), Map.of());
    }
    ImportedGraph out = graph(decoder, settings);
    ReplayCheck.requireReplayable(List.of(in, out), settings.rules());
    ImportedNetwork network =
        ImportedNetwork.of(in, out, shape, config.latent(), settings.names(), wanted(config));
    Model model = new Model(network, settings.rules(), Map.of());
    Set<String> unreached =
        GradientCheck.requireTrainable(network, shape, config.latent(), model.rules());
    if (!unreached.isEmpty()) {
      listener.onMessage(
          "Nothing depends on the weights "
              + String.join(", ", unreached)
              + ": they stay as they are");
    }
    return model.withFrozen(unreached);
  }

  private static ImportedGraph graph(PretrainedHalf half, FineTuneSettings settings) {
    return half.graph(settings.layout());
  }

  private static ImportedNetwork.Wanted wanted(TrainConfig config) {
    LikelihoodSettings likelihood = config.likelihood();
    boolean logits =
        LOGIT_LIKELIHOODS.contains(likelihood.name())
            || (likelihood.used().contains("decoder-mean")
                && likelihood.decoderMean().equals("sigmoid"));
    String said = config.fineTune().decoderOutput();
    return new ImportedNetwork.Wanted(
        config.newLikelihood().outputsPerValue(),
        logits,
        said == null ? null : Boolean.valueOf(said.equals("logits")));
  }

  @Override
  public TrainConfig resolved(TrainConfig config, Model model) {
    ImportedNetwork network = (ImportedNetwork) model.network();
    RoleNames names = network.names();
    return config.toBuilder()
        .set("input", names.input())
        .set("mean", names.mean())
        .set("log-var", names.logVar())
        .set("latent-input", names.latentInput())
        .set("output", names.output())
        .set("decoder-output", network.outputIsLogits() ? "logits" : "mean")
        .set("layout", network.channelsFirst() ? "nchw" : "nhwc")
        .build();
  }

  @Override
  public void keep(Path folder) {
    encoder.keep(folder);
    decoder.keep(folder);
  }
}
