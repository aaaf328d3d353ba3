package org.betavae.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.betavae.data.ItemShape;
import org.betavae.data.NpyReader;
import org.betavae.data.NpzReader;
import org.betavae.data.NpzWriter;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.tf.TfNode;
import org.betavae.train.checkpoint.CheckpointStore;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.tensorflow.Graph;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** A run of our own: its network again, with the weights that it exported. */
final class PretrainedRun implements Pretrained {
  /** The file of kept weights. */
  static final String WEIGHTS = "weights.npz";

  /** Its entry beside the weights: sizes of an item. */
  private static final String ITEM_SHAPE = "item_shape";

  private static final int SHOWN = 6;

  private final String what;
  private final Optional<TrainConfig> earlier;
  private final List<Integer> itemShape;
  private final Map<String, Tensor> weights;

  private PretrainedRun(
      String what,
      Optional<TrainConfig> earlier,
      List<Integer> itemShape,
      Map<String, Tensor> weights) {
    this.what = what;
    this.earlier = earlier;
    this.itemShape = itemShape;
    this.weights = weights;
  }

  /** A run that has ended. */
  static PretrainedRun of(RunFolder run) {
    RunSummary summary = run.readSummary();
    TrainConfig config = run.readConfig();
    Map<String, Tensor> weights = new LinkedHashMap<>();
    // Likelihood and prior may have weights too; of the halves, the exported ones count.
    checkpoint(run, config, summary.modelStep())
        .ifPresent(
            c ->
                c.checkpoint()
                    .arrays()
                    .forEach(
                        (name, values) -> {
                          if (name.startsWith("likelihood") || name.startsWith("prior")) {
                            long[] shape =
                                c.checkpoint().shapes().get(name).stream()
                                    .mapToLong(Long::longValue)
                                    .toArray();
                            weights.put(name, Tensor.floats(shape, values));
                          }
                        }));
    for (Path half : List.of(run.encoder(), run.decoder())) {
      for (TfNode node : TfModel.ofSavedModel(half).graph().nodes()) {
        if (node.variable() != TfNode.Variable.NONE) {
          weights.put(node.name(), node.value());
        }
      }
    }
    return new PretrainedRun(
        "run " + run.root(), Optional.of(config), summary.itemShape(), weights);
  }

  private static Optional<CheckpointStore.Loaded> checkpoint(
      RunFolder run, TrainConfig config, long step) {
    CheckpointStore store = new CheckpointStore(run.checkpoints(), config.run().keepCheckpoints());
    Optional<CheckpointStore.Loaded> latest = store.latest(message -> {});
    return latest.filter(c -> c.checkpoint().step() == step).or(() -> store.best(message -> {}));
  }

  /** What {@link #keep} wrote. */
  static PretrainedRun ofKept(Path folder) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    List<Integer> itemShape = null; // earlier versions did not keep it
    try (NpzReader in = NpzReader.open(folder.resolve(WEIGHTS))) {
      for (String name : in.names()) {
        try (NpyReader array = in.get(name)) {
          if (name.equals(ITEM_SHAPE)) {
            itemShape = Arrays.stream(array.toLongs()).mapToObj(Math::toIntExact).toList();
            continue;
          }
          long[] shape = Arrays.stream(array.shape()).asLongStream().toArray();
          weights.put(name, Tensor.floats(shape, array.toFloats()));
        }
      }
    }
    return new PretrainedRun(folder.toString(), Optional.empty(), itemShape, weights);
  }

  @Override
  public TrainConfig settings(TrainConfig base) {
    TrainConfig.Builder settings = base.toBuilder();
    earlier.ifPresent(config -> FineTuning.copyModelSettings(config, settings));
    return settings.build();
  }

  @Override
  public Optional<ItemShape> itemShape(String layout) {
    return Optional.ofNullable(itemShape).map(PretrainedRun::shape);
  }

  private static ItemShape shape(List<Integer> dims) {
    return dims.size() == 3
        ? ItemShape.image(dims.get(0), dims.get(1), dims.get(2))
        : ItemShape.vector(dims.get(0));
  }

  @Override
  public Model model(TrainConfig config, ItemShape shape, TrainListener listener) {
    List<Integer> items =
        shape.image()
            ? List.of(shape.height(), shape.width(), shape.channels())
            : List.of(shape.size());
    if (itemShape != null && !itemShape.equals(items)) {
      throw new IllegalArgumentException(
          "The model of "
              + what
              + " takes items of "
              + itemShape
              + ", and the data are "
              + items
              + ", expected the same. Give other data; pictures of a folder are resized with"
              + " --image-size.");
    }
    Model made = Model.of(config, shape);
    Model model = new Model(made.network(), made.rules(), weights);
    List<String> drawn = drawn(model, config, shape);
    if (!drawn.isEmpty()) {
      listener.onMessage("New weights for " + brief(drawn));
    }
    return model;
  }

  /** Weights of the network that the model has in another shape, or not at all. */
  private List<String> drawn(Model model, TrainConfig config, ItemShape shape) {
    List<String> drawn = new ArrayList<>();
    int others = 0;
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights all = new Weights(tf);
      Pass pass = Pass.inference(tf.withSubScope("check"), all);
      Placeholder<TFloat32> x =
          tf.withName("check_items")
              .placeholder(TFloat32.class, Placeholder.shape(VaeGraph.itemsShape(shape, -1)));
      Network.Posterior q = model.network().encode(pass, x, config.latent());
      model.network().decode(pass, q.mean());
      for (Weight weight : all.all()) {
        Tensor known = weights.get(weight.name());
        if (known == null || !Model.fits(known, weight)) {
          drawn.add(weight.name());
          boolean latent = touchesLatent(weight, config.latent());
          others += latent ? 0 : 1;
        }
      }
    }
    if (others > 0) {
      throw new IllegalArgumentException(
          "The model of "
              + what
              + " does not suit the settings: it lacks, or has in another shape, the weights "
              + brief(drawn)
              + ". Keep its arch and likelihood; only --latent may be another.");
    }
    return drawn;
  }

  private static boolean touchesLatent(Weight weight, int latent) {
    return weight.shape().contains((long) latent);
  }

  private static String brief(List<String> names) {
    int shown = Math.min(SHOWN, names.size());
    return String.join(", ", names.subList(0, shown))
        + (names.size() > shown ? " and " + (names.size() - shown) + " more" : "");
  }

  @Override
  public void keep(Path folder) {
    Path file = folder.resolve(WEIGHTS);
    if (Files.exists(file)) {
      return;
    }
    try (NpzWriter out = NpzWriter.createUncompressed(file)) {
      if (itemShape != null) {
        int[] dims = itemShape.stream().mapToInt(Integer::intValue).toArray();
        out.add(ITEM_SHAPE, dims, dims.length);
      }
      weights.forEach(
          (name, tensor) -> {
            float[] values = new float[tensor.size()];
            tensor.data().asFloatBuffer().get(values);
            int[] dims = Arrays.stream(tensor.shape()).mapToInt(Math::toIntExact).toArray();
            out.add(name, values, dims);
          });
      out.finish();
    }
  }
}
