package org.betavae.serve;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Looks at the model folders from time to time and opens one anew when its files have changed and
 * then stayed as they are from one look to the next.
 */
final class ModelWatch implements AutoCloseable {
  private static final Logger LOG = System.getLogger(ModelWatch.class.getName());

  private final Models models;
  private final Consumer<ModelSlot> reloader;
  private final Map<ModelSlot, String> seen = new HashMap<>();
  private final Thread thread;

  /**
   * Begins to look.
   *
   * @param reloader opens a model anew; does not throw when that fails
   */
  ModelWatch(Models models, Duration period, Consumer<ModelSlot> reloader) {
    this.models = models;
    this.reloader = reloader;
    thread = new Thread(() -> run(period), "betavae-watch");
    thread.setDaemon(true);
    thread.start();
  }

  private void run(Duration period) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(period.toMillis());
      } catch (InterruptedException e) {
        return;
      }
      models.slots().forEach(this::look);
    }
  }

  private void look(ModelSlot slot) {
    String now = slot.stampNow();
    String before = seen.put(slot, now);
    if (now.equals(before) && slot.isStale()) {
      LOG.log(Level.DEBUG, "The files of the model " + slot.name() + " have changed");
      reloader.accept(slot);
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
