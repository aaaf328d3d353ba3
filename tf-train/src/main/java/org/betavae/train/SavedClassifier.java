package org.betavae.train;

import java.nio.file.Path;
import java.util.Map;
import org.betavae.data.ItemShape;
import org.betavae.train.imported.ImportedNetwork;
import org.betavae.train.network.Pass;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Signature;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Writes encoder, head and softmax as one SavedModel.
 *
 * @param hidden units of the head's hidden layer
 */
record SavedClassifier(TrainConfig config, Model model, ItemShape shape, int classes, int hidden) {
  private static final String OUTPUT = "probabilities";

  /** Whether the input is as an imported model has it. */
  boolean hasOwnLayout() {
    return model.network() instanceof ImportedNetwork;
  }

  void write(Path folder, Map<String, float[]> values) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf, WeightRules.NONE, model.exportedNames());
      Pass pass = Pass.inference(tf.withSubScope("graph"), weights);
      String name = "x";
      Placeholder<TFloat32> x;
      Operand<TFloat32> mean;
      if (model.network() instanceof ImportedNetwork imported) {
        name = imported.names().input();
        x = imported.encoderInput(pass.tf());
        mean = imported.encodeAsIs(pass, x).mean();
      } else {
        x =
            tf.withName(name)
                .placeholder(TFloat32.class, Placeholder.shape(VaeGraph.itemsShape(shape, -1)));
        mean = model.network().encode(pass, x, config.latent()).mean();
      }
      Operand<TFloat32> logits = ClassifierGraph.head(pass, mean, classes, hidden);
      Signature signature =
          Signature.builder()
              .key(Signature.DEFAULT_KEY)
              .input(name, x)
              .output(OUTPUT, tf.nn.softmax(logits))
              .methodName("tensorflow/serving/predict")
              .build();
      new SavedModels(config, model, shape, values).write(folder, graph, weights, signature, null);
    }
  }
}
