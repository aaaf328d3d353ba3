package org.betavae.train;

import java.util.List;
import org.betavae.train.objective.Draw;
import org.betavae.train.objective.Objective;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.types.TFloat32;

/**
 * What an objective is fed beside items and noise, in tensors and arrays that stay. Not
 * thread-safe; {@code close()} may be called twice.
 */
final class ObjectiveFeeds implements AutoCloseable {
  private final Opened opened = new Opened();
  private final VaeGraph.Fed fed;
  private final Objective objective;
  private final long seed;
  private final TFloat32 controls;
  private final float[] controlValues;
  private final List<TFloat32> draws;
  private final float[] drawValues;

  /** Makes the tensors for batches of that size. */
  ObjectiveFeeds(VaeGraph graph, TrainConfig config, int batch) {
    fed = graph.fed();
    objective = graph.objective();
    seed = config.seed();
    controlValues = new float[objective.controls().size()];
    drawValues = new float[objective.draws().isEmpty() ? 0 : batch * config.latent()];
    try {
      controls = tensor(Shape.of(controlValues.length));
      draws =
          objective.draws().stream().map(d -> tensor(Shape.of(batch, config.latent()))).toList();
    } catch (RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  private TFloat32 tensor(Shape shape) {
    return opened.add(TFloat32.tensorOf(shape), TFloat32::close);
  }

  /** Feeds what the objective wants at a step. */
  void feed(Session.Runner runner, long step) {
    if (fed.controls().isPresent()) {
      objective.controlsAt(Math.max(1, step), controlValues);
      Tensors.write(controls, controlValues, controlValues.length);
      runner.feed(fed.controls().get(), controls);
    }
    List<Draw> wanted = objective.draws();
    for (int i = 0; i < wanted.size(); i++) {
      Seeds.draw(drawValues, wanted.get(i), seed, Seeds.OBJECTIVE + i, step);
      Tensors.write(draws.get(i), drawValues, drawValues.length);
      runner.feed(fed.draws().get(i), draws.get(i));
    }
  }

  @Override
  public void close() {
    opened.close();
  }
}
