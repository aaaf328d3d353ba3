package org.betavae.export.toonnx;

import static org.betavae.export.Parity.operators;
import static org.betavae.export.TfTensors.normal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxModel;
import org.betavae.export.Ort;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxValue;
import org.betavae.export.onnx.OnnxWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Transposed convolutions as plain ones: the same numbers in every form, and only where it pays.
 */
final class SubPixelConvsTest {
  /** Sums of up to some hundred float32 products of the size 1, in another order. */
  private static final double TOLERANCE = 1e-5;

  private static final SubPixelConvs ALONE = new SubPixelConvs(u -> true, (a, b) -> false);
  private static final SubPixelConvs PAIRS = new SubPixelConvs(u -> false, (a, b) -> true);

  /** A graph with an image input of free batch size and an output y that the test adds. */
  private static final class Net {
    final OnnxGraph graph;
    final OnnxValue x;
    private int seed;

    Net(int opset, ElementType type, long... sizes) {
      graph = new OnnxGraph(opset);
      List<Dim> shape = List.of(Dim.unknown("batch"), dim(sizes[0]), dim(sizes[1]), dim(sizes[2]));
      x = graph.addInput("x", type, shape);
    }

    Net(long... sizes) {
      this(17, ElementType.FLOAT32, sizes);
    }

    private static Dim dim(long size) {
      return size < 0 ? Dim.unknown("size") : Dim.of(size);
    }

    OnnxValue up(OnnxValue v, Map<String, Object> attributes, long... weights) {
      seed++;
      Tensor w = normal(seed, weights);
      Tensor b = normal(100 + seed, weights[1] * (long) attributes.getOrDefault("group", 1L));
      return layer("ConvTranspose", v, attributes, w, b);
    }

    OnnxValue conv(OnnxValue v, Map<String, Object> attributes, long... weights) {
      seed++;
      return layer("Conv", v, attributes, normal(seed, weights), normal(100 + seed, weights[0]));
    }

    OnnxValue layer(String op, OnnxValue v, Map<String, Object> attributes, Tensor w, Tensor bias) {
      Map<String, Object> all = new HashMap<>(attributes);
      all.put("kernel_shape", new long[] {w.dim(2), w.dim(3)});
      List<OnnxValue> in =
          List.of(v, graph.constant("w" + seed, w), graph.constant("b" + seed, bias));
      return graph.node(op, "layer" + seed, in, all);
    }

    OnnxValue then(String op, OnnxValue v) {
      return graph.node(op, op, List.of(v), Map.of());
    }

    OnnxModel model() {
      return OnnxModel.read(OnnxWriter.write(graph, "net", "test", "0").toByteArray(), "net");
    }

    /** Runs the graph, rewrites it, runs it again; the operators that it has then. */
    Map<String, Integer> rewritten(Rewrite rewrite, OnnxValue y) {
      graph.addOutput("y", y);
      long[] shape = {3, x.shape().get(1).value(), 0, 0};
      shape[2] = x.shape().get(2).orElse(5);
      shape[3] = x.shape().get(3).orElse(5);
      Tensor sample = normal(7, shape);
      Map<String, Tensor> feeds = Map.of("x", Tensor.ofDoubles(x.type(), shape, sample::doubleAt));
      Tensor wanted = Ort.run(model(), feeds).get("y");
      boolean changed = rewrite.apply(graph);
      Tensor got = Ort.run(model(), feeds).get("y");
      assertArrayEquals(wanted.shape(), got.shape());
      double largest = 0;
      double difference = 0;
      for (int i = 0; i < wanted.size(); i++) {
        largest = Math.max(largest, Math.abs(wanted.doubleAt(i)));
        difference = Math.max(difference, Math.abs(wanted.doubleAt(i) - got.doubleAt(i)));
      }
      assertTrue(difference <= TOLERANCE * largest, difference + " of " + largest);
      assertEquals(y.shape(), graph.outputs().get("y").shape());
      Map<String, Integer> counts = model().operatorCounts();
      assertEquals(changed, !counts.containsKey("ConvTranspose"));
      return counts;
    }
  }

  private static Map<String, Object> geometry(long stride, long begin, long end, long more) {
    return Map.of(
        "strides",
        new long[] {stride, stride},
        "pads",
        new long[] {begin, begin, end, end},
        "output_padding",
        new long[] {more, more});
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void everyKernelStrideAndPadding_isTheSameAlone(int kernel) {
    for (int stride = 1; stride <= 4; stride++) {
      for (int begin = 0; begin < kernel; begin++) {
        for (int end = begin; end <= begin + 1 && end < kernel; end++) {
          for (int more = 0; more < stride; more++) {
            if (4 * stride + kernel - begin - end + more < stride) {
              continue;
            }
            Net net = new Net(3, 5, 5);
            OnnxValue y = net.up(net.x, geometry(stride, begin, end, more), 3, 8, kernel, kernel);
            assertFalse(net.rewritten(ALONE, y).containsKey("ConvTranspose"));
          }
        }
      }
    }
  }

  @Test
  void axesMayDiffer() {
    for (long[] strides : new long[][] {{3, 2}, {1, 2}, {2, 1}}) {
      Net net = new Net(4, 3, 6);
      Map<String, Object> attributes = Map.of("strides", strides, "pads", new long[] {2, 0, 1, 1});
      OnnxValue y = net.up(net.x, attributes, 4, 8, 5, 3);
      assertFalse(net.rewritten(ALONE, y).containsKey("ConvTranspose"));
    }
    Net net = new Net(4, 3, 6);
    OnnxValue h = net.up(net.x, Map.of("strides", new long[] {3, 2}), 4, 8, 5, 3);
    OnnxValue y = net.up(h, Map.of("strides", new long[] {2, 3}), 8, 2, 4, 4);
    assertFalse(net.rewritten(PAIRS, y).containsKey("ConvTranspose"));
  }

  @ParameterizedTest
  @CsvSource({
    // kernel, stride, pad, output padding of the first; kernel, stride, pad of the second
    "4,2,1,0, 4,2,1",
    "3,2,1,1, 3,2,1",
    "3,2,1,0, 4,2,1",
    "5,2,2,1, 5,2,2",
    "4,2,1,0, 3,1,1",
    "2,2,0,0, 2,2,0",
    "3,3,0,0, 4,2,0",
    "6,3,2,1, 5,1,2",
    "1,2,0,1, 1,3,0",
    "4,4,0,0, 3,2,2",
    "7,2,3,0, 2,3,1"
  })
  void everyPair_isTheSame(int k1, int s1, int p1, int more, int k2, int s2, int p2) {
    for (long channels = 1; channels <= 3; channels++) {
      Net net = new Net(4, 5, 4);
      OnnxValue h = net.then("Relu", net.up(net.x, geometry(s1, p1, p1, more), 4, 5, k1, k1));
      OnnxValue y = net.up(h, geometry(s2, p2, p2, 0), 5, channels, k2, k2);
      Map<String, Integer> counts = net.rewritten(PAIRS, y);
      assertFalse(counts.containsKey("ConvTranspose"), counts.toString());
      assertEquals(2 * s1 * s1, counts.get("Conv"));
      assertEquals(s1 * s1, counts.get("Relu"));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0", "2,0", "3,1", "4,1", "5,2", "3,3"})
  void pairWithAPlainConvolution_isTheSame(int kernel, int pad) {
    Net net = new Net(4, 5, 4);
    OnnxValue h = net.then("Tanh", net.up(net.x, geometry(2, 1, 1, 0), 4, 5, 4, 4));
    Map<String, Object> pads = Map.of("pads", new long[] {pad, pad, pad, pad});
    OnnxValue y = net.then("Sigmoid", net.conv(h, pads, 2, 5, kernel, kernel));
    Map<String, Integer> counts = net.rewritten(PAIRS, y);
    assertEquals(8, counts.get("Conv"));
    assertEquals(1, counts.get("DepthToSpace"));
  }

  @Test
  void firstOfAPairThatOthersReadToo_stays() {
    Net net = new Net(4, 5, 4);
    OnnxValue h = net.then("Relu", net.up(net.x, geometry(2, 1, 1, 0), 4, 5, 4, 4));
    net.graph.addOutput("h", h);
    OnnxValue y = net.up(h, geometry(2, 1, 1, 0), 5, 1, 4, 4);
    assertEquals(operators("ConvTranspose", 2, "Relu", 1), net.rewritten(PAIRS, y));
  }

  @Test
  void activationBehindALayer_goesBeforeThePixelsMove() {
    Net net = new Net(8, 8, 8);
    OnnxValue y = net.then("Relu", net.up(net.x, geometry(2, 1, 1, 0), 8, 8, 4, 4));
    Map<String, Integer> counts = net.rewritten(ALONE, y);
    assertEquals(operators("Conv", 4, "Relu", 4, "Concat", 3, "Reshape", 7), counts);
    assertTrue(
        net.graph.nodes().stream()
            .filter(n -> n.is("Relu"))
            .allMatch(n -> n.input(0).producer().is("Conv")));
  }

  @Test
  void strideOne_needsNothingButTheConvolution() {
    Net net = new Net(8, 8, 8);
    OnnxValue y = net.up(net.x, geometry(1, 1, 1, 0), 8, 8, 3, 3);
    assertEquals(operators("Conv", 1), net.rewritten(new SubPixelConvs(), y));
  }

  @Test
  void groupsDilationAndUnknownSizes_stay() {
    Map<String, Object> plain = geometry(2, 1, 1, 0);
    Map<String, Object> groups = new HashMap<>(plain);
    groups.put("group", 2L);
    Map<String, Object> dilated = new HashMap<>(plain);
    dilated.put("dilations", new long[] {2, 2});
    Map<String, Integer> same = operators("ConvTranspose", 1);
    Net net = new Net(4, 5, 5);
    assertEquals(same, net.rewritten(ALONE, net.up(net.x, groups, 4, 4, 4, 4)));
    net = new Net(4, 5, 5);
    assertEquals(same, net.rewritten(ALONE, net.up(net.x, dilated, 4, 4, 4, 4)));
    net = new Net(4, -1, -1);
    assertEquals(same, net.rewritten(ALONE, net.up(net.x, plain, 4, 4, 4, 4)));
  }

  @Test
  void largeStrides_stay() {
    Net net = new Net(4, 3, 3);
    OnnxValue y = net.up(net.x, geometry(9, 0, 0, 0), 4, 4, 9, 9);
    assertEquals(operators("ConvTranspose", 1), net.rewritten(ALONE, y));
  }

  @Test
  void decoderOfImages_endsWithAPairAndHasNoTranspose() {
    Net net = new Net(32, 8, 8);
    OnnxValue h = net.then("Relu", net.up(net.x, geometry(2, 1, 1, 0), 32, 32, 4, 4));
    h = net.then("Relu", net.up(h, geometry(2, 1, 1, 0), 32, 32, 4, 4));
    OnnxValue y = net.up(h, geometry(2, 1, 1, 0), 32, 1, 4, 4);
    assertEquals(
        operators(
            "Conv",
            12,
            "Relu",
            8,
            "Concat",
            3,
            "Reshape",
            7,
            "Add",
            3,
            "DepthToSpace",
            1,
            "Slice",
            1),
        net.rewritten(new SubPixelConvs(), y));
  }

  @Test
  void layersTooSmallOrOddToGain_stay() {
    Net small = new Net(16, 7, 7);
    OnnxValue h = small.then("Relu", small.up(small.x, geometry(2, 0, 1, 0), 16, 8, 3, 3));
    OnnxValue y = small.up(h, geometry(2, 0, 1, 0), 8, 1, 3, 3);
    assertEquals(operators("ConvTranspose", 2, "Relu", 1), small.rewritten(new SubPixelConvs(), y));
    Net odd = new Net(30, 16, 16);
    assertEquals(
        operators("ConvTranspose", 1),
        odd.rewritten(new SubPixelConvs(), odd.up(odd.x, geometry(2, 1, 1, 0), 30, 30, 4, 4)));
    Net few = new Net(32, 16, 16);
    assertEquals(
        operators("ConvTranspose", 1),
        few.rewritten(new SubPixelConvs(), few.up(few.x, geometry(2, 1, 1, 0), 32, 3, 4, 4)));
  }

  @Test
  void otherTypes_stay() {
    Net net = new Net(17, ElementType.FLOAT64, 8, 8, 8);
    Tensor w =
        Tensor.ofDoubles(ElementType.FLOAT64, new long[] {8, 8, 4, 4}, normal(1, 1024)::doubleAt);
    OnnxValue y =
        net.graph.node(
            "ConvTranspose",
            "y",
            List.of(net.x, net.graph.constant("w", w)),
            Map.of("strides", new long[] {2, 2}, "kernel_shape", new long[] {4, 4}));
    net.graph.addOutput("y", y);
    assertFalse(ALONE.apply(net.graph));
  }

  @ParameterizedTest
  @ValueSource(ints = {13, 21})
  void everyOperatorSet_isTheSame(int opset) {
    Net alone = new Net(opset, ElementType.FLOAT32, 4, 5, 5);
    alone.rewritten(ALONE, alone.up(alone.x, geometry(2, 1, 1, 1), 4, 8, 3, 3));
    Net pair = new Net(opset, ElementType.FLOAT32, 4, 5, 5);
    OnnxValue h = pair.up(pair.x, geometry(2, 1, 1, 0), 4, 8, 4, 4);
    pair.rewritten(PAIRS, pair.up(h, geometry(2, 1, 1, 0), 8, 1, 4, 4));
  }
}
