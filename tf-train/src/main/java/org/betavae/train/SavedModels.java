package org.betavae.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.export.tf.OriginNote;
import org.betavae.export.tf.TfGraph;
import org.betavae.train.imported.ImportedNetwork;
import org.betavae.train.network.Network;
import org.betavae.train.network.Pass;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.objective.Likelihood;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.SessionFunction;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Writes a trained encoder and decoder as TensorFlow SavedModels, each a graph of its own without
 * anything that only training needs.
 *
 * <p>Encoder: {@code x [N, h, w, c]} or {@code [N, d]} to {@code mean} and {@code log_var [N, l]}.
 * Decoder: {@code z [N, l]} to {@code x}, the mean of the likelihood, and what else that is made of
 * ({@link Likelihood#parameters}: {@code logits}, {@code log_scale} ...). Both have the signature
 * {@code serving_default}. Imported halves keep the names, layouts and outputs that they came with.
 */
final class SavedModels {
  /** Scope of an imported half, so that no operation is called as a variable. */
  private static final String GRAPH = "graph";

  private final TrainConfig config;
  private final ItemShape shape;
  private final Model model;
  private final Network network;
  private final Map<String, float[]> values;

  /**
   * A writer for one set of weights.
   *
   * @param values weights by name
   */
  SavedModels(TrainConfig config, ItemShape shape, Map<String, float[]> values) {
    this(config, Model.of(config, shape), shape, values);
  }

  /** The same of another network than the settings name. */
  SavedModels(TrainConfig config, Model model, ItemShape shape, Map<String, float[]> values) {
    this.config = config;
    this.shape = shape;
    this.model = model;
    this.network = model.network();
    this.values = values;
  }

  /** Writes the encoder; the folder appears whole, in place of an earlier one. */
  void writeEncoder(Path folder) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = newWeights(tf);
      if (network instanceof ImportedNetwork imported) {
        Pass pass = Pass.inference(tf.withSubScope(GRAPH), weights);
        write(folder, graph, weights, imported.encoderSignature(pass), imported.encoderGraph());
        return;
      }
      Placeholder<TFloat32> x = input(tf, "x", VaeGraph.itemsShape(shape, -1));
      Network.Posterior q = network.encode(Pass.inference(tf, weights), x, config.latent());
      Signature signature =
          Signature.builder()
              .key(Signature.DEFAULT_KEY)
              .input("x", x)
              .output("mean", tf.withName("mean").identity(q.mean()))
              .output("log_var", tf.withName("log_var").identity(q.logVar()))
              .methodName("tensorflow/serving/predict")
              .build();
      write(folder, graph, weights, signature, null);
    }
  }

  /** Writes the decoder; the folder appears whole, in place of an earlier one. */
  void writeDecoder(Path folder) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = newWeights(tf);
      if (network instanceof ImportedNetwork imported) {
        Pass pass = Pass.inference(tf.withSubScope(GRAPH), weights);
        write(folder, graph, weights, imported.decoderSignature(pass), imported.decoderGraph());
        return;
      }
      Likelihood likelihood = config.newLikelihood();
      Placeholder<TFloat32> z = input(tf, "z", Shape.of(-1, config.latent()));
      Pass pass = Pass.inference(tf, weights);
      Operand<TFloat32> output = network.decode(pass, z);
      Signature.Builder signature =
          Signature.builder()
              .key(Signature.DEFAULT_KEY)
              .input("z", z)
              .output("x", tf.withName("x").identity(likelihood.mean(pass, output)))
              .methodName("tensorflow/serving/predict");
      likelihood
          .parameters(pass, output)
          .forEach((name, value) -> signature.output(name, tf.withName(name).identity(value)));
      write(folder, graph, weights, signature.build(), null);
    }
  }

  private Weights newWeights(Ops tf) {
    return new Weights(tf, WeightRules.NONE, model.exportedNames());
  }

  /**
   * Writes a graph; the folder appears whole, in place of an earlier one.
   *
   * @param source the graph that it was made of, if another program exported it; else null
   */
  void write(Path folder, Graph graph, Weights weights, Signature signature, TfGraph source) {
    Path aside = folder.resolveSibling("." + folder.getFileName() + ".partial");
    try (Session session = new Session(graph, Devices.sessionConfig(config, "cpu"))) {
      RunFolder.delete(aside);
      Files.createDirectories(aside);
      for (Weight w : weights.all()) {
        try (TFloat32 value = TFloat32.tensorOf(w.tensorShape())) {
          value.asRawTensor().data().asFloats().write(values.get(w.name()));
          session.runner().feed(w.value(), value).addTarget(w.assign()).run().close();
        }
      }
      SavedModelBundle.exporter(aside.toString())
          .withFunction(SessionFunction.create(signature, session))
          .export();
      if (source != null) {
        OriginNote.write(source, aside);
      }
      RunFolder.delete(folder);
      Files.move(aside, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the SavedModel " + folder + ": " + e, e);
    }
  }

  private static Placeholder<TFloat32> input(Ops tf, String name, Shape dims) {
    return tf.withName(name).placeholder(TFloat32.class, Placeholder.shape(dims));
  }
}
