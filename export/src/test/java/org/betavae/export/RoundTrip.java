package org.betavae.export;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A model taken from one side to the other and back, in memory and by way of a written SavedModel:
 * what was lost, and figures for people.
 *
 * @param row nodes, Transposes and bytes before and after, and the largest difference
 * @param problems what differs and must not; empty when nothing was lost
 */
record RoundTrip(String row, List<String> problems) {
  /** |a - b| / max(1, |a|): sums may be taken in another order. */
  static final double TOLERANCE = 1e-5;

  /**
   * How much larger the file may be, and how many fewer weights it may have. It may be smaller by
   * what exporters write beside the model: notes about source code, and shapes of values that are
   * constants now.
   */
  private static final double SIZE = 0.05;

  /** Names and layouts of a small file's nodes weigh more than its weights. */
  private static final int SMALL = 4096;

  /** The head of the table that the rows belong to. */
  static final String HEAD =
      "model, opset | nodes | Transposes | bytes | size | largest difference\n"
          + "--- | --: | --: | --: | --: | --:";

  /**
   * ONNX to TensorFlow to ONNX.
   *
   * @param random outputs drawn at random, of which type and shape alone are compared
   * @param folder new, for a SavedModel
   */
  static RoundTrip ofOnnx(
      String name, OnnxModel first, Map<String, Tensor> inputs, Set<String> random, Path folder) {
    List<String> problems = new ArrayList<>();
    TfModel tf = OnnxToTf.convert(first, ImportOptions.defaults());
    OnnxModel back = TfToOnnx.convert(tf, ConvertOptions.defaults());
    tf.write(folder);
    TfModel read = TfModel.ofSavedModel(folder);
    OnnxModel fromDisk = TfToOnnx.convert(read, ConvertOptions.defaults());
    ends(first, back, "in memory", problems);
    ends(first, fromDisk, "by way of a SavedModel", problems);
    if (!Arrays.equals(back.toBytes(), fromDisk.toBytes())) {
      problems.add("the file by way of a SavedModel has other bytes than the one in memory");
    }
    int opset =
        Math.max(ConvertOptions.MIN_OPSET, Math.min(ConvertOptions.MAX_OPSET, first.opset()));
    if (back.opset() != opset) {
      problems.add("opset is " + back.opset() + ", expected " + opset);
    }
    if (!first.metadata().equals(back.metadata())) {
      problems.add("metadata are " + back.metadata() + ", expected " + first.metadata());
    }
    OnnxModel twice =
        TfToOnnx.convert(
            OnnxToTf.convert(back, ImportOptions.defaults()), ConvertOptions.defaults());
    dump(name, first, back, twice);
    if (!Arrays.equals(back.toBytes(), twice.toBytes())) {
      problems.add(
          "two round trips give "
              + twice.operatorCounts()
              + ", one gives "
              + back.operatorCounts());
    }
    Map<String, Tensor> wanted = Ort.run(first, inputs);
    double worst = differences(wanted, Ort.run(back, inputs), random, "", problems);
    Map<String, Tensor> tensorFlow = tensors(TfRun.run(read.graph(), values(inputs)));
    worst = Math.max(worst, differences(wanted, tensorFlow, random, " in TensorFlow", problems));
    return new RoundTrip(
        row(name + ", " + first.opset(), first, back, worst, problems), List.copyOf(problems));
  }

  /** SavedModel to ONNX to SavedModel. */
  static RoundTrip ofTensorFlow(
      String name, TfModel first, Map<String, Tensor> inputs, Set<String> random, Path folder) {
    Map<String, Value> feeds = values(inputs);
    return ofTensorFlow(
        name, first, tensors(TfRun.run(first.graph(), feeds)), inputs, random, folder);
  }

  /** The same with the outputs that the first model gave, where it cannot be run as it was read. */
  static RoundTrip ofTensorFlow(
      String name,
      TfModel first,
      Map<String, Tensor> wanted,
      Map<String, Tensor> inputs,
      Set<String> random,
      Path folder) {
    List<String> problems = new ArrayList<>();
    OnnxModel onnx = TfToOnnx.convert(first, ConvertOptions.defaults());
    TfModel tf = OnnxToTf.convert(onnx, ImportOptions.defaults());
    tf.write(folder);
    TfModel back = TfModel.ofSavedModel(folder);
    same("inputs", first.inputs(), back.inputs(), "", problems);
    same("outputs", first.outputs(), back.outputs(), "", problems);
    OnnxModel again = TfToOnnx.convert(back, ConvertOptions.defaults());
    OnnxModel thrice =
        TfToOnnx.convert(
            OnnxToTf.convert(again, ImportOptions.defaults()), ConvertOptions.defaults());
    dump(name, onnx, again, thrice);
    if (!Arrays.equals(again.toBytes(), thrice.toBytes())) {
      problems.add(
          "two round trips give "
              + thrice.operatorCounts()
              + ", one gives "
              + again.operatorCounts());
    }
    Path second = folder.resolveSibling(folder.getFileName() + "-2");
    OnnxToTf.convert(again, ImportOptions.defaults()).write(second);
    sameFiles(folder, second, problems);
    Map<String, Tensor> got = tensors(TfRun.run(back.graph(), values(inputs)));
    double worst = differences(wanted, got, random, "", problems);
    return new RoundTrip(row(name, onnx, again, worst, problems), List.copyOf(problems));
  }

  private static void sameFiles(Path once, Path twice, List<String> problems) {
    try (Stream<Path> files = Files.walk(once)) {
      for (Path f : files.filter(Files::isRegularFile).toList()) {
        Path other = twice.resolve(once.relativize(f));
        if (!Files.exists(other) || Files.mismatch(f, other) >= 0) {
          problems.add("two round trips give another " + once.relativize(f) + " than one");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Value> values(Map<String, Tensor> tensors) {
    Map<String, Value> out = new LinkedHashMap<>();
    tensors.forEach((k, t) -> out.put(k, Value.of(t)));
    return out;
  }

  private static Map<String, Tensor> tensors(Map<String, Value> values) {
    Map<String, Tensor> out = new LinkedHashMap<>();
    values.forEach((k, v) -> out.put(k, v.tensor()));
    return out;
  }

  /** Writes the files for a look at them, into the folder that betavae.dump names. */
  private static void dump(String name, OnnxModel... models) {
    String folder = System.getProperty("betavae.dump");
    for (int i = 0; folder != null && i < models.length; i++) {
      models[i].write(Path.of(folder, name + "-" + i + ".onnx"));
    }
  }

  private static void ends(OnnxModel a, OnnxModel b, String how, List<String> problems) {
    same("inputs", a.inputs(), b.inputs(), " " + how, problems);
    same("outputs", a.outputs(), b.outputs(), " " + how, problems);
  }

  /** Shapes may have become known, never unknown. */
  private static void same(
      String what, List<TensorSpec> a, List<TensorSpec> b, String how, List<String> problems) {
    boolean same = a.size() == b.size();
    for (int i = 0; same && i < a.size(); i++) {
      TensorSpec x = a.get(i);
      TensorSpec y = b.get(i);
      same = x.name().equals(y.name()) && x.type().equals(y.type()) && fits(x.shape(), y.shape());
    }
    if (!same) {
      problems.add(what + how + " are " + b + ", expected " + a);
    }
  }

  private static boolean fits(List<Long> before, List<Long> after) {
    if (before == null) {
      return true;
    }
    boolean fits = after != null && before.size() == after.size();
    for (int i = 0; fits && i < before.size(); i++) {
      fits = before.get(i) < 0 || Objects.equals(before.get(i), after.get(i));
    }
    return fits;
  }

  private static double differences(
      Map<String, Tensor> wanted,
      Map<String, Tensor> got,
      Set<String> random,
      String how,
      List<String> problems) {
    double worst = 0;
    for (Map.Entry<String, Tensor> e : wanted.entrySet()) {
      Tensor w = e.getValue();
      Tensor g = got.get(e.getKey());
      if (g == null || g.type() != w.type() || !Arrays.equals(g.shape(), w.shape())) {
        problems.add(e.getKey() + how + " is " + g + ", expected " + w);
        continue;
      }
      double difference = random.contains(e.getKey()) ? 0 : largest(w, g);
      if (!(difference <= TOLERANCE)) {
        problems.add(e.getKey() + how + " differs by " + difference);
      }
      worst = Math.max(worst, difference);
    }
    return worst;
  }

  private static double largest(Tensor wanted, Tensor got) {
    double worst = 0;
    for (int i = 0; i < wanted.size(); i++) {
      double w = wanted.doubleAt(i);
      double g = got.doubleAt(i);
      boolean same = w == g || (Double.isNaN(w) && Double.isNaN(g));
      double d = same ? 0 : Math.abs(w - g) / Math.max(1, Math.abs(w));
      worst = Math.max(worst, Double.isNaN(d) ? Double.POSITIVE_INFINITY : d);
    }
    return worst;
  }

  private static String row(
      String name, OnnxModel before, OnnxModel after, double worst, List<String> problems) {
    int a = bytes(before);
    int b = after.toBytes().length;
    long needed = needed(before);
    if (b - a > Math.max(SMALL, SIZE * a)
        || weights(after) - weights(before) > Math.max(SMALL / 4, SIZE * weights(before))
        || weights(after) < (1 - SIZE) * needed) {
      problems.add(
          "the file has "
              + b
              + " bytes, expected "
              + a
              + " and at most 5 % more; elements of weights: "
              + weights(before)
              + " before, "
              + needed
              + " of them needed, "
              + weights(after)
              + " after");
    }
    return String.format(
        Locale.ROOT,
        "%s | %d → %d | %d → %d | %,d → %,d | %+.1f %% | %.1e",
        name,
        nodes(before),
        nodes(after),
        transposes(before),
        transposes(after),
        a,
        b,
        100.0 * (b - a) / a,
        worst);
  }

  /** Without what some exporters write into nodes about the source code they come from. */
  private static int bytes(OnnxModel m) {
    ModelProto.Builder out = m.proto().toBuilder();
    for (NodeProto.Builder n : out.getGraphBuilder().getNodeBuilderList()) {
      n.clearDocString().setUnknownFields(UnknownFieldSet.getDefaultInstance());
    }
    for (ValueInfoProto.Builder v : out.getGraphBuilder().getValueInfoBuilderList()) {
      v.clearDocString().setUnknownFields(UnknownFieldSet.getDefaultInstance());
    }
    return out.build().getSerializedSize();
  }

  /** Elements of all weights, those of Constant nodes counted. */
  private static long weights(OnnxModel m) {
    return m.parameterCount()
        + m.proto().getGraph().getNodeList().stream()
            .filter(n -> n.getOpType().equals("Constant"))
            .flatMap(n -> n.getAttributeList().stream())
            .mapToLong(a -> a.getT().getDimsList().stream().reduce(1L, (x, y) -> x * y))
            .sum();
  }

  /**
   * Elements of the floating point initializers that nodes read, equal ones once, without those of
   * batch norms, which go into the layers beside them.
   */
  private static long needed(OnnxModel m) {
    Set<String> read = new HashSet<>();
    Set<String> norms = new HashSet<>();
    for (NodeProto n : m.proto().getGraph().getNodeList()) {
      (n.getOpType().equals("BatchNormalization") ? norms : read).addAll(n.getInputList());
    }
    read.removeAll(norms);
    return m.proto().getGraph().getInitializerList().stream()
        .filter(t -> read.contains(t.getName()))
        .filter(t -> ElementType.ofOnnx(t.getDataType()).isFloat())
        .map(t -> t.toBuilder().clearName().build())
        .distinct()
        .mapToLong(t -> t.getDimsList().stream().reduce(1L, (x, y) -> x * y))
        .sum();
  }

  private static int nodes(OnnxModel m) {
    return m.operatorCounts().values().stream().mapToInt(Integer::intValue).sum();
  }

  private static int transposes(OnnxModel m) {
    return m.operatorCounts().getOrDefault("Transpose", 0);
  }
}
