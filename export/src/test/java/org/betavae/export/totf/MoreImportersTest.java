package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.INT32;
import static org.betavae.export.ElementType.INT64;
import static org.betavae.export.ElementType.INT8;
import static org.betavae.export.ElementType.STRING;
import static org.betavae.export.ElementType.UINT8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.betavae.export.ConversionException;
import org.betavae.export.ElementType;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Importers of quantized, random, text, signal and classic operators. */
class MoreImportersTest {
  private static final Tensor X = TfTensors.normal(1, 2, 3, 4);

  private static Tensor one(ElementType type, double value) {
    return Tensor.scalar(type, value);
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"UINT8", "INT8"})
  void quantizedNumbers_areRoundedAndKeptInRange(ElementType type) {
    new OnnxNet(19)
        .in("x", TfTensors.uniform(2, -3, 3, 2, 3, 4))
        .constant("s", one(FLOAT32, 0.01))
        .constant("z", one(type, 3))
        .constant("scales", Tensor.floats(new long[] {3}, 0.01f, 0.02f, 0.1f))
        .constant("zeros", Tensor.ofLongs(type, new long[] {3}, i -> i))
        .node("QuantizeLinear(x,s,z) -> q")
        .node("DequantizeLinear(q,s,z) -> d")
        .node("QuantizeLinear(x,scales,zeros) -> qa", "axis", -2)
        .node("DequantizeLinear(qa,scales,zeros) -> da", "axis", -2)
        .out("q", type)
        .out("d", FLOAT32)
        .out("qa", type)
        .out("da", FLOAT32)
        .check();
  }

  @Test
  void blocks_haveTheirOwnScale() {
    new OnnxNet(21)
        .in("x", TfTensors.uniform(3, -3, 3, 2, 4))
        .constant("s", Tensor.floats(new long[] {2, 2}, 0.01f, 0.02f, 0.03f, 0.04f))
        .constant("z", Tensor.ofLongs(INT8, new long[] {2, 2}, i -> i))
        .node("QuantizeLinear(x,s,z) -> q", "axis", 1, "block_size", 2)
        .node("DequantizeLinear(q,s,z) -> d", "axis", 1, "block_size", 2)
        .out("q", INT8)
        .out("d", FLOAT32)
        .check();
  }

  @Test
  void dynamicQuantization_findsTheRange() {
    new OnnxNet(17)
        .in("x", X)
        .node("DynamicQuantizeLinear(x) -> y,s,z")
        .out("y", UINT8)
        .out("s", FLOAT32)
        .out("z", UINT8)
        .check();
  }

  @Test
  void quantizedProducts_areExact() {
    Tensor a = TfTensors.whole(UINT8, 4, 0, 256, 2, 3);
    Tensor b = TfTensors.whole(UINT8, 5, 0, 256, 3, 4);
    new OnnxNet(17)
        .in("a", a)
        .in("b", b)
        .constant("az", one(UINT8, 12))
        .constant("bz", Tensor.ofLongs(UINT8, new long[] {4}, i -> i))
        .node("MatMulInteger(a,b,az,bz) -> y")
        .out("y", INT32)
        .check();
    new OnnxNet(17)
        .in("a", a)
        .in("b", b)
        .constant("as", one(FLOAT32, 0.01))
        .constant("az", one(UINT8, 12))
        .constant("bs", one(FLOAT32, 0.02))
        .constant("bz", one(UINT8, 100))
        .constant("ys", one(FLOAT32, 0.5))
        .constant("yz", one(UINT8, 120))
        .node("QLinearMatMul(a,as,az,b,bs,bz,ys,yz) -> y")
        .out("y", UINT8)
        .check();
  }

  @Test
  void quantizedConvolutions_areExact() {
    Tensor x = TfTensors.whole(UINT8, 6, 0, 256, 1, 2, 5, 5);
    Tensor w = TfTensors.whole(UINT8, 7, 0, 256, 3, 2, 3, 3);
    new OnnxNet(17)
        .in("x", x)
        .constant("w", w)
        .constant("xz", one(UINT8, 12))
        .constant("wz", one(UINT8, 100))
        .node("ConvInteger(x,w,xz,wz) -> y", "pads", new long[] {1, 1, 1, 1})
        .out("y", INT32)
        .check();
    new OnnxNet(17)
        .in("x", x)
        .constant("w", w)
        .constant("xs", one(FLOAT32, 0.01))
        .constant("xz", one(UINT8, 12))
        .constant("ws", Tensor.floats(new long[] {3}, 0.02f, 0.03f, 0.01f))
        .constant("wz", Tensor.ofLongs(UINT8, new long[] {3}, i -> 100 + i))
        .constant("ys", one(FLOAT32, 2.5))
        .constant("yz", one(UINT8, 120))
        .constant("b", Tensor.ofLongs(INT32, new long[] {3}, i -> 1000L * i))
        .node("QLinearConv(x,xs,xz,w,ws,wz,ys,yz,b) -> y", "strides", new long[] {2, 2})
        .out("y", UINT8)
        .check();
  }

  @Test
  void blocksOfAnImage_areAddedUp() {
    new OnnxNet(18)
        .in("x", TfTensors.normal(12, 2, 3 * 4, 6))
        .fixed("image", Tensor.longs(4, 5))
        .fixed("block", Tensor.longs(2, 2))
        .node(
            "Col2Im(x,image,block) -> y",
            "strides",
            new long[] {2, 2},
            "pads",
            new long[] {0, 1, 1, 1},
            "dilations",
            new long[] {1, 2})
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void melWeights_areTriangles() {
    new OnnxNet(17)
        .in("bands", one(INT64, 4))
        .in("length", one(INT64, 32))
        .in("rate", one(INT64, 8000))
        .in("low", one(FLOAT32, 100))
        .in("high", one(FLOAT32, 3500))
        .node("MelWeightMatrix(bands,length,rate,low,high) -> y")
        .out("y", FLOAT32)
        .check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HannWindow", "HammingWindow", "BlackmanWindow"})
  void windows_arePeriodicOrSymmetric(String op) {
    new OnnxNet(17)
        .in("n", one(INT64, 7))
        .node(op + "(n) -> y")
        .node(op + "(n) -> z", "periodic", 0)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void dft_ofRealAndComplexSignals_andBack() {
    Tensor real = TfTensors.normal(8, 2, 6, 1);
    Tensor complex = TfTensors.normal(9, 2, 6, 2);
    for (int half : new int[] {0, 1}) {
      new OnnxNet(17)
          .fixed("x", real)
          .node("DFT(x) -> y", "axis", 1, "onesided", half)
          .out("y", FLOAT32)
          .check();
    }
    new OnnxNet(17)
        .fixed("x", complex)
        .constant("n", one(INT64, 8))
        .node("DFT(x,n) -> y", "axis", 1)
        .node("DFT(x) -> z", "axis", 1, "inverse", 1)
        .out("y", FLOAT32)
        .out("z", FLOAT32)
        .check();
  }

  @Test
  void randomNumbers_haveTheirShapeTypeAndRange() {
    OnnxNet net =
        new OnnxNet(17)
            .in("x", TfTensors.normal(10, 50, 40))
            .in("p", Tensor.ofDoubles(FLOAT32, new long[] {50, 40}, i -> 0.25))
            .node("RandomUniform() -> a", "shape", new long[] {50, 40}, "low", 2f, "high", 4f)
            .node("RandomNormalLike(x) -> b", "mean", 3f, "scale", 0.5f)
            .node("Bernoulli(p) -> c", "dtype", INT64.onnxNumber())
            .out("a", FLOAT32)
            .out("b", FLOAT32)
            .out("c", INT64);
    Tensor uniform = net.runTensorFlow("a");
    assertArrayEquals(new long[] {50, 40}, uniform.shape());
    double low = 9;
    double high = 0;
    double mean = 0;
    Tensor normal = net.runTensorFlow("b");
    Tensor hits = net.runTensorFlow("c");
    double share = 0;
    for (int i = 0; i < 2000; i++) {
      low = Math.min(low, uniform.doubleAt(i));
      high = Math.max(high, uniform.doubleAt(i));
      mean += normal.doubleAt(i) / 2000;
      share += hits.longAt(i) / 2000.0;
    }
    assertTrue(low >= 2 && low < 2.1 && high < 4 && high > 3.9, low + " to " + high);
    assertEquals(3, mean, 0.1);
    assertEquals(0.25, share, 0.06);
    assertEquals(INT64, hits.type());
  }

  @Test
  void seeds_repeatTheNumbers() {
    OnnxNet net =
        new OnnxNet(17)
            .node("RandomNormal() -> y", "shape", new long[] {8}, "seed", 3f)
            .out("y", FLOAT32);
    assertEquals(net.runTensorFlow("y"), net.runTensorFlow("y"));
  }

  @Test
  void multinomial_drawsClasses() {
    Tensor logits = Tensor.floats(new long[] {1, 3}, -100, 0, -100);
    OnnxNet net =
        new OnnxNet(17)
            .in("x", logits)
            .node("Multinomial(x) -> y", "sample_size", 5)
            .out("y", INT32);
    assertEquals(Tensor.ofLongs(INT32, new long[] {1, 5}, i -> 1), net.runTensorFlow("y"));
  }

  @Test
  void texts_areJoinedSplitMatchedAndNormalized() {
    new OnnxNet(20)
        .in("a", "x", "y z")
        .in("b", "1", "")
        .node("StringConcat(a,b) -> y")
        .node("RegexFullMatch(a) -> m", "pattern", "y.*")
        .node(
            "StringNormalizer(a) -> n",
            "case_change_action",
            "UPPER",
            "stopwords",
            new String[] {"X"})
        .node(
            "StringNormalizer(a) -> o",
            "is_case_sensitive",
            1,
            "stopwords",
            new String[] {"x", "y z"})
        .out("y", STRING)
        .out("m", ElementType.BOOL)
        .out("n", STRING)
        .out("o", STRING)
        .expect(
            "y", new String[] {"x1", "y z"},
            "m", Tensor.ofLongs(ElementType.BOOL, new long[] {2}, i -> i),
            "n", new String[] {"Y Z"},
            "o", new String[] {""});
  }

  @Test
  void texts_becomeNumbersAndBack() {
    new OnnxNet(19)
        .in("t", "1.5", "-2")
        .in("n", Tensor.longs(7, -3))
        .node("Cast(t) -> y", "to", FLOAT32.onnxNumber())
        .node("Cast(n) -> z", "to", STRING.onnxNumber())
        .out("y", FLOAT32)
        .out("z", STRING)
        .expect("y", Tensor.floats(new long[] {2}, 1.5f, -2), "z", new String[] {"7", "-3"});
    Exception e =
        assertThrows(
            ConversionException.class,
            () ->
                new OnnxNet(19)
                    .in("x", X)
                    .node("Cast(x) -> y", "to", STRING.onnxNumber())
                    .out("y", STRING)
                    .expect());
    assertTrue(e.getMessage().contains("in other digits"), e.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TF", "IDF", "TFIDF"})
  void nGrams_areCounted(String mode) {
    new OnnxNet(17)
        .in("x", Tensor.ofLongs(INT32, new long[] {2, 6}, i -> i < 6 ? 1 + i % 3 : 7 - i % 4))
        .node(
            "TfIdfVectorizer(x) -> y",
            "mode",
            mode,
            "min_gram_length",
            1,
            "max_gram_length",
            2,
            "max_skip_count",
            1,
            "ngram_counts",
            new long[] {0, 3},
            "ngram_indexes",
            new long[] {0, 1, 2, 4, 3},
            "pool_int64s",
            new long[] {1, 2, 5, 1, 2, 1, 3},
            "weights",
            new float[] {1, 0.5f, 2, 3, 4})
        .out("y", FLOAT32)
        .check();
  }

  @Test
  void labels_areLookedUp() {
    new OnnxNet(17)
        .in("x", Tensor.longs(3, 1, 9))
        .node(
            "ai.onnx.ml:LabelEncoder(x) -> y",
            "keys_int64s",
            new long[] {1, 3},
            "values_floats",
            new float[] {0.5f, 2},
            "default_float",
            -1f)
        .out("y", FLOAT32)
        .check();
    new OnnxNet(17)
        .in("x", "b", "z")
        .node(
            "ai.onnx.ml:LabelEncoder(x) -> y",
            "keys_strings",
            new String[] {"a", "b"},
            "values_strings",
            new String[] {"first", "second"},
            "default_string",
            "none")
        .out("y", STRING)
        .expect("y", new String[] {"second", "none"});
  }

  @Test
  void classicOperators_agree() {
    Tensor x = TfTensors.normal(11, 3, 2);
    new OnnxNet(17)
        .in("x", x)
        .constant("c", Tensor.longs(1))
        .node("ai.onnx.ml:Binarizer(x) -> b", "threshold", 0.1f)
        .node(
            "ai.onnx.ml:Scaler(x) -> s",
            "offset",
            new float[] {0.5f, 1},
            "scale",
            new float[] {2, 3})
        .node("ai.onnx.ml:Normalizer(x) -> l1", "norm", "L1")
        .node("ai.onnx.ml:Normalizer(x) -> l2", "norm", "L2")
        .node("ai.onnx.ml:ArrayFeatureExtractor(x,c) -> f")
        .node(
            "ai.onnx.ml:LinearRegressor(x) -> r",
            "targets",
            2,
            "coefficients",
            new float[] {1, 2, 3, 4},
            "intercepts",
            new float[] {0.5f, -1})
        .out("b", FLOAT32)
        .out("s", FLOAT32)
        .out("l1", FLOAT32)
        .out("l2", FLOAT32)
        .out("f", FLOAT32)
        .out("r", FLOAT32)
        .check();
    new OnnxNet(17)
        .in("x", Tensor.floats(new long[] {2, 2}, 1, Float.NaN, Float.NaN, 4))
        .node(
            "ai.onnx.ml:Imputer(x) -> y",
            "imputed_value_floats",
            new float[] {7, 8},
            "replaced_value_float",
            Float.NaN)
        .out("y", FLOAT32)
        .check();
  }

  /** Worked by hand from the formulas of the standard. */
  @Test
  void optimizers_takeOneStep() {
    String training = "ai.onnx.preview.training:";
    Tensor x = Tensor.floats(new long[] {1}, 1);
    Tensor g = Tensor.floats(new long[] {1}, 2);
    new OnnxNet(17)
        .in("r", one(FLOAT32, 0.1))
        .in("t", one(INT64, 0))
        .in("x", x)
        .in("g", g)
        .in("h", Tensor.floats(new long[] {1}, 5))
        .node(training + "Adagrad(r,t,x,g,h) -> y,k", "epsilon", 0f)
        .out("y", FLOAT32)
        .out("k", FLOAT32)
        .expect(
            "y", Tensor.floats(new long[] {1}, 1 - 0.1f * 2 / 3),
            "k", Tensor.floats(new long[] {1}, 9));
    new OnnxNet(17)
        .in("r", one(FLOAT32, 0.1))
        .in("t", one(INT64, 3))
        .in("x", x)
        .in("g", g)
        .in("v", Tensor.floats(new long[] {1}, 4))
        .node(
            training + "Momentum(r,t,x,g,v) -> y,w",
            "alpha",
            0.5f,
            "beta",
            0.25f,
            "mode",
            "standard",
            "norm_coefficient",
            1f)
        .out("y", FLOAT32)
        .out("w", FLOAT32)
        .expect(
            "y", Tensor.floats(new long[] {1}, 1 - 0.1f * 2.75f),
            "w", Tensor.floats(new long[] {1}, 2.75f));
    new OnnxNet(17)
        .in("r", one(FLOAT32, 0.1))
        .in("t", one(INT64, 1))
        .in("x", x)
        .in("g", g)
        .in("m", Tensor.floats(new long[] {1}, 0))
        .in("v", Tensor.floats(new long[] {1}, 0))
        .node(training + "Adam(r,t,x,g,m,v) -> y,n,w", "alpha", 0.9f, "beta", 0.99f, "epsilon", 0f)
        .out("y", FLOAT32)
        .out("n", FLOAT32)
        .out("w", FLOAT32)
        .expect(
            "y", Tensor.floats(new long[] {1}, 0.9f),
            "n", Tensor.floats(new long[] {1}, 0.2f),
            "w", Tensor.floats(new long[] {1}, 0.04f));
  }
}
