package org.betavae.export.toonnx;

import java.util.List;
import org.betavae.export.onnx.OnnxGraph;

/** The ordered list of all rewrites. */
final class Rewrites {
  /**
   * First what makes shapes constant, since a Reshape with a computed target stops the Transposes.
   * Then Transposes, whose moving only pays when equal ones are one: down until they meet, the rest
   * up, then into dense layers. Only now do padding, biases and norms stand right beside their
   * layers. What is left of Transposes may be a mere Reshape. At the end, equal nodes and constants
   * are one again, and Casts go around what has no kernel, which would hide the other patterns.
   */
  private static final List<Rewrite> ORDER =
      List.of(
          new StaticShapes(),
          new CleanUp(),
          new DropCarried(),
          new RepeatToResize(),
          new MergeEqual(),
          new SinkTransposes(),
          new HoistTransposes(),
          new MergeEqual(),
          new DenseOrder(),
          new CleanUp(),
          new ToOneDimension(),
          new PadIntoConv(),
          new Activations(),
          new Normalizations(),
          new FoldAffine(),
          new ToGemm(),
          // Once biases and norms are in them, transposed convolutions are taken apart.
          new SubPixelConvs(),
          new TransposeAsReshape(),
          new CleanUp(),
          new MergeReshapes(),
          new OnlyReshapes(),
          new OneReshapeTarget(),
          new ScatteredInto(),
          new WrappedIndices(),
          new MergeEqual(),
          new MissingKernels(),
          new MergeEqual());

  private Rewrites() {}

  /**
   * Applies all rewrites.
   *
   * @param returned true for what was an ONNX model before: its transposed convolutions stay, and
   *     dimensions of 1 come and go by Reshape alone, as in TensorFlow
   */
  static void apply(OnnxGraph graph, boolean returned) {
    for (Rewrite r : ORDER) {
      if (returned ? r instanceof SubPixelConvs : r instanceof OnlyReshapes) {
        continue;
      }
      graph.removeUnneeded();
      r.apply(graph);
    }
    graph.removeUnneeded();
  }
}
