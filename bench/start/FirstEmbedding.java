import java.nio.file.Path;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelOptions;

/** Opens a model, embeds one image, and ends; compare.sh takes the time. */
class FirstEmbedding {
  public static void main(String[] args) {
    ModelOptions options = ModelOptions.defaults();
    if (args.length > 1) {
      options = options.withCache(Path.of(args[1]));
    }
    try (BetaVaeModel model = BetaVaeModel.open(Path.of(args[0]), options)) {
      model.embed(new float[model.info().imageSize()]);
    }
  }
}
