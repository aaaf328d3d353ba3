package org.betavae.train.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.betavae.train.TrainConfig;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/** An objective's loss on one small batch: reconstruction 50, KL 0, log-variances 0, z = means. */
final class Losses {
  private static final float RECONSTRUCTION = 50;

  private final int latents;
  private final float[] means;
  private float[] logVar;
  private float[] z;
  private float[] drawn = new float[0];
  private float kl;
  private long step = 1;
  private long datasetSize = 1000;
  private long itemSize = 64;

  /** The loss and its further terms by name. */
  record Values(double total, Map<String, Double> parts) {
    double part(String name) {
      return parts.get(name);
    }
  }

  /**
   * A batch.
   *
   * @param means {@code [batch * latents]}
   */
  Losses(int latents, float... means) {
    this.latents = latents;
    this.means = means;
    this.logVar = new float[means.length];
    this.z = means;
  }

  /** Settings to start from. */
  static TrainConfig.Builder settings(String objective) {
    return TrainConfig.defaults().toBuilder().objective(objective);
  }

  Losses logVar(float... values) {
    logVar = values;
    return this;
  }

  Losses z(float... values) {
    z = values;
    return this;
  }

  /** What an objective that wants a draw is given. */
  Losses drawn(float... values) {
    drawn = values;
    return this;
  }

  Losses kl(float value) {
    kl = value;
    return this;
  }

  Losses step(long value) {
    step = value;
    return this;
  }

  Losses datasetSize(long value) {
    datasetSize = value;
    return this;
  }

  Losses itemSize(long value) {
    itemSize = value;
    return this;
  }

  Values of(Objective objective) {
    long rows = means.length / latents;
    Formula formula =
        new Formula()
            .with("mean", means, rows, latents)
            .with("logVar", logVar, rows, latents)
            .with("z", z, rows, latents);
    if (drawn.length > 0) {
      formula.with("drawn", drawn, drawn.length / latents, latents);
    }
    Formula.Outcomes outcome =
        formula.evaluateAll(
            (pass, in) -> {
              Objective.Loss loss = objective.loss(pass, terms(pass.tf(), objective, in));
              Map<String, Operand<TFloat32>> all = new LinkedHashMap<>(loss.parts());
              all.put("total", loss.total());
              return all;
            },
            "total");
    Map<String, Double> parts = new LinkedHashMap<>();
    outcome.values().forEach((name, value) -> parts.put(name, (double) value.get(0)));
    return new Values(parts.remove("total"), parts);
  }

  private Objective.Terms terms(Ops tf, Objective objective, Map<String, Operand<TFloat32>> in) {
    float[] controls = new float[objective.controls().size()];
    objective.controlsAt(step, controls);
    List<Operand<TFloat32>> fed = new ArrayList<>();
    for (float control : controls) {
      fed.add(tf.constant(control));
    }
    return new Objective.Terms(
        in.get("mean"),
        in.get("logVar"),
        in.get("z"),
        tf.constant(RECONSTRUCTION),
        tf.constant(kl),
        fed,
        in.containsKey("drawn") ? List.of(in.get("drawn")) : List.of(),
        datasetSize,
        itemSize);
  }
}
