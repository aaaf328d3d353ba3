package org.betavae.samples;

import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Map;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.data.SourceOptions;
import org.betavae.train.Classifier;
import org.betavae.train.ClassifierSettings;
import org.betavae.train.FineTuning;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainListener;

/**
 * Learns classes from few labels on top of a trained encoder, beside networks that see the same
 * labels and nothing else, and writes the first classifier as one ONNX file.
 */
public final class FewLabels {
  private static final int UNITS = 128;

  private FewLabels() {}

  /**
   * Trains with several seeds, which choose the labels too, and prints accuracies.
   *
   * @param args the model (a run, a model folder or an ONNX file), its network's name, labelled
   *     data, labelled data to test on, the numbers of labels, of steps and of seeds, and the ONNX
   *     file to write
   */
  public static void main(String[] args) {
    TrainConfig trained = FineTuning.encoderSettings(args[0]);
    TrainConfig fresh =
        TrainConfig.defaults().toBuilder().arch(args[1]).latent(trained.latent()).build();
    ClassifierSettings kept =
        ClassifierSettings.DEFAULT
            .withLabels(Integer.parseInt(args[4]))
            .withSteps(Long.parseLong(args[5]));
    ClassifierSettings whole = kept.withEncoderRate(1);
    int seeds = Integer.parseInt(args[6]);
    try (Dataset data = DataSources.open(args[2], SourceOptions.defaults());
        Dataset test = DataSources.open(args[3], SourceOptions.defaults())) {
      Comparison to = new Comparison(data, test, seeds);
      to.print("trained encoder, kept", trained, kept);
      to.print("trained encoder, trained on", trained, kept.withEncoderRate(0.1));
      to.print("same network, new weights", fresh, whole);
      Map<String, Object> dense = Map.of("dense", UNITS);
      to.print("pixels, two layers", onPixels(List.of("flatten", dense, "relu"), data), whole);
      to.print("pixels, linear", onPixels(List.of("flatten"), data), whole.withHidden(0));
      try (Classifier classifier = Classifier.train(trained, kept, data, TrainListener.NONE)) {
        classifier.toOnnx(17).write(Path.of(args[7]));
        System.out.println("written to " + args[7]);
      }
    }
  }

  /** No more than these layers, and one that is linear, before the head. */
  private static TrainConfig onPixels(List<Object> layers, Dataset data) {
    ItemShape shape = data.shape();
    List<Integer> sizes = List.of(shape.height(), shape.width(), shape.channels());
    return TrainConfig.defaults().toBuilder()
        .arch("layers")
        .latent(UNITS)
        .set("encoder-layers", layers)
        .set("decoder-layers", List.of(Map.of("dense", shape.size()), Map.of("reshape", sizes)))
        .build();
  }

  private record Comparison(Dataset data, Dataset test, int seeds) {
    void print(String what, TrainConfig encoder, ClassifierSettings settings) {
      DoubleSummaryStatistics accuracies = new DoubleSummaryStatistics();
      for (long seed = 0; seed < seeds; seed++) {
        try (Classifier classifier =
            Classifier.train(encoder, settings.withSeed(seed), data, TrainListener.NONE)) {
          accuracies.accept(100 * classifier.accuracy(test));
        }
      }
      System.out.printf(
          "%s: %.1f%% (%.1f to %.1f)%n",
          what, accuracies.getAverage(), accuracies.getMin(), accuracies.getMax());
    }
  }
}
