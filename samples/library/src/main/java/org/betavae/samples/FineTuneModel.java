package org.betavae.samples;

import java.nio.file.Path;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.SourceOptions;
import org.betavae.export.ModelFolder;
import org.betavae.train.FineTuning;
import org.betavae.train.RunFolder;
import org.betavae.train.RunModels;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainListener;
import org.betavae.train.Trainer;

/**
 * Trains a model further on new data, beside a new one in as many steps, and exports the former
 * with the names and layouts that it came with.
 */
public final class FineTuneModel {
  private FineTuneModel() {}

  /**
   * Trains twice, and prints what both came to.
   *
   * @param args the model (a run, a model folder, or {@code encoder.onnx,decoder.onnx}), the data,
   *     the folder to write, the number of steps, and the network of the new model
   */
  public static void main(String[] args) {
    TrainConfig tuned =
        FineTuning.settings(args[0]).toBuilder()
            .data(args[1])
            .steps(Long.parseLong(args[3]))
            .learningRate(1e-3)
            .build();
    TrainConfig scratch = tuned.toBuilder().set("from", null).arch(args[4]).build();
    try (Dataset data = DataSources.open(args[1], SourceOptions.defaults())) {
      Path out = Path.of(args[2]);
      RunFolder run = train("fine-tuned", tuned, out.resolve("tuned"), data);
      train("from new weights", scratch, out.resolve("scratch"), data);
      int opset = tuned.fineTune().opset() == null ? 17 : tuned.fineTune().opset();
      RunModels models = RunModels.convert(run, opset, "my program 1.0");
      ModelFolder.write(run.model(), models.encoder(), models.decoder(), models.facts());
      System.out.println("exported to " + run.model());
    }
  }

  private static RunFolder train(String what, TrainConfig config, Path folder, Dataset data) {
    RunFolder run = RunFolder.create(folder, false);
    double negativeElbo = Trainer.start(run, config, data, TrainListener.NONE).negativeElbo();
    System.out.printf("%s: negative ELBO %.1f nats per image%n", what, negativeElbo);
    return run;
  }
}
