package org.betavae.train;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a run leaves behind when it ends, what matters most first: models, summary, pictures, and
 * then what may take long.
 */
final class RunEnd {
  private final RunFolder run;
  private final TrainConfig config;
  private final TrainData data;
  private final VaeSession session;
  private final RunLog log;
  private final RunPictures pictures;
  private final TrainListener listener;

  RunEnd(
      RunFolder run,
      TrainConfig config,
      TrainData data,
      VaeSession session,
      RunLog log,
      RunPictures pictures,
      TrainListener listener) {
    this.run = run;
    this.config = config;
    this.data = data;
    this.session = session;
    this.log = log;
    this.pictures = pictures;
    this.listener = listener;
  }

  /**
   * Writes all of it, of the averages of the weights where there are any.
   *
   * @param summary without bounds and width
   * @param learningRate of the last step
   * @return the summary as it was written last
   */
  RunSummary write(RunSummary summary, Validation validation, double learningRate) {
    run.deleteSummary(); // until the models of this end are whole, there is none
    run.deleteModel(); // it was made of an earlier end's
    return session.withAverages(
        () -> {
          Map<String, float[]> weights = session.weights();
          RunSummary whole = summary.withWidth(config.newLikelihood().width(weights));
          SavedModels models =
              new SavedModels(config, session.graph().parts(), data.all().shape(), weights);
          models.writeEncoder(run.encoder());
          models.writeDecoder(run.decoder());
          run.writeSummary(whole);
          pictures.write(data.validation(), validation);
          pictures.write(log.lines());
          return whole.end() == RunSummary.End.INTERRUPTED
              ? whole
              : withBounds(whole, validation, learningRate);
        });
  }

  private RunSummary withBounds(RunSummary summary, Validation validation, double learningRate) {
    int samples = config.validation().iwaeSamples();
    if (samples == 0) {
      return summary;
    }
    long start = System.nanoTime();
    OptionalDouble bound =
        ImportanceBound.of(session, config, data.validation(), samples, listener::shouldStop);
    String name = ImportanceBound.name(samples);
    if (bound.isEmpty()) {
      listener.onMessage(
          name + " is left out, since the run was stopped. Go on with --resume to have it");
      return summary;
    }
    if (!log.hasFurther(summary.modelStep(), name)) {
      double speed = data.validation().size() / ((System.nanoTime() - start) / 1e9);
      Map<String, Double> further = new LinkedHashMap<>(validation.further());
      further.put(name, bound.getAsDouble());
      log.validation(summary.modelStep(), validation, further, learningRate, speed);
    }
    RunSummary whole = summary.withBounds(Map.of(name, bound.getAsDouble()));
    run.writeSummary(whole);
    return whole;
  }
}
