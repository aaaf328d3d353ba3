package org.betavae.export.totf;

import static org.betavae.export.ElementType.BOOL;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT64;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.betavae.export.ConversionException;
import org.betavae.export.DocsPage;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxNet;
import org.betavae.export.OnnxToTf;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;

/**
 * Every operator that is imported, once more as a layer to be trained: what the program says of its
 * gradient is what TensorFlow answers, and the gradient is the one that differences give.
 */
class GradientCoverageTest {
  /** Nodes that read a weight and make y; the operator set that has the first one in front. */
  private static final List<String> LAYERS = GradientLayers.all();

  /** Operators through which nothing is trained by the nature of what they compute. */
  private static final Set<String> STEPS =
      Set.of(
          // Texts, whole numbers and truth values.
          "And",
          "ArgMax",
          "ArgMin",
          "BitCast",
          "BitShift",
          "BitwiseAnd",
          "BitwiseNot",
          "BitwiseOr",
          "BitwiseXor",
          "Equal",
          "Greater",
          "GreaterOrEqual",
          "IsInf",
          "IsNaN",
          "Less",
          "LessOrEqual",
          "Not",
          "Or",
          "RegexFullMatch",
          "StringConcat",
          "StringNormalizer",
          "StringSplit",
          "TfIdfVectorizer",
          "Xor",
          "ai.onnx.ml:LabelEncoder",
          // Places, sizes and numbers that follow from no weight.
          "BlackmanWindow",
          "Constant",
          "ConstantOfShape",
          "EyeLike",
          "HammingWindow",
          "HannWindow",
          "MelWeightMatrix",
          "NonMaxSuppression",
          "NonZero",
          "Range",
          "Shape",
          "Size",
          // Sequences, which hold tensors and compute nothing.
          "SequenceConstruct",
          "SequenceEmpty",
          "SequenceErase",
          "SequenceInsert",
          "SequenceLength",
          "SequenceMap",
          "SplitToSequence",
          // Chance.
          "Bernoulli",
          "Multinomial",
          "RandomNormal",
          "RandomNormalLike",
          "RandomUniform",
          "RandomUniformLike",
          // Arithmetic of whole numbers.
          "ConvInteger",
          "DynamicQuantizeLinear",
          "MatMulInteger",
          "QLinearConv",
          "QLinearMatMul",
          "QuantizeLinear");

  /** What is known at run time only. */
  private static final Map<String, Tensor> INPUTS =
      Map.of(
          "open", Tensor.scalar(BOOL, 1),
          "count", Tensor.scalar(INT64, 2),
          "openSizes", Tensor.longs(2, 4, 8, 4),
          "openStart", Tensor.longs(1));

  /** Float32 leaves this much of differences over {@link #STEP}, for values around 1. */
  private static final double TOLERANCE = 2e-2;

  /** Half of what a weight is moved by; no layer has a kink that near to its inputs. */
  private static final double STEP = 2e-3;

  private static Tensor image(int seed, long... shape) {
    int count = 1;
    for (long d : shape) {
      count = Math.multiplyExact(count, (int) d);
    }
    // In another order than they lie, each as far from the next as from 0: no two are as large.
    int all = count;
    return Tensor.ofDoubles(FLOAT32, shape, i -> ((i * 97L + seed) % all + 0.5) / all * 1.8 - 0.9);
  }

  /** Places between pixels of images of 5 rows and 6 columns, and none on a pixel. */
  private static Tensor grid(boolean corners) {
    return Tensor.ofDoubles(
        FLOAT32,
        new long[] {2, 3, 3, 2},
        i -> {
          int size = i % 2 == 0 ? 6 : 5;
          double at = i * 7 % (size - 1) + 0.25 + 0.1 * (i % 5);
          return corners ? 2 * at / (size - 1) - 1 : (2 * at + 1) / size - 1;
        });
  }

  /** A model of one layer; inputs that nobody reads are left out by the importer. */
  private static TfModel model(String layer) {
    int space = layer.indexOf(' ');
    OnnxNet net = new OnnxNet(Integer.parseInt(layer.substring(0, space)));
    net.constant("one", Tensor.scalar(FLOAT32, 1));
    weight(
        net,
        layer,
        "x",
        Tensor.ofDoubles(FLOAT32, new long[] {3, 4}, GradientCoverageTest::spaced));
    weight(net, layer, "p", TfTensors.uniform(1, 0.2, 0.8, 3, 4));
    weight(net, layer, "q", TfTensors.uniform(2, 0.3, 0.9, 3, 4));
    weight(net, layer, "m", TfTensors.normal(3, 3, 3));
    weight(net, layer, "b", TfTensors.normal(4, 4));
    weight(net, layer, "line", image(5, 2, 4, 6));
    weight(net, layer, "img", image(6, 2, 4, 5, 6));
    weight(net, layer, "cube", image(7, 1, 2, 4, 4, 4));
    weight(net, layer, "grid", grid(false));
    weight(net, layer, "corners", grid(true));
    weight(net, layer, "theta", TfTensors.normal(9, 2, 2, 3));
    weight(net, layer, "heads", image(10, 1, 2, 3, 4));
    weight(net, layer, "tokens", image(11, 2, 3, 4));
    weight(net, layer, "steps", image(12, 3, 2, 4));
    weight(net, layer, "signal", image(13, 2, 5, 1));
    weight(
        net, layer, "rois", Tensor.floats(new long[] {2, 4}, 0.3f, 0.4f, 3.6f, 4.2f, 1, 1, 4, 3));
    weight(net, layer, "above", TfTensors.uniform(14, 1.2, 1.9, 3, 4));
    weight(net, layer, "columns", image(15, 1, 8, 6));
    weight(net, layer, "pooled", image(16, 1, 1, 2, 2));
    weight(net, layer, "even", image(17, 1, 2, 4, 6));
    weight(net, layer, "b2", TfTensors.normal(18, 2));
    weight(net, layer, "p2", TfTensors.uniform(19, 1.1, 1.6, 1, 4));
    weight(net, layer, "tworows", TfTensors.normal(20, 2, 4));
    weight(net, layer, "cos", image(21, 1, 3, 2));
    weight(net, layer, "sin", image(22, 1, 3, 2));
    GradientLayers.kernels()
        .forEach(
            (name, shape) ->
                net.constant(name, image(Math.floorMod(name.hashCode(), 1000), shape)));
    net.constant("mean", image(23, 4)).constant("var", TfTensors.uniform(24, 0.5, 1.5, 4));
    GradientLayers.numbers().forEach((name, t) -> net.constant(name, t));
    INPUTS.forEach(net::in);
    net.constant("i", Tensor.ofLongs(INT64, new long[] {3, 4}, k -> (k + k / 4) % 3));
    for (String node : layer.substring(space + 1).split("; ", -1)) {
      GradientLayers.add(net, node);
    }
    return OnnxToTf.convert(net.out("y", FLOAT32).model(false), ImportOptions.defaults());
  }

  /** Values away from 0, 0.5 and each other. */
  private static double spaced(int i) {
    return (i % 2 == 0 ? 1 : -1) * (0.23 + 0.051 * i);
  }

  /** A weight that a multiplication reads, so that it is one whatever the layer is. */
  private static void weight(OnnxNet net, String layer, String name, Tensor value) {
    if (layer.matches(".*[(,]" + name + "[,)].*")) {
      net.constant(name + "_weight", value).node("Mul(" + name + "_weight,one) -> " + name);
    }
  }

  private static String operator(String layer) {
    String last = layer.substring(layer.lastIndexOf("; ") < 0 ? 0 : layer.lastIndexOf("; ") + 1);
    int begin = last.indexOf(' ') + 1;
    return last.substring(begin, last.indexOf('(', begin));
  }

  @Test
  void everyOperator_isTrained_orIsKnownToBeAStep() {
    Set<String> covered = new TreeSet<>(STEPS);
    LAYERS.forEach(l -> covered.add(operator(l)));
    assertEquals(new TreeSet<>(Importers.byOp().keySet()), covered);
  }

  @Test
  void gradients_areWhatDifferencesGive_orTheOperatorsInTheWayAreNamed() throws IOException {
    List<String> wrong = new ArrayList<>();
    SortedMap<String, Set<String>> blocked = new TreeMap<>();
    int checked = 0;
    for (String layer : LAYERS) {
      TfModel model;
      try {
        model = model(layer);
      } catch (ConversionException e) {
        wrong.add(layer + ": " + e.getMessage());
        continue;
      }
      Set<String> named = model.operatorsWithoutGradient().keySet();
      try (TfGradient gradient = TfGradient.of(model, "y", INPUTS)) {
        if (model.variableCount() == 0) {
          wrong.add(layer + ": no weight is left");
        } else if (!named.equals(gradient.missing())) {
          wrong.add(layer + ": " + named + " are named, TensorFlow lacks " + gradient.missing());
        } else if (named.isEmpty()) {
          gradient.difference(STEP, TOLERANCE).ifPresent(d -> wrong.add(layer + ": " + d));
          checked++;
        } else {
          blocked.computeIfAbsent(operator(layer), k -> new TreeSet<>()).addAll(named);
        }
      } catch (RuntimeException e) {
        wrong.add(layer + ": " + e);
      }
    }
    assertEquals(List.of(), wrong, () -> String.join("\n", wrong));
    assertTrue(checked > 150, "only " + checked + " were compared");
    DocsPage.check("no-gradient", table(blocked), GradientCoverageTest.class);
  }

  private static String table(SortedMap<String, Set<String>> blocked) {
    StringBuilder out = new StringBuilder();
    out.append("| ONNX operator | what TensorFlow has no gradient for |\n| --- | --- |\n");
    blocked.forEach(
        (op, by) ->
            out.append("| `")
                .append(op)
                .append("` | `")
                .append(String.join("` `", by))
                .append("` |\n"));
    return out.toString();
  }
}
