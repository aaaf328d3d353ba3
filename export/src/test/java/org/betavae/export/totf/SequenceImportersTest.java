package org.betavae.export.totf;

import static org.betavae.export.ElementType.FLOAT32;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.betavae.export.ConversionException;
import org.betavae.export.ImportOptions;
import org.betavae.export.OnnxNet;
import org.betavae.export.OnnxToTf;
import org.betavae.export.Tensor;
import org.betavae.export.TfModel;
import org.betavae.export.TfTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Operators on sequences that ONNX Runtime does not have yet, TensorFlow beside their formulas
 * worked out in Java.
 */
class SequenceImportersTest {
  /** The operator set that brought them. */
  private static final int OPSET = 27;

  private static final int BATCH = 2;
  private static final int CHANNELS = 3;
  private static final int LENGTH = 5;

  /** Channel and step of the past, then of the input; 0 before both. */
  private static double at(Tensor x, Tensor past, int n, int c, int t) {
    if (t >= 0) {
      return x.doubleAt((n * CHANNELS + c) * LENGTH + t);
    }
    int look = past == null ? 0 : (int) past.dim(2);
    return look + t < 0 ? 0 : past.doubleAt((n * CHANNELS + c) * look + look + t);
  }

  @ParameterizedTest
  @CsvSource({"4,true,silu", "4,false,none", "1,false,swish", "7,false,none", "7,true,none"})
  void causalConvWithState_isTheSumOverThePast(int kernel, boolean continued, String activation) {
    Tensor x = TfTensors.normal(1, BATCH, CHANNELS, LENGTH);
    Tensor w = TfTensors.normal(2, CHANNELS, 1, kernel);
    Tensor b = TfTensors.normal(3, CHANNELS);
    Tensor past = continued ? TfTensors.normal(4, BATCH, CHANNELS, kernel - 1) : null;
    Tensor y =
        Tensor.ofDoubles(
            FLOAT32,
            new long[] {BATCH, CHANNELS, LENGTH},
            i -> {
              int c = i / LENGTH % CHANNELS;
              double sum = b.doubleAt(c);
              for (int k = 0; k < kernel; k++) {
                int t = i % LENGTH - kernel + 1 + k;
                sum += w.doubleAt(c * kernel + k) * at(x, past, i / LENGTH / CHANNELS, c, t);
              }
              return activation.equals("none") ? sum : sum / (1 + Math.exp(-sum));
            });
    int look = kernel - 1;
    Tensor state =
        Tensor.ofDoubles(
            FLOAT32,
            new long[] {BATCH, CHANNELS, look},
            i -> at(x, past, i / look / CHANNELS, i / look % CHANNELS, LENGTH - look + i % look));
    OnnxNet net = new OnnxNet(OPSET).fixed("x", x).constant("w", w).constant("b", b);
    if (continued) {
      net.fixed("past", past);
    }
    net.node(
            "CausalConvWithState(x,w,b" + (continued ? ",past" : "") + ") -> y,state",
            "activation",
            activation)
        .out("y", FLOAT32)
        .out("state", FLOAT32)
        .expect("y", y, "state", state);
  }

  @Test
  void causalConvWithState_namesAnActivationThatItDoesNotKnow() {
    Exception e =
        assertThrows(
            ConversionException.class,
            () ->
                OnnxToTf.convert(
                    new OnnxNet(OPSET)
                        .in("x", TfTensors.normal(1, 1, 2, 3))
                        .constant("w", TfTensors.normal(2, 2, 1, 2))
                        .node("CausalConvWithState(x,w) -> y,state", "activation", "gelu")
                        .out("y", FLOAT32)
                        .model(false),
                    ImportOptions.defaults()));
    assertTrue(e.getMessage().contains("gelu"), e.getMessage());
  }

  private static final int STEPS = 3;
  private static final int HEADS = 2;
  private static final int QUERIES = 2;
  private static final int KEYS = 4;
  private static final int VALUES = 3;

  /** The recurrence of the standard, step by step; the state at the end goes into an array. */
  private static Tensor linearAttention(
      String rule, Tensor q, Tensor k, Tensor v, Tensor g, Tensor beta, double scale, double[] s) {
    double[] y = new double[BATCH * STEPS * HEADS * QUERIES * VALUES];
    for (int b = 0; b < BATCH; b++) {
      for (int t = 0; t < STEPS; t++) {
        for (int h = 0; h < HEADS; h++) {
          int row = (b * STEPS + t) * HEADS + h;
          int state = (b * HEADS + h) * KEYS * VALUES;
          double[] write = new double[VALUES];
          for (int j = 0; j < VALUES; j++) {
            double known = 0;
            for (int i = 0; i < KEYS; i++) {
              int at = state + i * VALUES + j;
              s[at] *= rule.startsWith("gated") ? Math.exp(g.doubleAt(row * KEYS + i)) : 1;
              known += k.doubleAt(row * KEYS + i) * s[at];
            }
            double value = v.doubleAt(row * VALUES + j);
            write[j] = rule.endsWith("delta") ? beta.doubleAt(row) * (value - known) : value;
          }
          for (int i = 0; i < KEYS; i++) {
            for (int j = 0; j < VALUES; j++) {
              s[state + i * VALUES + j] += k.doubleAt(row * KEYS + i) * write[j];
            }
          }
          for (int m = 0; m < QUERIES; m++) {
            for (int j = 0; j < VALUES; j++) {
              for (int i = 0; i < KEYS; i++) {
                y[(row * QUERIES + m) * VALUES + j] +=
                    scale * q.doubleAt((row * QUERIES + m) * KEYS + i) * s[state + i * VALUES + j];
              }
            }
          }
        }
      }
    }
    long[] shape = {BATCH, STEPS, HEADS * QUERIES * VALUES};
    return Tensor.ofDoubles(FLOAT32, shape, i -> y[i]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linear", "gated", "delta", "gated_delta"})
  void linearAttention_isItsRecurrence(String rule) {
    Tensor q = TfTensors.normal(1, BATCH, STEPS, HEADS * QUERIES * KEYS);
    Tensor k = TfTensors.uniform(2, -0.5, 0.5, BATCH, STEPS, HEADS * KEYS);
    Tensor v = TfTensors.normal(3, BATCH, STEPS, HEADS * VALUES);
    Tensor g = TfTensors.uniform(4, -1, 0, BATCH, STEPS, HEADS * KEYS);
    Tensor beta = TfTensors.uniform(5, 0, 1, BATCH, STEPS, HEADS);
    Tensor past = TfTensors.normal(6, BATCH, HEADS, KEYS, VALUES);
    double[] state = new double[BATCH * HEADS * KEYS * VALUES];
    for (int i = 0; i < state.length; i++) {
      state[i] = past.doubleAt(i);
    }
    Tensor y = linearAttention(rule, q, k, v, g, beta, 0.5, state);
    Tensor end = Tensor.ofDoubles(FLOAT32, past.shape(), i -> state[i]);
    OnnxNet net =
        new OnnxNet(OPSET)
            .fixed("q", q)
            .fixed("k", k)
            .fixed("v", v)
            .fixed("g", g)
            .fixed("beta", beta)
            .in("past", past)
            .node(
                "LinearAttention(q,k,v,past,g,beta) -> y,end",
                "update_rule",
                rule,
                "q_num_heads",
                HEADS * QUERIES,
                "kv_num_heads",
                HEADS)
            .out("y", FLOAT32)
            .out("end", FLOAT32);
    TfModel unrolled = net.expect("y", y, "end", end);
    assertEquals(0, unrolled.graph().operatorCounts().getOrDefault("StatelessWhile", 0));
  }

  @Test
  void linearAttention_ofOpenLength_isALoop_fromAStateOfZeros() {
    Tensor q = TfTensors.normal(1, BATCH, STEPS, HEADS * QUERIES * KEYS);
    Tensor k = TfTensors.normal(2, BATCH, STEPS, HEADS * KEYS);
    Tensor v = TfTensors.normal(3, BATCH, STEPS, HEADS * VALUES);
    double[] state = new double[BATCH * HEADS * KEYS * VALUES];
    Tensor y = linearAttention("linear", q, k, v, null, null, 2, state);
    TfModel looped =
        new OnnxNet(OPSET)
            .in("x", q)
            .in("steps", Tensor.longs(BATCH, STEPS, HEADS * QUERIES * KEYS))
            .in("k", k)
            .in("v", v)
            .in("ksteps", Tensor.longs(BATCH, STEPS, HEADS * KEYS))
            .in("vsteps", Tensor.longs(BATCH, STEPS, HEADS * VALUES))
            .constant("qlast", Tensor.longs(BATCH, -1, HEADS * QUERIES * KEYS))
            .constant("klast", Tensor.longs(BATCH, -1, HEADS * KEYS))
            .constant("vlast", Tensor.longs(BATCH, -1, HEADS * VALUES))
            .node("Reshape(x,steps) -> q0")
            .node("Reshape(q0,qlast) -> q1")
            .node("Reshape(k,ksteps) -> k0")
            .node("Reshape(k0,klast) -> k1")
            .node("Reshape(v,vsteps) -> v0")
            .node("Reshape(v0,vlast) -> v1")
            .node(
                "LinearAttention(q1,k1,v1) -> y,end",
                "update_rule",
                "linear",
                "scale",
                2f,
                "q_num_heads",
                HEADS * QUERIES,
                "kv_num_heads",
                HEADS)
            .out("y", FLOAT32)
            .expect("y", y);
    assertEquals(1, looped.graph().operatorCounts().get("StatelessWhile"));
  }

  @Test
  void flexAttention_isAttention_whoseScoresAndWeightsAreModified() {
    Tensor q = TfTensors.normal(1, BATCH, 4, STEPS, KEYS);
    Tensor k = TfTensors.normal(2, BATCH, 2, LENGTH, KEYS);
    Tensor v = TfTensors.normal(3, BATCH, 2, LENGTH, VALUES);
    double[] y = new double[BATCH * 4 * STEPS * VALUES];
    for (int row = 0; row < BATCH * 4 * STEPS; row++) {
      int keys = (row / STEPS / 4 * 2 + row / STEPS % 4 / 2) * LENGTH;
      double[] weights = new double[LENGTH];
      double sum = 0;
      for (int j = 0; j < LENGTH; j++) {
        double score = 0;
        for (int i = 0; i < KEYS; i++) {
          score += q.doubleAt(row * KEYS + i) * k.doubleAt((keys + j) * KEYS + i);
        }
        weights[j] = Math.exp(Math.tanh(score / Math.sqrt(KEYS)));
        sum += weights[j];
      }
      for (int j = 0; j < LENGTH; j++) {
        for (int i = 0; i < VALUES; i++) {
          double weight = Math.sqrt(weights[j] / sum);
          y[row * VALUES + i] += weight * v.doubleAt((keys + j) * VALUES + i);
        }
      }
    }
    OnnxNet score =
        new OnnxNet(OPSET).in("s", TfTensors.normal(0, 1, 1, 1, 1)).node("Tanh(s) -> t");
    OnnxNet weight =
        new OnnxNet(OPSET).in("p", TfTensors.normal(0, 1, 1, 1, 1)).node("Sqrt(p) -> r");
    new OnnxNet(OPSET)
        .fixed("q", q)
        .fixed("k", k)
        .in("v", v)
        .node(
            "ai.onnx.preview:FlexAttention(q,k,v) -> y",
            "score_mod",
            score.out("t", FLOAT32).graph(),
            "prob_mod",
            weight.out("r", FLOAT32).graph())
        .out("y", FLOAT32)
        .expect("y", Tensor.ofDoubles(FLOAT32, new long[] {BATCH, 4, STEPS, VALUES}, i -> y[i]));
  }
}
