package org.betavae.export;

import static org.betavae.export.SavedModelBuilder.calls;
import static org.betavae.export.SavedModelBuilder.function;
import static org.betavae.export.SavedModelBuilder.node;
import static org.betavae.export.SavedModelBuilder.texts;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TString;

/**
 * Variables that TensorFlow saved in parts, as it does with a partitioner and when a limit is set
 * on a file's size, and links that lead out of the model.
 */
final class SlicedVariablesTest {
  private static final int ROWS = 200;
  private static final Tensor W = normal(1, ROWS, 3);
  private static final Tensor X = normal(2, 2, ROWS);
  private static final String FIRST = ROWS + " 3 0,70:-";
  private static final String SECOND = ROWS + " 3 70,130:0,2";
  private static final String THIRD = ROWS + " 3 70,130:2,1";

  @TempDir Path folder;

  /** y = x w with a whole variable, z = x[:, :70] w[:70] with one that is the first part. */
  private Path model(String part) {
    Path model =
        new SavedModelBuilder()
            .variable("whole", "unused", Tensor.longs(1))
            .variable("part", "unused too", Tensor.longs(1))
            .placeholder("x", -1, ROWS)
            .placeholder("x70", -1, 70)
            .add(
                node("ReadVariableOp", "read_whole", Map.of(), "whole"),
                node("ReadVariableOp", "read_part", Map.of(), "part"),
                node("MatMul", "y", Map.of(), "x", "read_whole"),
                node("MatMul", "z", Map.of(), "x70", "read_part"),
                node("Placeholder", "file", Map.of()),
                node(
                    "StatefulPartitionedCall",
                    "restore",
                    calls("restore"),
                    "file",
                    "whole",
                    "part"))
            .restoredBy("restore")
            .add(
                function(
                    "restore",
                    List.of("file", "first", "second"),
                    Map.of(),
                    texts("names", "net/w", "net/w"),
                    texts("slices", "", part),
                    node(
                        "RestoreV2", "read", Map.of(), "file", "names:output:0", "slices:output:0"),
                    node("AssignVariableOp", "one", Map.of(), "first", "read:tensors:0"),
                    node("AssignVariableOp", "two", Map.of(), "second", "read:tensors:1")))
            .input("serving_default", "x", "x:0", -1, ROWS)
            .input("serving_default", "x70", "x70:0", -1, 70)
            .output("serving_default", "y", "y:0", -1, 3)
            .output("serving_default", "z", "z:0", -1, 3)
            .write(folder.resolve("m"), 1);
    save(model.resolve("variables").resolve("variables"));
    return model;
  }

  /** Has TensorFlow write the checkpoint, the variable in three parts. */
  private static void save(Path prefix) {
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      String[] slices = {FIRST, SECOND, THIRD};
      Operand<TString> names = tf.array("net/w", "net/w", "net/w");
      List<org.tensorflow.Tensor> open = new ArrayList<>();
      List<Operand<?>> parts = new ArrayList<>();
      Session.Runner runner = session.runner();
      for (Tensor t :
          List.of(
              W.gather(new long[] {70, 3}, new int[] {3, 1}, 0),
              W.gather(new long[] {130, 2}, new int[] {3, 1}, 210),
              W.gather(new long[] {130, 1}, new int[] {3, 1}, 212))) {
        open.add(TfTensors.open(t));
        parts.add(tf.placeholder(TfTensors.type(t.type())));
        runner.feed(parts.get(parts.size() - 1), open.get(open.size() - 1));
      }
      runner
          .addTarget(tf.train.save(tf.constant(prefix.toString()), names, tf.array(slices), parts))
          .run()
          .close();
      open.forEach(org.tensorflow.Tensor::close);
    }
  }

  private static ConversionException fails(Path model) {
    return assertThrows(ConversionException.class, () -> TfModel.ofSavedModel(model));
  }

  @Test
  void partsOfAVariable_areJoined_andCut() {
    OnnxModel onnx =
        TfToOnnx.convert(TfModel.ofSavedModel(model(FIRST)), ConvertOptions.defaults());
    Tensor x70 = X.gather(new long[] {2, 70}, new int[] {ROWS, 1}, 0);
    Map<String, Tensor> got = Ort.run(onnx, Map.of("x", X, "x70", x70));
    for (int n = 0; n < 2; n++) {
      for (int c = 0; c < 3; c++) {
        double y = 0;
        double z = 0;
        for (int i = 0; i < ROWS; i++) {
          double product = X.doubleAt(n * ROWS + i) * W.doubleAt(i * 3 + c);
          y += product;
          z += i < 70 ? product : 0;
        }
        assertEquals(y, got.get("y").doubleAt(n * 3 + c), 1e-4);
        assertEquals(z, got.get("z").doubleAt(n * 3 + c), 1e-4);
      }
    }
  }

  @Test
  void partsOutsideOfTheVariable_areRefused() {
    assertTrue(fails(model("200 3 170,70:-")).getMessage().contains("170,70"));
    assertTrue(fails(model("nonsense")).getMessage().contains("nonsense"));
  }

  @Test
  void linksOutOfTheModel_areRefused_insideTheyAreFollowed() throws IOException {
    Path model = model(FIRST);
    Path data = BundleWriter.shard(model.resolve("variables").resolve("variables"), 0, 1);
    Path inside = model.resolve("data");
    Files.move(data, inside);
    Files.createSymbolicLink(data, inside);
    assertEquals(2, TfModel.ofSavedModel(model).outputs().size());
    Path outside = folder.resolve("outside");
    Files.move(inside, outside);
    Files.delete(data);
    Files.createSymbolicLink(data, outside);
    String message = fails(model).getMessage();
    assertTrue(message.contains("is a link to " + outside.toRealPath()), message);
    assertTrue(message.contains("cp -rL"), message);
  }
}
