package org.betavae.export.totf;

import static org.betavae.export.ElementType.BOOL;
import static org.betavae.export.ElementType.FLOAT32;
import static org.betavae.export.ElementType.FLOAT64;
import static org.betavae.export.ElementType.INT64;

import ai.onnx.proto.OnnxMl.GraphProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.export.OnnxNet;
import org.betavae.export.Tensor;
import org.betavae.export.TfTensors;

/**
 * Layers of every operator that something can be trained through, written {@code "13 Op(input,...)
 * -> output,... | attribute=value ..."} with the operator set in front; several nodes are parted by
 * semicolons. The weights that they read are those of {@link GradientCoverageTest}.
 */
final class GradientLayers {
  private static final String LAYERS =
      """
      12 Celu(x) -> y | alpha=0.7f
      13 Clip(x,low,high) -> y
      13 Elu(x) -> y
      20 Gelu(x) -> y
      20 Gelu(x) -> y | approximate=tanh
      13 HardSigmoid(x) -> y
      14 HardSwish(x) -> y
      16 LeakyRelu(x) -> y
      18 Mish(x) -> y
      16 PRelu(x,b) -> y
      14 Relu(x) -> y
      13 Selu(x) -> y
      9 Shrink(x) -> y | lambd=0.3f bias=0.1f
      13 Sigmoid(x) -> y
      13 Softplus(x) -> y
      13 Softsign(x) -> y
      24 Swish(x) -> y | alpha=1.5f
      13 Tanh(x) -> y
      10 ThresholdedRelu(x) -> y | alpha=0.3f
      20 AffineGrid(theta,sizes) -> y
      23 Attention(heads,heads,heads) -> y
      23 Attention(heads,heads,heads) -> y | is_causal=1 softcap=2.0f
      15 BatchNormalization(img,K4,K4b,mean,var) -> y
      7 Add(x,b) -> y
      7 Mul(x,b) -> y
      7 Sub(x,b) -> y
      13 Cast(x) -> d | to=11; Cast(d) -> y | to=1
      15 CastLike(x,double) -> d; CastLike(d,one) -> y
      13 ai.onnx.ml:ArrayFeatureExtractor(x,two) -> y
      13 ai.onnx.ml:Binarizer(x) -> y | threshold=0.1f
      13 ai.onnx.ml:Imputer(x) -> y | imputed_value_floats=[9.0f] replaced_value_float=7.0f
      13 ai.onnx.ml:LinearRegressor(x) -> y | coefficients=[0.5f,-1.0f,2.0f,0.1f] intercepts=[0.3f] targets=1
      13 ai.onnx.ml:Normalizer(p) -> y | norm=L2
      13 ai.onnx.ml:Scaler(x) -> y | offset=[0.5f] scale=[2.0f]
      27 CausalConvWithState(line,Kcausal) -> y,state | activation=silu
      18 Col2Im(columns,imageSize,blockSize) -> y
      13 Concat(x,p) -> y | axis=1
      11 Conv(img,K2d,K4) -> y | pads=[1,1,1,1]
      11 Conv(img,K2d) -> y | strides=[2,2] dilations=[2,1] pads=[1,0,1,1]
      11 Conv(img,K2d) -> y | dilations=[2,1]
      11 Conv(img,K2d) -> y | dilations=[2,2] pads=[2,2,2,2]
      11 Conv(img,K2d) -> y | strides=[2,2] pads=[1,1,1,1]
      11 Conv(img,Kdepth) -> y | group=4 pads=[1,1,1,1] dilations=[2,2]
      11 Conv(img,Kdepth) -> y | group=4
      11 Conv(img,Kgroup) -> y | group=2
      11 Conv(line,K1d) -> y | pads=[1,1]
      11 Conv(cube,K3d) -> y | pads=[1,1,1,1,1,1]
      11 ConvTranspose(img,K2d) -> y | strides=[2,2]
      11 ConvTranspose(img,K2d) -> y | strides=[2,2] pads=[1,1,1,1] output_padding=[1,1]
      11 ConvTranspose(line,K1d) -> y | strides=[2]
      11 ConvTranspose(cube,K3d) -> y | strides=[2,2,2]
      18 CenterCropPad(x,cropSize) -> y
      26 CumProd(p,one1) -> y
      14 CumSum(x,one1) -> y | exclusive=1 reverse=1
      10 ReverseSequence(x,lengths) -> y | batch_axis=1 time_axis=0
      20 DFT(signal) -> y
      13 Dropout(x) -> y
      12 Einsum(x,m) -> y | equation=ij,ki->kj
      13 Expand(b,expandTo) -> y
      11 OneHot(places,depth,b2) -> y
      13 Tile(x,repeats) -> y
      13 Flatten(img) -> y
      13 ai.onnx.preview:FlexAttention(heads,heads,heads) -> y
      13 Gather(x,two) -> y | axis=1
      13 GatherElements(x,i) -> y
      13 GatherND(x,rows) -> y
      13 Gemm(x,p,m) -> y | transB=1 alpha=0.5f beta=2.0f
      20 GridSample(img,grid) -> y
      20 GridSample(img,grid) -> y | mode=cubic padding_mode=border
      20 GridSample(img,corners) -> y | padding_mode=reflection align_corners=1
      16 Identity(x) -> z; If(open) -> y | then_branch=@exp else_branch=@neg
      27 LinearAttention(tokens,tokens,tokens) -> y,state | update_rule=linear q_num_heads=2 kv_num_heads=2
      16 Loop(three,yes,x) -> y | body=@step
      16 Loop(count,yes,x) -> y | body=@step
      13 NegativeLogLikelihoodLoss(x,classes) -> y
      13 SoftmaxCrossEntropyLoss(x,classes) -> y
      13 LRN(img) -> y | size=3
      13 MatMul(m,x) -> y
      7 Acos(p) -> y
      9 Acosh(above) -> y
      7 Asin(p) -> y
      9 Asinh(x) -> y
      7 Atan(x) -> y
      9 Atanh(p) -> y
      7 Cos(x) -> y
      9 Cosh(x) -> y
      11 Det(m) -> y
      11 Round(x) -> y
      13 Sign(x) -> y
      7 Sin(x) -> y
      9 Sinh(x) -> y
      7 Tan(p) -> y
      11 MaxUnpool(pooled,unpoolAt) -> y | kernel_shape=[2,2] strides=[2,2]
      21 GroupNormalization(img,K4,K4b) -> y | num_groups=2
      13 InstanceNormalization(img,K4,K4b) -> y
      17 LayerNormalization(x,K4,K4b) -> y
      13 LpNormalization(p) -> y
      13 LpNormalization(p) -> y | p=1
      13 MeanVarianceNormalization(img) -> y
      23 RMSNormalization(x,K4) -> y
      13 ai.onnx.preview.training:Adagrad(rate,step,p,q,above) -> y,h
      13 ai.onnx.preview.training:Adam(rate,step,p,q,p,above) -> y,h,v
      13 ai.onnx.preview.training:Momentum(rate,step,p,q,p) -> y,v | alpha=0.9f beta=0.9f mode=standard norm_coefficient=0.01f
      13 Pad(x,pads) -> y
      13 Pad(x,pads) -> y | mode=reflect
      13 Pad(x,pads) -> y | mode=edge
      19 Pad(x,pads) -> y | mode=wrap
      14 Div(x,p) -> y
      13 Mod(x,p) -> y | fmod=1
      15 Pow(p,q) -> y
      14 Identity(x) -> y
      19 AveragePool(img) -> y | kernel_shape=[2,3] pads=[1,1,0,1]
      19 AveragePool(img) -> y | kernel_shape=[3,3] ceil_mode=1 strides=[2,2] count_include_pad=1 pads=[1,1,1,1]
      19 AveragePool(cube) -> y | kernel_shape=[2,2,2] strides=[2,2,2]
      13 GlobalAveragePool(img) -> y
      13 GlobalLpPool(img) -> y
      13 GlobalMaxPool(img) -> y
      18 LpPool(img) -> y | kernel_shape=[2,2]
      12 MaxPool(img) -> y | kernel_shape=[2,2] strides=[2,2]
      12 MaxPool(img) -> y | kernel_shape=[3,3] pads=[1,1,1,1] dilations=[2,1]
      12 MaxPool(img) -> y | kernel_shape=[3,3] strides=[2,2] pads=[1,1,1,1]
      12 MaxPool(img) -> y,at | kernel_shape=[2,2]
      12 MaxPool(line) -> y | kernel_shape=[3]
      12 MaxPool(cube) -> y | kernel_shape=[2,2,2] strides=[2,2,2]
      13 DequantizeLinear(whole,Kscale) -> y
      14 LSTM(steps,Klstm,Rlstm) -> y
      14 LSTM(steps,Klstm2,Rlstm2) -> y | direction=bidirectional
      14 GRU(steps,Kgru,Rgru) -> y
      14 GRU(steps,Kgru,Rgru) -> y | linear_before_reset=1 direction=reverse
      14 RNN(steps,Krnn,Rrnn) -> y
      13 ReduceL1(x) -> y
      13 ReduceL2(p) -> y | axes=[1]
      13 ReduceLogSum(p) -> y
      13 ReduceLogSumExp(x) -> y | axes=[0]
      13 ReduceMax(x) -> y | axes=[1]
      13 ReduceMean(x) -> y | axes=[1]
      13 ReduceMin(x) -> y | axes=[1]
      13 ReduceProd(p) -> y | axes=[1]
      13 ReduceSum(x,one1v) -> y
      13 ReduceSumSquare(x) -> y | axes=[1]
      14 Reshape(x,sixtwo) -> y
      13 Unsqueeze(x,one1v) -> u; Squeeze(u,one1v) -> y
      13 Squeeze(signal,two) -> y
      13 Unsqueeze(x,one1v) -> y
      18 Resize(img,,scales) -> y
      18 Resize(img,,scales) -> y | mode=linear
      18 Resize(img,,odd) -> y | mode=linear
      18 Resize(img,,odd) -> y | mode=cubic
      18 Resize(img,,,openSizes) -> y | mode=linear
      18 Resize(img,,,openSizes) -> y
      9 Upsample(img,scales) -> y
      16 RoiAlign(img,rois,zeros) -> y | output_height=2 output_width=2 sampling_ratio=2
      16 RoiAlign(img,rois,zeros) -> y | output_height=2 output_width=2 sampling_ratio=2 mode=max
      23 RotaryEmbedding(heads,cos,sin) -> y
      16 Scan(b,x) -> s,y | num_scan_inputs=1 body=@scan
      10 Scatter(x,i,p) -> y
      18 ScatterElements(x,i,p) -> y
      18 ScatterElements(x,i,p) -> y | reduction=add
      18 ScatterElements(x,places2,p2) -> y | reduction=mul
      18 ScatterElements(x,places2,p2) -> y | reduction=max
      18 ScatterND(x,rows,tworows) -> y
      18 ScatterND(x,rows,tworows) -> y | reduction=add
      11 Compress(x,mask) -> y | axis=1
      16 Where(mask,x,p) -> y
      13 Slice(x,one1v,three1v,one1v) -> y
      13 Slice(x,openStart,three1v) -> y
      13 Hardmax(x) -> y
      13 LogSoftmax(x) -> y
      13 Softmax(x) -> y
      11 Softmax(img) -> y | axis=2
      13 DepthToSpace(img) -> y | blocksize=2
      13 SpaceToDepth(even) -> y | blocksize=2
      13 Split(x) -> y,z | axis=1
      13 SplitToSequence(x) -> s | axis=1; SequenceAt(s,one1) -> y
      13 SequenceConstruct(x,p) -> s; ConcatFromSequence(s) -> y | axis=1
      11 TopK(x,two) -> y,at
      13 Transpose(x) -> y
      14 Trilu(x) -> y
      13 Abs(x) -> y
      13 Ceil(x) -> y
      13 Erf(x) -> y
      13 Exp(x) -> y
      13 Floor(x) -> y
      13 Log(p) -> y
      13 Neg(x) -> y
      13 Reciprocal(p) -> y
      13 Sqrt(p) -> y
      11 Unique(x) -> y
      13 Max(x,p) -> y
      13 Mean(x,p) -> y
      13 Min(x,p) -> y
      13 Sum(x,p) -> y
      """;

  private GradientLayers() {}

  /** All layers. */
  static List<String> all() {
    return LAYERS.lines().toList();
  }

  /** Weights that operators read as they are, by name, with their shapes. */
  static Map<String, long[]> kernels() {
    Map<String, long[]> k = new LinkedHashMap<>();
    k.put("K4", new long[] {4});
    k.put("K4b", new long[] {4});
    k.put("Kscale", new long[] {4});
    k.put("Kcausal", new long[] {4, 1, 3});
    k.put("K1d", new long[] {4, 4, 3});
    k.put("K2d", new long[] {4, 4, 3, 3});
    k.put("K3d", new long[] {2, 2, 3, 3, 3});
    k.put("Kdepth", new long[] {4, 1, 2, 2});
    k.put("Kgroup", new long[] {4, 2, 2, 2});
    k.put("Klstm", new long[] {1, 12, 4});
    k.put("Rlstm", new long[] {1, 12, 3});
    k.put("Klstm2", new long[] {2, 12, 4});
    k.put("Rlstm2", new long[] {2, 12, 3});
    k.put("Kgru", new long[] {1, 9, 4});
    k.put("Rgru", new long[] {1, 9, 3});
    k.put("Krnn", new long[] {1, 3, 4});
    k.put("Rrnn", new long[] {1, 3, 3});
    return k;
  }

  /** Numbers that are not trained. */
  static Map<String, Tensor> numbers() {
    Map<String, Tensor> n = new LinkedHashMap<>();
    n.put("low", Tensor.scalar(FLOAT32, -0.4));
    n.put("high", Tensor.scalar(FLOAT32, 0.6));
    n.put("double", Tensor.scalar(FLOAT64, 1));
    n.put("rate", Tensor.scalar(FLOAT32, 0.1));
    n.put("step", Tensor.scalar(INT64, 1));
    n.put("one1", Tensor.scalar(INT64, 1));
    n.put("three", Tensor.scalar(INT64, 3));
    n.put("yes", Tensor.scalar(BOOL, 1));
    n.put("two", Tensor.longs(2));
    n.put("one1v", Tensor.longs(1));
    n.put("three1v", Tensor.longs(3));
    n.put("sixtwo", Tensor.longs(6, 2));
    n.put("sizes", Tensor.longs(2, 1, 3, 2));
    n.put("imageSize", Tensor.longs(4, 3));
    n.put("blockSize", Tensor.longs(2, 2));
    n.put("cropSize", Tensor.longs(5, 2));
    n.put("lengths", Tensor.longs(1, 2, 3, 2));
    n.put("expandTo", Tensor.longs(3, 4));
    n.put("repeats", Tensor.longs(2, 1));
    n.put("depth", Tensor.longs(4));
    n.put("places", Tensor.longs(3, 1));
    n.put("classes", Tensor.longs(1, 3, 0));
    n.put("pads", Tensor.longs(1, 2, 1, 1));
    n.put("zeros", Tensor.longs(0, 1));
    n.put("rows", Tensor.ofLongs(INT64, new long[] {2, 1}, i -> 2 - i));
    n.put("places2", Tensor.ofLongs(INT64, new long[] {1, 4}, i -> i % 3));
    n.put("unpoolAt", Tensor.ofLongs(INT64, new long[] {1, 1, 2, 2}, i -> 2 * i + i / 2 * 5));
    n.put("whole", Tensor.ofLongs(org.betavae.export.ElementType.INT8, new long[] {3, 4}, i -> i));
    n.put("mask", Tensor.ofLongs(BOOL, new long[] {4}, i -> i % 2));
    n.put("scales", Tensor.floats(new long[] {4}, 1, 1, 2, 2));
    n.put("odd", Tensor.floats(new long[] {4}, 1, 1, 1.7f, 0.6f));
    return n;
  }

  /** Adds a node as it is written here. */
  static void add(OnnxNet net, String text) {
    String[] sides = text.split(" \\| ", -1);
    List<Object> attributes = new ArrayList<>();
    for (String a : sides.length == 1 ? new String[0] : sides[1].split(" ", -1)) {
      String[] pair = a.split("=", 2);
      attributes.add(pair[0]);
      attributes.add(value(pair[1]));
    }
    net.node(sides[0], attributes.toArray());
  }

  private static Object value(String text) {
    if (text.startsWith("@")) {
      return graph(text.substring(1));
    }
    if (text.matches("-?[0-9]+")) {
      return Long.parseLong(text);
    }
    if (text.matches("-?[0-9.]+f")) {
      return Float.parseFloat(text);
    }
    if (!text.startsWith("[")) {
      return text;
    }
    String[] items = text.substring(1, text.length() - 1).split(",", -1);
    if (items[0].endsWith("f")) {
      float[] numbers = new float[items.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Float.parseFloat(items[i]);
      }
      return numbers;
    }
    long[] numbers = new long[items.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Long.parseLong(items[i]);
    }
    return numbers;
  }

  /** Graphs inside of nodes. */
  private static GraphProto graph(String name) {
    Tensor one = Tensor.scalar(INT64, 0);
    Tensor row = TfTensors.normal(0, 4);
    return switch (name) {
      case "exp" -> new OnnxNet(16).node("Exp(z) -> e").out("e", FLOAT32).graph();
      case "neg" -> new OnnxNet(16).node("Neg(z) -> n").out("n", FLOAT32).graph();
      case "step" ->
          new OnnxNet(16)
              .in("trip", one)
              .in("go", Tensor.scalar(BOOL, 1))
              .in("v", TfTensors.normal(0, 3, 4))
              .node("Sin(v) -> w")
              .node("Identity(go) -> on")
              .out("on", BOOL)
              .out("w", FLOAT32)
              .graph();
      default ->
          new OnnxNet(16)
              .in("s", row)
              .in("r", row)
              .node("Mul(s,r) -> t")
              .node("Tanh(t) -> u")
              .out("t", FLOAT32)
              .out("u", FLOAT32)
              .graph();
    };
  }
}
