package org.betavae.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Optimizer.Slot;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.core.Assign;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** The variables of a graph in a session, set and read from outside. Not thread-safe. */
final class SessionState {
  private final Session session;
  private final Weights weights;
  private final Updates updates;

  /** Weights of the training while their averages stand in for them. */
  private Map<String, float[]> aside;

  SessionState(Session session, Weights weights, Updates updates) {
    this.session = session;
    this.weights = weights;
    this.updates = updates;
  }

  /** Sets weights and slots to their first values. */
  void initialize(long seed) {
    for (Weight w : weights.all()) {
      assign(w.value(), w.assign(), w.tensorShape(), w.initialValues(seed));
    }
    for (Slot slot : updates.slots()) {
      float[] values = new float[slot.weight().size()];
      Arrays.fill(values, slot.initialValue());
      assign(slot, values);
    }
    updates
        .average()
        .ifPresent(a -> session.runner().addTarget(a.inGraph().initialize()).run().close());
  }

  /** Weights and slots by name, as a checkpoint holds them. */
  Map<String, float[]> all() {
    if (aside != null) {
      throw new IllegalStateException(
          "The averages stand in for the weights. Read the state outside of withAverages.");
    }
    Map<String, float[]> state = new LinkedHashMap<>(weights());
    for (Slot slot : updates.slots()) {
      state.put(slot.name(), read(slot.variable(), slot.weight().size()));
    }
    return state;
  }

  /** Weights alone, by name; their averages while those stand in. */
  Map<String, float[]> weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Weight w : weights.all()) {
      values.put(w.name(), read(w.variable(), w.size()));
    }
    return values;
  }

  /**
   * Takes weights and slots from a checkpoint.
   *
   * @throws TrainException if names or sizes differ; lists every difference
   */
  void restore(Map<String, float[]> state, String source) {
    StateCheck.requireFits(weights.all(), updates.slots(), state, source);
    restoreWeights(state);
    for (Slot slot : updates.slots()) {
      assign(slot, state.get(slot.name()));
    }
  }

  /**
   * Lets the averages stand in for the weights while the body runs. Without averages, or where they
   * stand in already, it just runs.
   */
  <T> T withAverages(Supplier<T> body) {
    if (updates.average().isEmpty() || aside != null) {
      return body.get();
    }
    aside = weights();
    try {
      for (Slot slot : updates.average().get().inGraph().slots()) {
        Weight w = slot.weight();
        assign(w.value(), w.assign(), w.tensorShape(), read(slot.variable(), w.size()));
      }
      return body.get();
    } finally {
      restoreWeights(aside);
      aside = null;
    }
  }

  private void restoreWeights(Map<String, float[]> state) {
    for (Weight w : weights.all()) {
      assign(w.value(), w.assign(), w.tensorShape(), state.get(w.name()));
    }
  }

  private void assign(Slot slot, float[] values) {
    assign(slot.value(), slot.assign(), slot.weight().tensorShape(), values);
  }

  private void assign(
      Placeholder<TFloat32> placeholder, Assign<TFloat32> assign, Shape dims, float[] values) {
    try (TFloat32 value = TFloat32.tensorOf(dims)) {
      value.asRawTensor().data().asFloats().write(values, 0, (int) value.size());
      session.runner().feed(placeholder, value).addTarget(assign).run().close();
    }
  }

  private float[] read(Operand<TFloat32> variable, int size) {
    try (Result result = session.runner().fetch(variable).run()) {
      float[] values = new float[size];
      result.get(0).asRawTensor().data().asFloats().read(values);
      return values;
    }
  }
}
