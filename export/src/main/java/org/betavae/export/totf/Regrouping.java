package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.betavae.export.onnx.Dim;

/**
 * Reshapes that need no transposition although dimensions stand in another order: those that merge
 * or split dimensions which lie side by side in the graph, too, and those that flatten the last
 * ones into one, whose elements are then known to stand in another order.
 */
final class Regrouping {
  /** Dimensions of the old shape from one to another that become some of the new shape. */
  private record Block(int from, int to, List<Dim> target, int firstTarget) {
    boolean isNew() {
      return from == to;
    }
  }

  private final LazyEmitter out;
  private final TfValue value;
  private final TfValue.Reordered order;
  private final List<Dim> target;

  private Regrouping(LazyEmitter out, TfValue value, List<Dim> target) {
    this.out = out;
    this.value = value;
    this.order = value.reordered();
    this.target = target;
  }

  /** The value under another shape; null if that needs a transposition. */
  static TfValue reshape(LazyEmitter out, TfValue v, List<Dim> target) {
    if (v.shape() == null || v.reordered().base().shape() == null) {
      return null;
    }
    Regrouping r = new Regrouping(out, v, target);
    if (v.isShuffled()) {
      return r.apart();
    }
    TfValue moved = r.moved();
    return moved != null ? moved : r.flattened();
  }

  /** A shuffled value whose last dimension is taken apart again as it was put together. */
  private TfValue apart() {
    int lead = value.rank() - 1;
    List<Dim> whole = new ArrayList<>(value.shape().subList(0, lead));
    whole.addAll(Shapes.permuted(order.split(), order.perm()));
    if (!whole.equals(target)) {
      return null;
    }
    List<Dim> base = new ArrayList<>(value.shape().subList(0, lead));
    base.addAll(order.split());
    int[] perm = Shapes.range(base.size());
    for (int i = 0; i < order.perm().length; i++) {
      perm[lead + i] = lead + order.perm()[i];
    }
    return out.transpose(out.plainReshape(order.base(), base), perm);
  }

  private TfValue moved() {
    List<Block> blocks = blocks();
    if (blocks == null) {
      return null;
    }
    int[] place = new int[blocks.size()];
    int last = -1;
    for (int b = 0; b < place.length; b++) {
      Block block = blocks.get(b);
      for (int i = block.from + 1; i < block.to; i++) {
        if (order.perm()[i] != order.perm()[i - 1] + 1) {
          return null;
        }
      }
      last = block.isNew() ? last : order.perm()[block.from];
      place[b] = last;
    }
    List<Integer> inBase = new ArrayList<>();
    for (int b = 0; b < place.length; b++) {
      inBase.add(b);
    }
    inBase.sort(Comparator.<Integer>comparingInt(b -> place[b]).thenComparingInt(b -> b));
    List<Dim> base = new ArrayList<>();
    int[] perm = new int[target.size()];
    for (int b : inBase) {
      Block block = blocks.get(b);
      for (int i = 0; i < block.target.size(); i++) {
        perm[block.firstTarget + i] = base.size();
        base.add(block.target.get(i));
      }
    }
    if (base.stream().filter(d -> !d.isKnown()).count() > 1 && !base.equals(order.base().shape())) {
      return null;
    }
    return out.transpose(out.reshape(order.base(), base), perm);
  }

  /** Which dimensions become which; null if they do not fall into blocks. */
  private List<Block> blocks() {
    List<Dim> from = value.shape();
    List<Block> blocks = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < from.size() || j < target.size()) {
      int[] step = step(from, i, j);
      if (step == null) {
        return null;
      }
      blocks.add(new Block(i, i + step[0], target.subList(j, j + step[1]), j));
      i += step[0];
      j += step[1];
    }
    return blocks;
  }

  /** How many dimensions of both shapes the next block has. */
  private int[] step(List<Dim> from, int i, int j) {
    boolean oldLeft = i < from.size();
    boolean newLeft = j < target.size();
    if (oldLeft && newLeft && from.get(i).equals(target.get(j))) {
      return new int[] {1, 1};
    }
    if (newLeft && target.get(j).is(1)) {
      return new int[] {0, 1};
    }
    if (oldLeft && from.get(i).is(1)) {
      return new int[] {1, 0};
    }
    if (!oldLeft || !newLeft) {
      return null;
    }
    Dim product = from.get(i);
    for (int k = i + 1; k < from.size(); k++) {
      product = product.times(from.get(k));
      if (product.equals(target.get(j))) {
        return new int[] {k + 1 - i, 1};
      }
    }
    product = target.get(j);
    for (int k = j + 1; k < target.size(); k++) {
      product = product.times(target.get(k));
      if (product.equals(from.get(i))) {
        return new int[] {1, k + 1 - j};
      }
    }
    return null;
  }

  private TfValue flattened() {
    int lead = target.size() - 1;
    List<Dim> from = value.shape();
    if (lead < 0 || lead >= from.size() || !from.subList(0, lead).equals(target.subList(0, lead))) {
      return null;
    }
    List<Dim> merged = from.subList(lead, from.size());
    boolean inPlace = true;
    for (int i = 0; i < lead; i++) {
      inPlace &= order.perm()[i] == i;
    }
    if (!inPlace || !Shapes.isKnown(merged) || !Dim.product(merged).equals(target.get(lead))) {
      return null;
    }
    TfValue base = out.plainReshape(order.base(), target);
    int[] perm =
        Arrays.stream(order.perm(), lead, order.perm().length).map(p -> p - lead).toArray();
    List<Dim> split = order.base().shape().subList(lead, from.size());
    return TfValue.of(new TfValue.Reordered(base, perm, split), target);
  }
}
