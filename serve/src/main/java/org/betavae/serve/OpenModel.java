package org.betavae.serve;

import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.ModelInfo;

/**
 * An open model that closes when its last user has let go of it. Who opened it is its first user;
 * {@link #retain} makes another, {@link #close} ends one. Safe for threads.
 */
final class OpenModel implements AutoCloseable {
  private final ModelFolder folder;
  private final BetaVaeModel model;
  private int users = 1;

  OpenModel(ModelFolder folder, BetaVaeModel model) {
    this.folder = folder;
    this.model = model;
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
      model.close();
    }
  }

  private synchronized boolean isLast() {
    users--;
    return users == 0;
  }
}
