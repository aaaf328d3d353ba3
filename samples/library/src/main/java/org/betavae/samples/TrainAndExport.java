package org.betavae.samples;

import java.nio.file.Path;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.SourceOptions;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFolder;
import org.betavae.train.RunFolder;
import org.betavae.train.RunModels;
import org.betavae.train.RunSummary;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainListener;
import org.betavae.train.Trainer;

/**
 * Trains a beta-VAE on the built-in sprites and exports it to ONNX, without Python. Unlike the
 * command {@code betavae export}, it does not compare ONNX Runtime with TensorFlow afterwards;
 * {@code betavae verify --from RUN} does.
 */
public final class TrainAndExport {
  private TrainAndExport() {}

  /**
   * Trains, and prints what the run came to.
   *
   * @param args the folder to write, and the number of steps
   */
  public static void main(String[] args) {
    TrainConfig config =
        TrainConfig.defaults().toBuilder()
            .data("sprites:small")
            .beta(4)
            .learningRate(1e-3)
            .steps(Long.parseLong(args[1]))
            .build();
    RunFolder run = RunFolder.create(Path.of(args[0]), false);
    try (Dataset data = DataSources.open(config.data(), SourceOptions.defaults())) {
      RunSummary summary = Trainer.start(run, config, data, TrainListener.NONE);
      System.out.printf("negative ELBO %.1f nats per image%n", summary.negativeElbo());
    }
    RunModels models = RunModels.convert(run, ConvertOptions.DEFAULT_OPSET, "my program 1.0");
    ModelFolder.write(run.model(), models.encoder(), models.decoder(), models.facts());
    System.out.println("exported to " + run.model());
  }
}
