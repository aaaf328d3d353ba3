package org.betavae.train.imported;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.betavae.data.ItemShape;
import org.betavae.export.TensorSpec;
import org.betavae.export.tf.TfNode;
import org.betavae.export.tf.TfOutput;
import org.betavae.train.network.Pass;
import org.betavae.train.network.WeightRules;
import org.betavae.train.network.Weights;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

class ImportedNetworkTest {
  private static final ItemShape FOUR = ItemShape.vector(4);
  private static final ImportedNetwork.Wanted LOGITS = new ImportedNetwork.Wanted(1, true, null);
  private static final ImportedNetwork.Wanted MEANS = new ImportedNetwork.Wanted(1, false, null);
  private static final float[] Z = {1, -2, 0.5f, -0.3f, 0.7f, 2};

  private static ImportedNetwork network(ImportedGraph encoder, ImportedGraph decoder) {
    return ImportedNetwork.of(encoder, decoder, FOUR, 3, RoleNames.UNKNOWN, LOGITS);
  }

  private static String refused(Runnable body) {
    return assertThrows(IllegalArgumentException.class, body::run).getMessage();
  }

  private static float[] decoded(String last, ImportedNetwork.Wanted wanted) {
    ImportedNetwork network =
        ImportedNetwork.of(
            TinyGraphs.encoder(), TinyGraphs.decoder(last), FOUR, 3, RoleNames.UNKNOWN, wanted);
    try (Graph graph = new Graph();
        TFloat32 fed = TFloat32.tensorOf(Shape.of(2, 3))) {
      fed.asRawTensor().data().asFloats().write(Z);
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Placeholder<TFloat32> z =
          tf.withName("latents").placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 3)));
      Operand<TFloat32> out = network.decode(Pass.inference(tf.withSubScope("pass"), weights), z);
      try (Session session = new Session(graph)) {
        Map<String, TFloat32> values = new HashMap<>();
        Session.Runner set = session.runner();
        for (Weights.Weight w : weights.all()) {
          TFloat32 value = TFloat32.tensorOf(w.tensorShape());
          values.put(w.name(), value);
          value.asRawTensor().data().asFloats().write(w.initialValues(0));
          set.feed(w.value(), value).addTarget(w.assign());
        }
        set.run().close();
        values.values().forEach(TFloat32::close);
        try (Result result = session.runner().feed(z, fed).fetch(out).run()) {
          float[] floats = new float[8];
          result.get(0).asRawTensor().data().asFloats().read(floats);
          return floats;
        }
      }
    }
  }

  @Test
  void bernoulli_readsUnderTheLastSigmoid_andOthersWhatItGives() {
    float[] logits = decoded("Identity", LOGITS); // leaves [0, 1], so these are logits
    assertArrayEquals(logits, decoded("Sigmoid", LOGITS), 1e-6f);
    float[] means = decoded("Sigmoid", MEANS);
    for (int i = 0; i < logits.length; i++) {
      assertEquals(1 / (1 + Math.exp(-logits[i])), means[i], 1e-6);
    }
    assertArrayEquals(logits, decoded("Identity", MEANS), 1e-6f);
  }

  @Test
  void meansOfUnknownOrigin_becomeTheirLogits() {
    float[] mean = decoded("Softmax", MEANS);
    float[] logits = decoded("Softmax", LOGITS);
    for (int i = 0; i < mean.length; i++) {
      assertEquals(Math.log(mean[i] / (1 - mean[i])), logits[i], 1e-4);
    }
  }

  @Test
  void saidKindOfOutput_winsOverWhatIsFound() {
    ImportedNetwork.Wanted said = new ImportedNetwork.Wanted(1, false, true);
    float[] sigmoid = decoded("Sigmoid", MEANS);
    assertArrayEquals(sigmoid, decoded("Identity", said), 1e-6f);
  }

  @Test
  void outputsWithoutUsualNames_areAskedForByOptions() {
    TinyGraphs g = new TinyGraphs();
    TfOutput x = g.input("x", -1, 4);
    ImportedGraph encoder =
        g.output("a", g.dense(x, 4, 3), -1, 3).output("b", g.dense(x, 4, 3), -1, 3).as("encoder");
    ImportedGraph decoder = TinyGraphs.decoder("Sigmoid");
    String message = refused(() -> network(encoder, decoder));
    assertTrue(message.contains("--mean and --log-var"), message);
    assertTrue(message.contains("a [2, 3]"), message);
    RoleNames names = new RoleNames(null, "b", null, null, null);
    ImportedNetwork named = ImportedNetwork.of(encoder, decoder, FOUR, 3, names, LOGITS);
    assertEquals("b", named.names().mean());
    assertEquals("a", named.names().logVar());
  }

  @Test
  void encoderOfOneOutput_orTwoInputs_orAFixedBatch_isRefused() {
    ImportedGraph decoder = TinyGraphs.decoder("Sigmoid");
    TinyGraphs code = new TinyGraphs();
    code.output("code", code.dense(code.input("x", -1, 4), 4, 3), -1, 3);
    String one = refused(() -> network(code.as("encoder"), decoder));
    assertTrue(one.contains("one output") && one.contains("log-variance"), one);

    TinyGraphs two = new TinyGraphs();
    TfOutput sum = two.node("AddV2", "sum", two.input("x", -1, 4), two.input("c", -1, 4));
    two.output("mean", two.dense(sum, 4, 3), -1, 3).output("log_var", two.dense(sum, 4, 3), -1, 3);
    String inputs = refused(() -> network(two.as("encoder"), decoder));
    assertTrue(inputs.contains("2 inputs (x[-1,4], c[-1,4])"), inputs);

    TinyGraphs fixed = new TinyGraphs();
    TfOutput x = fixed.input("x", 1, 4);
    fixed.output("mean", fixed.dense(x, 4, 3), 1, 3).output("log_var", fixed.dense(x, 4, 3), 1, 3);
    String batch = refused(() -> network(fixed.as("encoder"), decoder));
    assertTrue(batch.contains("free batch") && batch.contains("[1,4]"), batch);
  }

  @Test
  void operatorsWithoutGradient_areAllNamed_unlessWhatLiesBehindIsFrozen() {
    TinyGraphs g = new TinyGraphs();
    TfOutput x = g.input("x", -1, 4);
    TfOutput h = g.node("Digamma", "psi", g.node("Exp", "exp", g.dense(x, 4, 5)));
    TfOutput mean = g.dense(h, 5, 3);
    TfOutput logVar = g.node("Xlogy", "x_log_y", g.dense(h, 5, 3), g.constant("two", 2));
    ImportedGraph encoder =
        g.output("mean", mean, -1, 3).output("log_var", logVar, -1, 3).as("encoder");
    ImportedNetwork network = network(encoder, TinyGraphs.decoder("Sigmoid"));

    String message =
        refused(() -> GradientCheck.requireTrainable(network, FOUR, 3, WeightRules.NONE));
    assertTrue(message.contains("Digamma ('encoder: psi')"), message);
    assertTrue(message.contains("Xlogy ('encoder: x_log_y')"), message);
    assertTrue(message.contains("encoder/dense1/kernel"), message);
    assertTrue(message.contains("--freeze"), message);

    WeightRules frozen = new WeightRules(List.of("encoder"), true, Map.of());
    assertEquals(Set.of(), GradientCheck.requireTrainable(network, FOUR, 3, frozen));
  }

  @Test
  void branches_areAllNamed_inBothHalves_withWhatHasNoGradient() {
    TinyGraphs in = new TinyGraphs();
    TfOutput x = in.input("x", -1, 4);
    TfOutput h = in.branch("choice", in.constant("yes", 1), in.dense(x, 4, 5));
    TfOutput logVar = in.node("Digamma", "psi", in.dense(h, 5, 3));
    in.output("mean", in.dense(h, 5, 3), -1, 3).output("log_var", logVar, -1, 3);
    TinyGraphs out = new TinyGraphs();
    TfOutput z = out.input("z", -1, 3);
    out.output("y", out.branch("last", out.constant("no", 0), out.dense(z, 3, 4)), -1, 4);
    List<ImportedGraph> halves = List.of(in.as("encoder"), out.as("decoder"));

    String message = refused(() -> ReplayCheck.requireReplayable(halves, WeightRules.NONE));
    assertTrue(message.contains("If ('encoder: choice', 'decoder: last')"), message);
    assertTrue(message.contains("Digamma ('encoder: psi')"), message);
    assertTrue(message.contains("tiny encoder, tiny decoder"), message);

    WeightRules frozen = new WeightRules(List.of("encoder"), true, Map.of());
    String onlyBranches = refused(() -> ReplayCheck.requireReplayable(halves, frozen));
    assertFalse(onlyBranches.contains("Digamma"), onlyBranches);
    ReplayCheck.requireReplayable(
        List.of(TinyGraphs.encoder(), TinyGraphs.decoder("Sigmoid")), WeightRules.NONE);
  }

  @Test
  void sampledLatents_beside_meanAndLogVariance_areDrawnAgain() {
    TinyGraphs g = new TinyGraphs();
    TfOutput x = g.input("x", -1, 4);
    TfOutput mean = g.dense(x, 4, 3);
    TfOutput z = g.node("AddV2", "z", mean, g.noise("noise", mean));
    g.output("z_mean", mean, -1, 3)
        .output("z_log_var", g.dense(x, 4, 3), -1, 3)
        .output("z", z, -1, 3);
    ImportedGraph encoder = g.as("encoder");
    ReplayCheck.requireReplayable(List.of(encoder), WeightRules.NONE);
    ImportedNetwork network = network(encoder, TinyGraphs.decoder("Sigmoid"));
    assertEquals("z_mean", network.names().mean());
    assertEquals("z_log_var", network.names().logVar());
    Map<String, float[]> first = new HashMap<>();
    for (GraphRun.Array array : GraphRun.run(encoder, new long[] {2, 4}, new float[8])) {
      first.put(array.name(), array.values());
    }
    assertArrayEquals(new float[6], first.get("z_mean")); // of zeros, without a bias
    assertTrue(first.get("z")[0] != 0 && first.get("z")[0] != first.get("z")[1]);
  }

  @Test
  void batchedProductsOfVariables_andErfc_areTrained() {
    TinyGraphs g = new TinyGraphs();
    TfOutput x = g.input("x", -1, 4);
    TfOutput gelu = g.node("Erfc", "erfc", g.batchedDense(x, 4, 5));
    g.output("mean", g.dense(gelu, 5, 3), -1, 3).output("log_var", g.dense(gelu, 5, 3), -1, 3);
    ImportedNetwork network = network(g.as("encoder"), TinyGraphs.decoder("Erfc"));
    assertEquals(Set.of(), GradientCheck.requireTrainable(network, FOUR, 3, WeightRules.NONE));
  }

  @Test
  void graphsWithoutVariables_cannotBeTrained() {
    TinyGraphs in = new TinyGraphs();
    TfOutput x = in.input("x", -1, 4);
    TfNode.Variable none = TfNode.Variable.NONE;
    in.output("mean", in.dense(x, 4, 3, none), -1, 3)
        .output("log_var", in.dense(x, 4, 3, none), -1, 3);
    TinyGraphs out = new TinyGraphs();
    out.output("y", out.dense(out.input("z", -1, 3), 3, 4, none), -1, 4);
    ImportedNetwork network = network(in.as("encoder"), out.as("decoder"));
    String message =
        refused(() -> GradientCheck.requireTrainable(network, FOUR, 3, WeightRules.NONE));
    assertTrue(message.contains("no trainable weights"), message);
  }

  @Test
  void names_getTheirHalfInFront_andLoseItInTheExport() {
    ImportedNetwork network = network(TinyGraphs.encoder(), TinyGraphs.decoder("Sigmoid"));
    assertEquals("dense1/kernel", network.exportedName("encoder/dense1/kernel"));
    assertEquals("new_heads/mean/kernel", network.exportedName("encoder/new_heads/mean/kernel"));
    assertEquals("prior/x", network.exportedName("prior/x"));
  }

  @Test
  void pictures_areWantedAsTheInputHasThem() {
    assertEquals(Optional.of(ItemShape.image(8, 6, 3)), wanted(true, 3, 8, 6));
    assertEquals(Optional.of(ItemShape.image(8, 6, 3)), wanted(false, 8, 6, 3));
    assertEquals(Optional.of(ItemShape.image(8, 6, 3)), wanted(true, 8, 6, 3));
    assertEquals(Optional.of(ItemShape.image(8, 6, 1)), wanted(false, 1, 8, 6));
    assertEquals(Optional.of(ItemShape.image(3, 1, 1)), wanted(false, 3, 1, 1));
    assertEquals(Optional.of(ItemShape.image(8, 6, 4)), wanted(true, 4, 8, 6));
    assertEquals(Optional.of(ItemShape.image(8, 6, 4)), wanted(false, 8, 6, 4));
    assertEquals(Optional.of(ItemShape.image(8, 6, 1)), wanted(true, 8, 6));
    assertEquals(Optional.of(ItemShape.image(28, 28, 1)), wanted(true, 784));
    assertEquals(Optional.empty(), wanted(true, 785));
    assertEquals(Optional.empty(), wanted(true, 1, -1, -1));
  }

  private static Optional<ItemShape> wanted(boolean channelsFirst, long... dims) {
    List<Long> shape = LongStream.concat(LongStream.of(-1), LongStream.of(dims)).boxed().toList();
    return ImportedItems.shape(new TensorSpec("x", "float32", shape), channelsFirst);
  }

  @Test
  void layouts_areFoundFromTheSizes() {
    ItemShape color = ItemShape.image(8, 6, 3);
    assertTrue(ImageLayout.of(List.of(3L, 8L, 6L), color, 1, false).get().channelsFirst());
    assertFalse(ImageLayout.of(List.of(8L, 6L, 3L), color, 1, true).get().channelsFirst());
    assertTrue(ImageLayout.of(List.of(-1L, -1L, -1L), color, 1, true).get().channelsFirst());
    assertEquals(List.of(144), ImageLayout.of(List.of(144L), color, 1, true).get().dims());
    assertEquals(Optional.empty(), ImageLayout.of(List.of(3L, 6L, 8L), color, 1, true));
    ItemShape gray = ItemShape.image(8, 6, 1);
    assertEquals(List.of(8, 6), ImageLayout.of(List.of(8L, 6L), gray, 1, true).get().dims());
    assertEquals(Optional.empty(), ImageLayout.of(List.of(8L, 6L), color, 1, true));
  }
}
