package org.betavae.export.toonnx;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.betavae.export.Tensor;
import org.betavae.export.onnx.Dim;
import org.betavae.export.onnx.OnnxGraph;
import org.betavae.export.onnx.OnnxNode;
import org.betavae.export.onnx.OnnxValue;

/**
 * A loop that does no more than run a recurrent layer over a sequence, as Keras writes its LSTM,
 * GRU and SimpleRNN, to ONNX {@code LSTM}, {@code GRU} and {@code RNN}, which run many times
 * faster. Anything unusual, such as a mask, leaves the loop a loop.
 */
final class RecurrentLoop {
  private final LoopBody loop;
  private final Emitter out;

  /** Carried values that count iterations from 0. */
  private final Set<Integer> counters;

  /** The elements of the sequence inside of the body {@code [batch, features]}. */
  private OnnxValue x;

  /** The sequence before the loop {@code [steps, batch, features]}. */
  private OnnxValue sequence;

  /** How many iterations there are, as the condition's bound before the loop. */
  private OnnxValue steps;

  private RecurrentLoop(LoopBody loop, Emitter out) {
    this.loop = loop;
    this.out = out;
    this.counters = loop.counters();
  }

  /** Converts the loop and binds its results; false, with nothing done, if it is another one. */
  static boolean convert(LoopBody loop, Emitter out) {
    RecurrentLoop r = new RecurrentLoop(loop, out);
    return r.findSequence() && r.runsOverAll() && r.convert();
  }

  private boolean isCounter(OnnxValue v) {
    return counters.stream().anyMatch(i -> loop.before(i) == v);
  }

  /** The one place where the body reads a list at the number of the iteration. */
  private boolean findSequence() {
    for (OnnxNode n : loop.graph().nodes()) {
      OnnxValue list = n.is("Gather") ? loop.graph().outside(n.input(0)) : null;
      if (list != null
          && n.integer("axis", 0) == 0
          && isCounter(n.input(1))
          && n.output().rank() == 2) {
        if (x != null) {
          return false;
        }
        x = n.output();
        sequence = list;
      }
    }
    return x != null;
  }

  /** True if the condition is nothing but counters that have not reached the sequence's length. */
  private boolean runsOverAll() {
    Deque<OnnxValue> open = new ArrayDeque<>(List.of(loop.goesOn()));
    while (!open.isEmpty()) {
      OnnxNode n = open.poll().producer();
      if (n != null && n.is("And")) {
        open.add(n.input(0));
        open.add(n.input(1));
        continue;
      }
      if (n == null
          || !n.is("Less")
          || counters.stream().noneMatch(i -> loop.after(i) == n.input(0))) {
        return false;
      }
      OnnxValue bound = n.input(1);
      List<Dim> value = bound.elements();
      if (value == null || value.size() != 1 || !value.get(0).equals(sequence.shape().get(0))) {
        return false;
      }
      steps = bound.isConstant() ? bound : loop.graph().outside(bound);
      if (steps == null) {
        return false;
      }
    }
    return true;
  }

  private boolean convert() {
    for (int h : loop.carried()) {
      if (loop.before(h).rank() != 2) {
        continue;
      }
      for (int c : loop.carried()) {
        RecurrentCell cell =
            c == h
                ? stateAlone(h)
                : RecurrentCell.lstm(
                    x,
                    loop.before(h),
                    loop.after(h),
                    new RecurrentCell.Memory(loop.before(c), loop.after(c)));
        if (cell != null && isWhole(cell, h, c)) {
          emit(cell, h, c);
          return true;
        }
      }
    }
    return false;
  }

  private RecurrentCell stateAlone(int h) {
    RecurrentCell gru = RecurrentCell.gru(x, loop.before(h), loop.after(h));
    return gru != null ? gru : RecurrentCell.plain(x, loop.before(h), loop.after(h));
  }

  /** True if the shapes fit and whatever else is carried is counted or collects the outputs. */
  private boolean isWhole(RecurrentCell cell, int h, int c) {
    if (!cell.fits(x, loop.before(h))
        || !isState(loop.begin(h), cell.units())
        || !isState(loop.begin(c), cell.units())) {
      return false;
    }
    return loop.carried().stream()
        .allMatch(
            i -> i == h || i == c || counters.contains(i) || collectsAll(i, h) || keepsLast(i, h));
  }

  /** True for {@code [batch, units]}; a batch that is fed may have a name of its own. */
  private boolean isState(OnnxValue begin, int units) {
    Dim batch = sequence.shape().get(1);
    return begin.rank() == 2
        && begin.shape().get(1).is(units)
        && (begin.shape().get(0).equals(batch)
            || (!begin.shape().get(0).isKnown() && !batch.isKnown()));
  }

  /** A list of as many elements as there are steps, in which the body writes each output. */
  private boolean collectsAll(int list, int h) {
    OnnxValue at = writtenAt(list, h);
    if (at == null || !at.equals(counted(at)) || loop.begin(list).rank() != 3) {
      return false;
    }
    return loop.begin(list).shape().get(0).equals(sequence.shape().get(0));
  }

  /** A list of one element, in which the body writes every output. */
  private boolean keepsLast(int list, int h) {
    OnnxValue at = writtenAt(list, h);
    return at != null
        && at.isConstant()
        && at.constant().longAt(0) == 0
        && loop.begin(list).rank() == 3
        && loop.begin(list).shape().get(0).is(1);
  }

  /** Where the body writes the new state to a list; null if it does not. */
  private OnnxValue writtenAt(int list, int h) {
    OnnxNode n = loop.after(list).producer();
    if (n == null || !n.is("ScatterND") || !isRoomIn(n.input(0), loop.before(list))) {
      return null;
    }
    OnnxNode item = n.input(2).producer();
    boolean state = item != null && item.is("Unsqueeze") && item.input(0) == loop.after(h);
    return state ? n.input(1) : null;
  }

  /** True for a list, or room for its first element where it has none. */
  private static boolean isRoomIn(OnnxValue v, OnnxValue list) {
    if (v == list) {
      return true;
    }
    OnnxNode n = v.producer();
    OnnxNode empty = n != null && n.is("If") ? n.input(0).producer() : null;
    OnnxNode size = empty != null && empty.is("Equal") ? empty.input(0).producer() : null;
    if (size == null || !size.is("Size") || size.input(0) != list) {
      return false;
    }
    OnnxGraph otherwise = (OnnxGraph) n.attributes().get("else_branch");
    return otherwise.outputs().values().stream().allMatch(o -> otherwise.outside(o) == list);
  }

  /** The same value if it is a counter under another shape and type; null otherwise. */
  private OnnxValue counted(OnnxValue index) {
    OnnxValue v = index;
    while (v.producer() != null && (v.producer().is("Reshape") || v.producer().is("Cast"))) {
      v = v.producer().input(0);
    }
    return isCounter(v) ? index : null;
  }

  private void emit(RecurrentCell cell, int h, int c) {
    List<OnnxValue> inputs = new ArrayList<>();
    inputs.add(sequence);
    inputs.add(out.constant(cell.inputWeights(x)));
    inputs.add(out.constant(cell.stateWeights(loop.before(h))));
    Tensor biases = cell.biases();
    inputs.add(biases == null ? null : out.constant(biases));
    inputs.add(null);
    inputs.add(initial(loop.begin(h)));
    if (c != h) {
      inputs.add(initial(loop.begin(c)));
    }
    List<OnnxValue> results =
        out.emitAll(cell.op(), cell.attributes(), c == h ? 2 : 3, inputs.toArray(OnnxValue[]::new));
    Map<Integer, OnnxValue> last = new HashMap<>();
    last.put(h, out.squeeze(results.get(1), 0));
    if (c != h) {
      last.put(c, out.squeeze(results.get(2), 0));
    }
    for (int i : loop.carried()) {
      out.out(
          i,
          last.containsKey(i)
              ? last.get(i)
              : counters.contains(i)
                  ? steps
                  : keepsLast(i, h) ? results.get(1) : out.squeeze(results.get(0), 1));
    }
  }

  /** A state with the dimension of directions; null for zeros, which are the default. */
  private OnnxValue initial(OnnxValue state) {
    Object value =
        state.producer() != null && state.producer().is("ConstantOfShape")
            ? state.producer().attributes().get("value")
            : state.constant();
    if (value instanceof Tensor t) {
      boolean zero = true;
      for (int i = 0; i < t.size(); i++) {
        zero &= t.doubleAt(i) == 0;
      }
      if (zero) {
        return null;
      }
    }
    return out.unsqueeze(state, 0);
  }
}
