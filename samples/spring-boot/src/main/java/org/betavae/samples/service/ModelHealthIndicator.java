package org.betavae.samples.service;

import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelInfo;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.stereotype.Component;

/**
 * The model's part in {@code /actuator/health/readiness}, under the name "model": up if it computes
 * one item right now, which takes well under a millisecond for a small model.
 */
@Component
class ModelHealthIndicator implements HealthIndicator {
  private final BetaVaeModel model;

  ModelHealthIndicator(BetaVaeModel model) {
    this.model = model;
  }

  @Override
  public Health health() {
    ModelInfo info = model.info();
    Health.Builder health =
        Health.up()
            .withDetail("inputShape", info.inputShape())
            .withDetail("latentSize", info.latentSize());
    try {
      if (info.hasEncoder()) {
        model.embed(new float[info.imageSize()]);
      }
      if (info.hasDecoder()) {
        model.decode(new float[info.latentSize()]);
      }
    } catch (RuntimeException e) {
      health.down(e);
    }
    return health.build();
  }
}
