package org.betavae.export.totf;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The explicit list of all importers; the documentation's table is made from it. */
final class Importers {
  private static final List<OpImporter> ALL =
      List.of(
          new ActivationImporter(),
          new AffineGridImporter(),
          new ArgImporter(),
          new AttentionImporter(),
          new BatchNormImporter(),
          new BinaryImporter(),
          new CastImporter(),
          new CausalConvImporter(),
          new ClassicImporter(),
          new Col2ImImporter(),
          new ConcatImporter(),
          new ConstantImporter(),
          new ConvImporter(),
          new ConvTransposeImporter(),
          new CropImporter(),
          new CumulateImporter(),
          new DftImporter(),
          new DropoutImporter(),
          new EinsumImporter(),
          new FillImporter(),
          new FlattenImporter(),
          new FlexAttentionImporter(),
          new GatherImporter(),
          new GemmImporter(),
          new GridSampleImporter(),
          new IfImporter(),
          new IntegerProductImporter(),
          new LabelEncoderImporter(),
          new LinearAttentionImporter(),
          new LoopImporter(),
          new LossImporter(),
          new LrnImporter(),
          new MatMulImporter(),
          new MathImporter(),
          new MaxUnpoolImporter(),
          new MelWeightImporter(),
          new NonMaxSuppressionImporter(),
          new NormImporter(),
          new OptimizerImporter(),
          new PadImporter(),
          new PairImporter(),
          new PassImporter(),
          new PoolImporter(),
          new QuantizeImporter(),
          new RandomImporter(),
          new RecurrentImporter(),
          new ReduceImporter(),
          new ReshapeImporter(),
          new ResizeImporter(),
          new RoiAlignImporter(),
          new RotaryImporter(),
          new ScanImporter(),
          new ScatterImporter(),
          new SelectImporter(),
          new SequenceImporter(),
          new ShapeImporter(),
          new SliceImporter(),
          new SoftmaxImporter(),
          new SpaceImporter(),
          new SplitImporter(),
          new StringImporter(),
          new TfIdfImporter(),
          new TopKImporter(),
          new TransposeImporter(),
          new TriluImporter(),
          new UnaryImporter(),
          new UniqueImporter(),
          new VariadicImporter(),
          new WindowFunctionImporter());

  private static final SortedMap<String, OpImporter> BY_OP = index();

  private Importers() {}

  private static SortedMap<String, OpImporter> index() {
    SortedMap<String, OpImporter> byOp = new TreeMap<>();
    for (OpImporter i : ALL) {
      for (String op : i.onnxOps()) {
        if (byOp.put(op, i) != null) {
          throw new IllegalStateException(
              "two importers for "
                  + op
                  + ", expected one. Take it out of "
                  + i.getClass().getSimpleName()
                  + ".");
        }
      }
    }
    return Collections.unmodifiableSortedMap(byOp);
  }

  /** The importers by ONNX operator. */
  static SortedMap<String, OpImporter> byOp() {
    return BY_OP;
  }
}
