package org.betavae.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.betavae.train.checkpoint.Checkpoint;
import org.betavae.train.network.Weights;
import org.betavae.train.network.Weights.Weight;
import org.betavae.train.optimizer.Optimizer.Slot;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.core.Assign;
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

  /**
   * A variable.
   *
   * @param weight the weight that it is, or stands beside
   */
  private record Target(
      String name, Weight weight, Operand<TFloat32> variable, Assign<TFloat32> assign) {
    static Target of(Weight weight) {
      return new Target(weight.name(), weight, weight.variable(), weight.assign());
    }

    static Target of(Slot slot) {
      return new Target(slot.name(), slot.weight(), slot.variable(), slot.assign());
    }
  }

  /** Sets weights and slots to their first values. */
  void initialize(long seed, Model model) {
    assign(weightTargets(), target -> model.firstValues(target.weight(), seed));
    Map<String, Float> first = new HashMap<>();
    updates.slots().forEach(slot -> first.put(slot.name(), slot.initialValue()));
    assign(
        slotTargets(),
        target -> {
          float[] values = new float[target.weight().size()];
          Arrays.fill(values, first.get(target.name()));
          return values;
        });
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
    List<Target> all = weightTargets();
    all.addAll(slotTargets());
    return read(all);
  }

  /** Shapes of {@link #all} by the same names. */
  Map<String, List<Long>> shapes() {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    weights.all().forEach(w -> shapes.put(w.name(), w.shape()));
    updates.slots().forEach(slot -> shapes.put(slot.name(), slot.weight().shape()));
    return shapes;
  }

  /** Weights alone, by name; their averages while those stand in. */
  Map<String, float[]> weights() {
    return read(weightTargets());
  }

  /**
   * Takes weights and slots from a checkpoint.
   *
   * @throws TrainException if names or shapes differ; lists every difference
   */
  void restore(Checkpoint checkpoint, String source) {
    StateCheck.requireFits(weights.all(), updates.slots(), checkpoint, source);
    Map<String, float[]> state = checkpoint.arrays();
    List<Target> all = weightTargets();
    all.addAll(slotTargets());
    assign(all, target -> state.get(target.name()));
  }

  /**
   * Lets the averages stand in for the weights while the body runs. Without averages, or where they
   * stand in already, it just runs.
   */
  <T> T withAverages(Supplier<T> body) {
    if (updates.average().isEmpty() || aside != null) {
      return body.get();
    }
    List<Slot> slots = updates.average().get().inGraph().slots();
    Map<String, float[]> averages = read(slots.stream().map(Target::of).toList());
    aside = weights();
    try {
      Map<String, float[]> byWeight = new HashMap<>();
      slots.forEach(slot -> byWeight.put(slot.weight().name(), averages.get(slot.name())));
      assign(
          weightTargets().stream().filter(t -> byWeight.containsKey(t.name())).toList(),
          target -> byWeight.get(target.name()));
      return body.get();
    } finally {
      assign(weightTargets(), target -> aside.get(target.name()));
      aside = null;
    }
  }

  private List<Target> weightTargets() {
    return weights.all().stream().map(Target::of).collect(Collectors.toCollection(ArrayList::new));
  }

  private List<Target> slotTargets() {
    return updates.slots().stream().map(Target::of).toList();
  }

  /** Sets as many at once as can be: a weight and its slots share a placeholder. */
  private void assign(List<Target> targets, Function<Target, float[]> values) {
    List<Target> left = targets;
    while (!left.isEmpty()) {
      List<Target> later = new ArrayList<>();
      Map<String, TFloat32> fed = new HashMap<>();
      try {
        Session.Runner runner = session.runner();
        for (Target target : left) {
          Weight weight = target.weight();
          if (fed.containsKey(weight.name())) {
            later.add(target);
            continue;
          }
          TFloat32 value = TFloat32.tensorOf(weight.tensorShape());
          fed.put(weight.name(), value);
          value.asRawTensor().data().asFloats().write(values.apply(target));
          runner.feed(weight.value(), value).addTarget(target.assign());
        }
        runner.run().close();
      } finally {
        fed.values().forEach(TFloat32::close);
      }
      left = later;
    }
  }

  /** All in one run: TensorFlow prepares a graph anew for every set of fetches. */
  private Map<String, float[]> read(List<Target> targets) {
    Map<String, float[]> values = new LinkedHashMap<>();
    if (targets.isEmpty()) {
      return values;
    }
    Session.Runner runner = session.runner();
    targets.forEach(target -> runner.fetch(target.variable()));
    try (Result result = runner.run()) {
      for (int i = 0; i < targets.size(); i++) {
        float[] array = new float[targets.get(i).weight().size()];
        result.get(i).asRawTensor().data().asFloats().read(array);
        values.put(targets.get(i).name(), array);
      }
    }
    return values;
  }
}
