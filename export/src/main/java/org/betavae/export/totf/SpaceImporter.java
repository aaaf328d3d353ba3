package org.betavae.export.totf;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.onnx.Dim;

/** ONNX {@code DepthToSpace} and {@code SpaceToDepth} to TensorFlow's, channels last. */
final class SpaceImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("DepthToSpace", "SpaceToDepth");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.in(0);
    long block = n.integer("blocksize", 1);
    if (out.rank(x) != 4 || block < 1) {
      throw out.fail("its input is " + x + ", its blocks " + block, "expected 4 dimensions");
    }
    boolean up = n.is("DepthToSpace");
    TfValue last = out.transpose(x, 0, 2, 3, 1);
    int channels = out.size(x, 1);
    Dim h = x.shape().get(2);
    Dim w = x.shape().get(3);
    Dim by = Dim.of(block);
    List<Dim> shape =
        up
            ? List.of(x.shape().get(0), h.times(by), w.times(by), Dim.of(channels / block / block))
            : List.of(
                x.shape().get(0),
                h.floorOver(by),
                w.floorOver(by),
                Dim.of(channels * block * block));
    if (up && n.text("mode", "DCR").equals("CRD")) {
      last = out.gather(out.plain(last), out.ints(blocksFirst(channels, (int) block)), 3);
    }
    TfValue y =
        block == 1 ? last : out.node(n.op(), Map.of("block_size", block), shape, out.plain(last));
    out.out(out.transpose(y, 0, 3, 1, 2));
  }

  /** The channels that ONNX counts channel by channel, block by block. */
  private static int[] blocksFirst(int channels, int block) {
    int[] order = new int[channels];
    int made = channels / block / block;
    for (int i = 0; i < channels; i++) {
      order[i] = i % made * block * block + i / made;
    }
    return order;
  }
}
