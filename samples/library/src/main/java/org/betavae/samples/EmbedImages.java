package org.betavae.samples;

import java.nio.file.Path;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.SourceOptions;
import org.betavae.infer.BetaVaeModel;

/** Embeds one image and draws new ones with a model folder: what a service does. */
public final class EmbedImages {
  private EmbedImages() {}

  /**
   * Prints the embedding of one of the built-in sprites.
   *
   * @param args the model folder, for example {@code first/model}
   */
  public static void main(String[] args) {
    try (Dataset sprites = DataSources.open("sprites:small", SourceOptions.defaults());
        BetaVaeModel model = BetaVaeModel.open(Path.of(args[0]))) {
      float[] image = new float[sprites.shape().size()];
      sprites.read(12_345, image, 0);

      float[] mean = model.embed(image).mean();
      float[] generated = model.generate(16, 0, 1.0).values();

      for (int i = 0; i < mean.length; i++) {
        System.out.printf("z%d %+.3f%n", i, mean[i]);
      }
      System.out.println(generated.length + " pixels in 16 generated images");
    }
  }
}
