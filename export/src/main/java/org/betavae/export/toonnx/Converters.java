package org.betavae.export.toonnx;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** The explicit list of all converters; the documentation's table is made from it. */
final class Converters {
  private static final List<OpConverter> ALL =
      List.of(
          new ActivationGradConverter(),
          new ArgConverter(),
          new BandConverter(),
          new BatchNormConverter(),
          new BiasAddConverter(),
          new BinaryConverter(),
          new BinaryFormulaConverter(),
          new BitwiseConverter(),
          new BucketConverter(),
          new CaseConverter(),
          new CastConverter(),
          new ColourConverter(),
          new ConcatConverter(),
          new ConstConverter(),
          new ConvConverter(),
          new ConvTransposeConverter(),
          new CrossEntropyConverter(),
          new CumprodConverter(),
          new CumsumConverter(),
          new DeterminantConverter(),
          new DiagonalConverter(),
          new EinsumConverter(),
          new ExpandConverter(),
          new FakeQuantConverter(),
          new GatherConverter(),
          new IfConverter(),
          new LoopConverter(),
          new LrnConverter(),
          new MatMulConverter(),
          new OneHotConverter(),
          new PadConverter(),
          new PartitionConverter(),
          new PassConverter(),
          new PatchesConverter(),
          new PoolConverter(),
          new RandomConverter(),
          new RangeConverter(),
          new ReduceConverter(),
          new ReshapeConverter(),
          new ResizeConverter(),
          new ReverseConverter(),
          new RollConverter(),
          new SampledResizeConverter(),
          new ScatterConverter(),
          new SearchConverter(),
          new SegmentConverter(),
          new SelectConverter(),
          new ShapeConverter(),
          new SliceConverter(),
          new SoftmaxConverter(),
          new SpaceConverter(),
          new SpecialFunctionConverter(),
          new SplitConverter(),
          new StridedSliceConverter(),
          new TensorArrayConverter(),
          new TensorListConverter(),
          new TopKConverter(),
          new TransposeConverter(),
          new UnaryConverter(),
          new UnaryFormulaConverter(),
          new UniqueConverter());

  private static final SortedMap<String, OpConverter> BY_OP = index();

  private Converters() {}

  private static SortedMap<String, OpConverter> index() {
    SortedMap<String, OpConverter> byOp = new TreeMap<>();
    for (OpConverter c : ALL) {
      for (String op : c.tfOps()) {
        if (byOp.put(op, c) != null) {
          throw new IllegalStateException(
              "two converters for "
                  + op
                  + ", expected one. Take it out of "
                  + c.getClass().getSimpleName()
                  + ".");
        }
      }
    }
    return Collections.unmodifiableSortedMap(byOp);
  }

  /** The converters by TensorFlow operator. */
  static SortedMap<String, OpConverter> byOp() {
    return BY_OP;
  }
}
