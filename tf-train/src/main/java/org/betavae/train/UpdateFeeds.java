package org.betavae.train;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Session;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** The scalars that a graph's {@link Updates} are fed in every step, in tensors that stay. */
final class UpdateFeeds implements AutoCloseable {
  private final Updates updates;
  private final double adversaryRate;
  private final List<Placeholder<TFloat32>> placeholders = new ArrayList<>();
  private final List<TFloat32> tensors = new ArrayList<>();
  private final float[] values;

  /**
   * Makes the tensors.
   *
   * @param adversaryRate learning rate of the adversary, whatever the model's schedule
   */
  UpdateFeeds(Updates updates, double adversaryRate) {
    this.updates = updates;
    this.adversaryRate = adversaryRate;
    int most = 0;
    for (Updates.Optimized o : updates.optimizers()) {
      placeholders.addAll(o.inGraph().fed());
      most = Math.max(most, o.inGraph().fed().size());
    }
    updates.average().ifPresent(a -> placeholders.add(a.inGraph().fed()));
    placeholders.forEach(p -> tensors.add(TFloat32.scalarOf(0f)));
    values = new float[most];
  }

  /**
   * Feeds one step.
   *
   * @param rate the model's learning rate
   * @param step number of the step, from 1
   */
  void feed(Session.Runner runner, double rate, long step) {
    int next = 0;
    for (Updates.Optimized o : updates.optimizers()) {
      o.rule().feeds(o.adversary() ? adversaryRate : rate, step, values);
      for (int i = 0; i < o.inGraph().fed().size(); i++) {
        tensors.get(next++).setFloat(values[i]);
      }
    }
    if (updates.average().isPresent()) {
      tensors.get(next).setFloat(updates.average().get().rule().share(step));
    }
    for (int i = 0; i < tensors.size(); i++) {
      runner.feed(placeholders.get(i), tensors.get(i));
    }
  }

  @Override
  public void close() {
    tensors.forEach(TFloat32::close);
  }
}
