package org.betavae.serve;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.betavae.infer.BatchingEncoder;
import org.betavae.infer.BatchingListener;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;
import org.betavae.infer.ModelInfo;
import org.betavae.infer.QueueFullException;

/**
 * An open model that closes when its last user has let go of it. Who opened it is its first user;
 * {@link #retain} makes another, {@link #close} ends one. Safe for threads.
 */
final class OpenModel implements AutoCloseable {
  private final ModelFolder folder;
  private final BetaVaeModel model;
  private final Optional<BatchingEncoder> batching;
  private int users = 1;

  private OpenModel(ModelFolder folder, BetaVaeModel model, Optional<BatchingEncoder> batching) {
    this.folder = folder;
    this.model = model;
    this.batching = batching;
  }

  /**
   * Opens a folder.
   *
   * @param listener hears of batches
   */
  static OpenModel open(ModelFolder folder, ServeOptions options, BatchingListener listener) {
    BetaVaeModel model = BetaVaeModel.open(folder.folder(), options.modelOptions());
    try {
      Optional<BatchingEncoder> batching =
          options
              .batching()
              .filter(how -> model.info().hasEncoder())
              .map(how -> BatchingEncoder.of(model, how, listener));
      return new OpenModel(folder, model, batching);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  ModelFolder folder() {
    return folder;
  }

  String name() {
    return folder.name();
  }

  BetaVaeModel model() {
    return model;
  }

  ModelInfo info() {
    return model.info();
  }

  /** Images that wait to become part of a batch. */
  int queued() {
    return batching.map(BatchingEncoder::queued).orElse(0);
  }

  /**
   * Embeds items; one alone together with those of other requests, and without a thread that waits.
   *
   * @return the embeddings, there already unless it was one item
   * @throws Problem if too many wait already
   */
  CompletableFuture<Embeddings> embed(Items items) {
    if (batching.isEmpty() || items.count() > 1) {
      return CompletableFuture.completedFuture(model.embed(items.values()));
    }
    try {
      return batching.get().submit(items.values());
    } catch (QueueFullException e) {
      throw busy(e);
    }
  }

  /** Too much to do at the moment, in the words of the library. */
  static Problem busy(RuntimeException cause) {
    return new Problem(ProblemType.BUSY, cause.getMessage(), Map.of("Retry-After", "1"), cause);
  }

  /** Makes the caller a user, who has to {@link #close}; false if the model is closed already. */
  synchronized boolean retain() {
    if (users == 0) {
      return false;
    }
    users++;
    return true;
  }

  @Override
  public void close() {
    if (isLast()) {
      batching.ifPresent(BatchingEncoder::close);
      model.close();
    }
  }

  private synchronized boolean isLast() {
    users--;
    return users == 0;
  }
}
